"""The one market of the tests of agreement: what is asked of it, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from documented import as_sent
from hypothesis import strategies as st

from okx_magic.catalogue import endpoint
from okx_magic.sandbox.market import book, noise, paths, pricing, tape
from okx_magic.sandbox.market import instruments as listing
from okx_magic.sandbox.market.instruments import instruments
from okx_magic.sandbox.market.market import Market, Moment
from okx_magic.sandbox.routes.endpoints import PUBLIC

if TYPE_CHECKING:
    from okx_magic.sandbox.params import Params

MARKET = Market(5)
DAY = 86_400
# From the day on which all instruments are listed, to 2040.
FIRST, LAST = 1_735_400_000, 2_200_000_000
INTEREST_HISTORY = "rubik/stat/contracts/open-interest-history"
times = st.floats(FIRST, LAST) | st.floats(FIRST, FIRST + 30 * DAY)
swaps = st.sampled_from([name for name in instruments() if name.endswith("-SWAP")])
contracts = st.sampled_from(
    [name for name, one in instruments().items() if one.inst_type in {"SWAP", "FUTURES"}]
)


def forget() -> None:
    """Has nothing be known of what was asked before, as in a new process; facts stay."""
    for module in (book, listing, noise, paths, pricing, tape):
        for each in vars(module).values():
            if hasattr(each, "cache_parameters") and each.cache_parameters()["maxsize"]:
                each.cache_clear()


def ask(path: str, now: float, **query: object) -> Any:
    """What the public endpoint answers at ``now``."""
    texts = {name: str(value) for name, value in query.items()}
    return answer(f"/api/v5/{path}", Moment(MARKET, now), texts)


def answer(path: str, at: Moment, query: Params) -> Any:
    known = endpoint("GET", path)
    assert known is not None
    return as_sent(known, PUBLIC[path](at, query))
