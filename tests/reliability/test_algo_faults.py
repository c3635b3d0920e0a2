"""Stops whose answer is lost, damaged or of no help, after they were booked and before.

``OKX_MAGIC_FULL=1`` runs each of the 56 cases 50 times in place of once.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from lab import ANSWERED, Lab, Moment, lab, meeting, naive
from lab import HIDDEN as OF_ALL
from many import many

from okx_magic.errors import NotCarriedOut, OkxMagicError, OutcomeUnknown
from okx_magic.model import Request
from okx_magic.wire import retry

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

TIMES = many(50, 1)
HIDDEN = (*OF_ALL, "51065")
FAULTS = (*HIDDEN, *ANSWERED)
PLACE, AMEND, CANCEL = (
    f"/api/v5/trade/{name}" for name in ("order-algo", "amend-algos", "cancel-algos")
)
STOP = {"instId": "BTC-USDT", "tdMode": "cash", "side": "sell", "ordType": "conditional"}


def stop(px: str, **fields: str) -> Request:
    """A stop far below the market: it waits. The price makes it one of its kind."""
    body = STOP | {"slTriggerPx": px, "slOrdPx": "-1", "sz": "0.01"} | fields
    return Request("POST", PLACE, json.dumps(body))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with lab(tmp_path_factory.mktemp("faults")) as running:
        yield running


@pytest.fixture(autouse=True)
def empty_books(shared: Lab) -> None:
    shared.forget_orders()


def struck(bench: Lab, request: Request, fault: str, moment: Moment) -> str:
    """What a person is told of a request that meets a fault."""
    with meeting(bench, request.path, fault, moment):
        try:
            reply = bench.session.send(request)
        except NotCarriedOut:
            return "not done"
        except OutcomeUnknown as error:
            told = [error.settles[0], "--settle"] if request.path != AMEND else [error.settles[0]]
            return "unknown" if all(each in error.remedy for each in told) else error.remedy
        except OkxMagicError as error:
            return f"{type(error).__name__}: {error.message}"
    assert reply.envelope.data[0]["sCode"] == "0"
    return "done" if reply.recovered else "answered"


def settled_later(bench: Lab, seconds: float = 31) -> str:
    """What is told of the one open outcome when no copy of it can be on its way any more."""
    bench.time.sleep(seconds)
    (line,) = bench.settle()
    return line


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_stop_is_booked_once_or_not_at_all_and_said_so(
    shared: Lab, fault: str, moment: Moment
) -> None:
    """After it was booked it is there exactly once and called placed. OKX takes no expTime for it, so one
    that was not booked is unknown at first, with the GET that tells, and not placed half a minute later.
    """
    for number in range(TIMES):
        named = struck(shared, stop(str(number + 1)), fault, moment)
        client_id, written = shared.told(PLACE)[-1]
        if moment == "after":
            heard = "answered" if fault in ANSWERED else "done"
            assert (shared.booked(client_id), named, written) == (1, heard, "done")
        else:
            assert (shared.booked(client_id), named, written) == (0, "unknown", "unknown")
            assert settled_later(shared).endswith("not placed")
            assert shared.told(PLACE)[-1] == (client_id, "not done")
            assert shared.booked(client_id) == 0


@pytest.mark.parametrize("fault", HIDDEN)
def test_a_naive_client_books_twice(shared: Lab, fault: str) -> None:
    """The faults bite: a client that tries again has two stops in the place of one."""
    shared.sandbox.set_faults(f"next POST {PLACE}: {fault}-after")
    patience = 1.0 if fault == "hang" else retry.POST_SECONDS
    naive(shared, stop("1"), patience, as_typed=True)
    assert len(shared.algos()) == 2


def placed(bench: Lab) -> dict[str, Any]:
    """The acknowledgement of a stop."""
    bench.sandbox.set_faults("")
    row: dict[str, Any] = bench.session.send(stop("1"), again=True).envelope.data[0]
    return row


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_cancel_of_a_stop_ends_it(shared: Lab, fault: str, moment: Moment) -> None:
    """Seen cancelled, or seen alive and cancelled once more: it is told as done, and is."""
    for _ in range(TIMES):
        ack = placed(shared)
        body = json.dumps([{"instId": "BTC-USDT", "algoId": ack["algoId"]}])
        named = struck(shared, Request("POST", CANCEL, body), fault, moment)
        told = named, shared.told(CANCEL)[-1][1], shared.algos()[-1].state
        heard = "done" if moment == "after" and fault in HIDDEN else "answered"
        right = [(heard, "done", "canceled")]
        if fault == "hang":
            # On a busy machine the second and the third may take longer than a quarter of a second, too,
            # and one that was given up may be carried out after the last look.
            right += [("done", "done", "canceled")]
            right += [("unknown", "unknown", state) for state in ("live", "canceled")]
        assert told in right
        if named == "unknown":
            line = settled_later(shared, 91)
            assert ("not cancelled" in line) == (shared.algos()[-1].state == "live")


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_stop_that_is_moved_is_read_back(shared: Lab, fault: str, moment: Moment) -> None:
    """It shows the new price, or nobody can tell; it is sent once, and the stop is there in any case."""
    for _ in range(TIMES):
        ack = placed(shared)
        body = {"instId": "BTC-USDT", "algoId": ack["algoId"], "newSlTriggerPx": "2.0"}
        named = struck(shared, Request("POST", AMEND, json.dumps(body)), fault, moment)
        heard = "answered" if fault in ANSWERED else "done"
        assert named == (heard if moment == "after" else "unknown")
        (moved,) = (one for one in shared.algos() if one.algo_id == ack["algoId"])
        assert (moved.state, moved.legs["sl"].px == 2) == ("live", moment == "after")
        if moment == "before":
            assert "live now" in settled_later(shared)
        shared.forget_orders()


@pytest.mark.parametrize("fault", ["reset", "50004"])
def test_a_stop_of_a_position_is_found_however_it_ended(shared: Lab, fault: str) -> None:
    """One that was set off before anybody looked was placed."""
    market = shared.session.request("GET", "/api/v5/market/ticker?instId=BTC-USDT").data[0]
    near = stop(market["bidPx"], side="sell", ordType="trigger", sz="0.0001")
    body = json.loads(near.body)
    body |= {"triggerPx": body.pop("slTriggerPx"), "orderPx": body.pop("slOrdPx")}
    named = struck(shared, Request("POST", PLACE, json.dumps(body)), fault, "after")
    assert named == "done"
    assert len(shared.algos()) == 1
