"""Clocks that are wrong, and clocks that step while something is under way."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING

import pytest
from lab import Lab, order

from okx_magic.errors import NotCarriedOut, OutcomeUnknown
from okx_magic.model import Request
from okx_magic.wire.sender import RequestState

if TYPE_CHECKING:
    from collections.abc import Iterator

BALANCE = Request("GET", "/api/v5/account/balance")
STEPS = [20, -20, 31, -31, 3600, -3600]


@pytest.mark.parametrize("step", STEPS)
def test_a_wrong_clock_is_corrected_from_the_start(bench: Lab, step: float) -> None:
    """The offset is measured before the first signed request, so that none is refused."""
    bench.time.step = step
    bench.session.send(BALANCE)
    bench.session.send(order())
    assert [each.code for each in bench.connection.log] == ["0", "0"]
    assert bench.connection.clock.offset == pytest.approx(-step * 1000, abs=2)


@pytest.mark.parametrize("step", STEPS)
def test_control_a_client_that_trusts_its_own_clock_is_refused(bench: Lab, step: float) -> None:
    """The control: stamped by a clock that is more than 30 s off, a request is refused for it."""
    bench.time.step = step
    bench.connection.clock.offset = 0
    prepared = bench.connection.prepare(BALANCE)
    error = bench.connection.sender.attempt(prepared, RequestState(), 10.0).error
    assert (getattr(error, "code", "0") == "50102") == (abs(step) > 30)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("request_", [BALANCE, order()], ids=["read", "order"])
def test_a_clock_that_stepped_is_measured_again_once(
    bench: Lab, step: float, request_: Request
) -> None:
    """After a step at most one refusal and one more question for the time, then it works; an order is
    booked once.
    """
    bench.session.send(BALANCE)
    bench.time.step = step
    bench.session.send(request_)
    codes = [each.code for each in bench.connection.log][1:]
    refused = ["50102"] if abs(step) > 30 else []
    if request_.method == "POST" and step == -20:
        # Within what a timestamp may be off, but beyond its expTime.
        refused = ["50036"]
    assert codes == [*refused, "0"]
    assert len(bench.orders()) == (request_.method == "POST")


@pytest.mark.parametrize("step", STEPS)
def test_a_step_during_a_wait_lengthens_no_wait(bench: Lab, step: float) -> None:
    """Waits are counted on a monotonic clock: a step in the middle of one changes none of them."""
    bench.session.send(BALANCE)
    sleep = bench.time.sleep

    def stepping(seconds: float) -> None:
        bench.time.step = step
        sleep(seconds)

    bench.connection.timing = type(bench.connection.timing)(
        bench.time.now, stepping, bench.connection.timing.chance
    )
    bench.sandbox.set_faults("next GET */balance: 502")
    bench.session.send(BALANCE)
    assert sum(bench.time.slept) <= 15


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("at", [1, 2, 3, 4])
@pytest.mark.parametrize("moment", ["before", "after", "late=4500"])
def test_a_step_during_a_look_up_names_no_outcome_wrongly(
    bench: Lab, step: float, at: int, moment: str
) -> None:
    """When the clock steps between look-ups the verdict is still not early and not wrong."""
    sleep, waits = bench.time.sleep, []

    def stepping(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == at:
            bench.time.step = step
        sleep(seconds)

    bench.connection.timing = type(bench.connection.timing)(
        bench.time.now, stepping, bench.connection.timing.chance
    )
    bench.sandbox.set_faults(f"next POST */trade/order: reset-{moment}")
    try:
        placed = bench.session.send(order()).recovered
    except NotCarriedOut:
        placed = False
    except OutcomeUnknown:
        pytest.fail("the step cost the verdict")
    assert placed == (moment != "before")
    assert len(bench.orders()) == placed


@pytest.fixture
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


ZONES = ["UTC", "America/St_Johns", "Asia/Kathmandu", "Pacific/Kiritimati", "Europe/Berlin"]


@pytest.mark.parametrize("zone", ZONES, indirect=True)
def test_the_timestamp_is_utc_everywhere(bench: Lab, zone: str) -> None:
    """The timestamp ends in Z with three decimals, whatever the zone of this machine, and is accepted."""
    bench.session.send(order())
    sent = bench.connection.log[-1].sent
    assert sent is not None
    assert re.fullmatch(r"2026-03-03T03:33:20\.\d{3}Z", sent.timestamp), zone
