"""The channels, and what of REST each of them pushes (``data/channels.json``).

``url`` says where a channel is, ``kind`` how its pushes follow from REST's rows (``public``,
``private``), ``every`` how many seconds lie between two of them. Those of kind ``quiet`` are there and
have nothing to say: what they tell of never happens here. Those of kind ``refused`` need a higher fee
tier.

Tested in ``tests/sandbox/test_sandbox_streams.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from okx_magic.catalogue import endpoints
from okx_magic.sandbox.data import table
from okx_magic.sandbox.market.instruments import instruments
from okx_magic.sandbox.replies import RefusalError
from okx_magic.sandbox.streams.messages import described

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.sandbox.params import Params

# Those of which OKX counts the connections; and all that are the account's.
COUNTED = frozenset({"account", "positions", "balance_and_position", "orders"})
PRIVATE = COUNTED | {"orders-algo", "liquidation-warning"}


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of candles is for one ``bar``; ``fixed`` parameters are asked of REST beside those
    that it ``needs``.
    """

    url: str
    kind: str
    path: str = ""
    fixed: Mapping[str, str] = field(default_factory=dict)
    every: float = 0.1
    needs: tuple[str, ...] = ("instId",)
    login: bool = False

    @property
    def every_ms(self) -> int:
        """``every``, in milliseconds."""
        return round(self.every * 1000)

    def query(self, arg: Params) -> tuple[tuple[str, str], ...]:
        """What REST is asked for."""
        query = {**self.fixed, **{name: arg[name] for name in self.needs}}
        one = instruments().get(arg.get("instId", ""))
        if one is not None and self.path.endswith("/open-interest"):
            # REST has it by kinds, and of options by families.
            named = {name: one.listing.get(name, "") for name in ("instType", "instFamily")}
            query |= {name: value for name, value in named.items() if value}
        return tuple(query.items())


def find(arg: Params, url: str) -> Channel:
    """The channel that ``arg`` subscribes to at ``url``; RefusalError 60018 if there is none."""
    channel = _channels().get(arg.get("channel", ""))
    if channel is None or channel.url != url or not all(arg.get(name) for name in channel.needs):
        raise RefusalError("60018", described(arg))
    return channel


def pushes(name: str) -> bool:
    """Whether the sandbox has a channel that anyone may subscribe to."""
    known = _channels().get(name)
    return known is not None and known.kind != "refused"


@cache
def _channels() -> Mapping[str, Channel]:
    found = {}
    for name, facts in table("channels.json").items():
        channel = Channel(**{**facts, "needs": tuple(facts.get("needs", ("instId",)))})
        if channel.kind != "candles":
            found[name] = channel
            continue
        for bar in _bars(channel.path):
            found[name + bar] = Channel(**{**facts, "fixed": {"bar": bar}})
    return MappingProxyType(found)


def _bars(path: str) -> tuple[str, ...]:
    documented: dict[str, Any] = {one.name: one.values for one in endpoints()["GET", path].params}
    return tuple(documented["bar"])
