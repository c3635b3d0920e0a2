"""Completion as a front end asks for it: ``complete_request`` to a kernel of its own."""

from __future__ import annotations

import os
import statistics
import time
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_client.manager import start_new_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_client.blocking.client import BlockingKernelClient

pytestmark = pytest.mark.slow

SETUP = """
%load_ext okx_magic
%okx_login sandbox
import pandas as pd
order = pd.DataFrame({"ordId": ["1"]})
"""


class Kernel:
    """Asks a kernel as a notebook does."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self.client = client

    def run(self, code: str) -> Any:
        return self.client.execute(code, reply=True, timeout=60)["content"]

    def complete(self, text: str) -> Any:
        """The reply for a cursor at ``|``."""
        place = text.index("|")
        code = text.replace("|", "", 1)
        return self.client.complete(code, place, reply=True, timeout=30)["content"]

    def after(self, text: str) -> str:
        """The cell after the first match was taken."""
        reply = self.complete(text)
        code = text.replace("|", "", 1)
        taken: str = reply["matches"][0]
        return code[: reply["cursor_start"]] + taken + code[reply["cursor_end"] :]


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel logged in to the sandbox, in a home without credentials; one for all tests."""
    home = str(tmp_path_factory.mktemp("home"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OKX_")}
    manager, client = start_new_kernel(
        kernel_name="python3", env={**environment, "HOME": home, "IPYTHONDIR": home}
    )
    try:
        kernel = Kernel(client)
        assert kernel.run(SETUP)["status"] == "ok"
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


@pytest.mark.parametrize(
    ("typed", "becomes"),
    [
        ("fills = GE|", "fills = GET "),
        ("GET /api/v5/account/bal|", "GET /api/v5/account/balance"),
        ("GET account/conf|", "GET /api/v5/account/config"),
        ("GET /api/v5/market/candles?ba|", "GET /api/v5/market/candles?bar="),
        (
            "GET /api/v5/market/candles\n  ?instId=X\n  &ba|",
            "GET /api/v5/market/candles\n  ?instId=X\n  &bar=",
        ),
        ("GET /api/v5/trade/fills?instType=SP|", "GET /api/v5/trade/fills?instType=SPOT"),
        ("GET /api/v5/market/ticker?instId=BTC-US|", "GET /api/v5/market/ticker?instId=BTC-USDT"),
        ('POST /api/v5/trade/order\n{"ordT|": ""}', 'POST /api/v5/trade/order\n{"ordType": ""}'),
        ('POST /api/v5/trade/order\n{"side": "b|"}', 'POST /api/v5/trade/order\n{"side": "buy"}'),
        (
            'POST /api/v5/trade/order\n{"instId": "eth-usdt|"}',
            'POST /api/v5/trade/order\n{"instId": "ETH-USDT"}',
        ),
        ("GET /api/v5/trade/order?ordId={{ ord|", "GET /api/v5/trade/order?ordId={{ order"),
        (
            "GET /api/v5/trade/order?ordId={{ order.ordI|",
            "GET /api/v5/trade/order?ordId={{ order.ordId",
        ),
    ],
)
def test_in_the_middle_of_a_cell(kernel: Kernel, typed: str, becomes: str) -> None:
    """The first match replaces what is typed and leaves the rest of a several-line cell alone."""
    before = "%%okx\n# a comment\ntime = GET /api/v5/public/time\n"
    following = "\nlast = GET /api/v5/account/config"
    assert kernel.after(before + typed + following) == before + becomes + following


def test_each_match_has_its_type(kernel: Kernel) -> None:
    """A front end can say what a match is."""
    reply = kernel.complete("%%okx\nGET /api/v5/account/bal|")
    types = reply["metadata"]["_jupyter_types_experimental"]
    assert {each["type"] for each in types} == {"path"}


@pytest.mark.parametrize(
    ("typed", "becomes"),
    [
        ("%%okx --dr|\nGET /api/v5/public/time", "%%okx --dry-run\nGET /api/v5/public/time"),
        ("%%okx -a sa|\nGET /api/v5/public/time", "%%okx -a sandbox\nGET /api/v5/public/time"),
        ("import os\n%okx_login sa|", "import os\n%okx_login sandbox"),
        ("df = %okx GET /api/v5/public/ti|", "df = %okx GET /api/v5/public/time"),
    ],
)
def test_on_the_magic_line(kernel: Kernel, typed: str, becomes: str) -> None:
    """Options, accounts and requests on our lines, also in a cell of Python."""
    assert kernel.after(typed) == becomes


@pytest.mark.parametrize(
    "text",
    ["%%okx\nim|", "%%okx\nGET /api/v5/no/such?instId=%|", "%%okx\n# GET /ap|", "%%okx\n{{ os.|"],
)
def test_nobody_else_answers_in_our_cells(kernel: Kernel, text: str) -> None:
    """Where nothing fits, no keyword, magic or file comes in: what is typed stays."""
    assert kernel.after(text) == text.replace("|", "")
    assert len(kernel.complete(text)["matches"]) == 1


@pytest.mark.parametrize("text", ["GE|", "x = 1\nGET /api/v5/acc|", "%%time\nGET /api/v5/acc|"])
def test_other_cells_are_as_before(kernel: Kernel, text: str) -> None:
    """Python's own completion works, and nothing of ours is in it."""
    assert not any(
        "api/v5" in match or match == "GET " for match in kernel.complete(text)["matches"]
    )
    assert "import" in kernel.complete("imp|")["matches"]


def test_the_round_trip_is_quick(kernel: Kernel) -> None:
    """A whole round trip through the kernel is sooner over than one for a completion of Python's own."""

    def seconds(text: str) -> float:
        started = time.perf_counter()
        kernel.complete(text)
        return time.perf_counter() - started

    pairs = [seconds("%%okx\nGET /api/v5/account/bal|") / seconds("imp|") for _ in range(15)]
    assert statistics.median(pairs) < 1


def test_unloading_takes_the_completion_away(kernel: Kernel) -> None:
    """After %unload_ext the cell is nobody's again; loading brings it back once."""
    count = "len([m for m in get_ipython().Completer.custom_matchers if 'okx' in str(m)])"
    kernel.run("%unload_ext okx_magic")
    assert not any(
        "/api" in match for match in kernel.complete("%%okx\nGET /api/v5/acc|")["matches"]
    )
    kernel.run("%load_ext okx_magic")
    assert kernel.run(f"assert {count} == 1")["status"] == "ok"
    assert kernel.complete("%%okx\nGET /api/v5/acc|")["matches"]
