"""Many calls on a bad network leave nothing behind.

``OKX_MAGIC_FULL=1`` makes 10,000 calls in place of 600.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lab import Lab, lab, order
from many import many

from okx_magic.errors import NotCarriedOut, OkxMagicError, OutcomeUnknown
from okx_magic.model import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.slow

CALLS = many(10_000, 600)
MOST_GROWTH = 30 << 20
FAULTS = (
    "5% any: reset-before | reset-after | close-before | half | 502-before | 502-after | html"
    " | empty | 50001 | 50004-after | 51149-after | 50011 | hang-before"
)

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def others() -> set[threading.Thread]:
    """The threads of everybody else."""
    return set(threading.enumerate())


@pytest.fixture
def bad_network(others: set[threading.Thread], tmp_path: Path) -> Iterator[Lab]:  # noqa: ARG001  # it must run first
    # What hangs takes its time for real.
    with lab(tmp_path, timeout=0.1) as running:
        yield running


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def call(bench: Lab, number: int, counts: dict[str, int]) -> None:
    """A read, an order, or the cancel of the order before."""
    requests = [
        Request("GET", "/api/v5/account/balance"),
        Request("GET", "/api/v5/market/ticker?instId=BTC-USDT"),
        order(px=str(number + 1)),
    ]
    orders = bench.orders()
    if orders:
        body = {"instId": "BTC-USDT", "ordId": orders[-1].ord_id}
        requests.append(Request("POST", "/api/v5/trade/cancel-order", json.dumps(body)))
    try:
        reply = bench.session.send(requests[number % len(requests)])
        kind = "recovered" if reply.recovered else "answered"
    except (NotCarriedOut, OutcomeUnknown, OkxMagicError) as error:
        kind = type(error).__name__
    counts[kind] = counts.get(kind, 0) + 1


@linux
def test_a_soak_leaves_no_socket_thread_file_or_memory_behind(
    bad_network: Lab,
    others: set[threading.Thread],
    record_property: Callable[[str, object], None],
) -> None:
    """After thousands of calls with 5 % faults there are as many sockets, threads and files as after the
    first few, memory has grown by less than 30 MiB, and no order stands twice.
    """
    bench = bad_network
    bench.sandbox.set_faults(FAULTS)
    counts: dict[str, int] = {}
    # Caches fill in the beginning, of this side and of the sandbox.
    for number in range(200):
        call(bench, number, counts)
    gc.collect()
    before = (threading.active_count(), descriptors(), resident())
    for number in range(200, 200 + CALLS):
        call(bench, number, counts)
    gc.collect()
    after = (threading.active_count(), descriptors(), resident())
    record_property("counts", counts)
    record_property("before", before)
    record_property("after", after)
    # A watchdog and the connection of this moment may come and go.
    assert after[0] - before[0] <= 1, (before, after)
    assert after[1] - before[1] <= 2, (before, after)
    assert after[2] - before[2] <= MOST_GROWTH, (before, after, counts)
    ids = [each.ticket.cl_ord_id for each in bench.orders()]
    assert len(ids) == len(set(ids))
    assert counts["answered"] > CALLS * 0.8, counts
    bench.connection.close()
    bench.sandbox.stop()
    ours = set(threading.enumerate()) - others
    for each in ours:
        each.join(60)
    assert not [each for each in ours if each.is_alive()]


@linux
def test_control_a_leak_would_be_seen() -> None:
    """The control: what the soak counts does count."""
    before = descriptors()
    with Path("/dev/null").open("rb"), Path("/dev/null").open("rb"):
        assert descriptors() == before + 2
    assert descriptors() == before
