"""The channels that the sandbox has, of those that the catalogue knows (``data/channels.json``).

Tested in ``tests/sandbox/test_sandbox_streams.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from okx_magic.catalogue import channels
from okx_magic.sandbox.data import table
from okx_magic.sandbox.market.instruments import families, instruments
from okx_magic.sandbox.replies import RefusalError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.sandbox.params import Params

_INST_TYPES = ("SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION", "ANY")


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """A channel that the catalogue has as ``known``, with the arguments that it ``needs``. ``feed`` says
    how its pushes follow from the rows of the GET ``path`` (``feeds``): "quiet" ones tell of what never
    happens here, "refused" ones need a higher fee tier. ``every`` is how many milliseconds lie between
    two pushes of a public one, ``fixed`` what REST is asked beside the arguments; ``more`` is what its
    rows have beside REST's, ``fields`` what they have of those.
    """

    known: channels.Channel
    needs: list[str]
    path: str
    feed: str
    every: int = 100
    fixed: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, list[str]] = field(default_factory=dict)

    def query(self, arg: Params) -> dict[str, str]:
        """What REST is asked for."""
        query = {"bar": self.known.bar, **self.fixed, **{name: arg[name] for name in self.needs}}
        one = instruments().get(arg.get("instId", ""))
        if one is not None and self.known.name == "open-interest":
            query["instType"] = one.inst_type
        if query.get("instType") == "OPTION":
            # Of these REST wants to know the families.
            query["instFamily"] = ",".join(families("OPTION"))
        return query


def find(arg: Params, url: str) -> Channel:
    """The channel that ``arg`` subscribes to at ``url``; RefusalError 60018 if there is none."""
    found = _channels().get(arg.get("channel", ""))
    if found is None or found.known.url != url or not all(arg.get(name) for name in found.needs):
        raise unknown(arg)
    kind, inst_id = arg.get("instType", "ANY"), arg.get("instId")
    known = kind in _INST_TYPES and (not inst_id or inst_id in instruments())
    if found.known.login and not known:
        raise unknown(arg)
    return found


def unknown(arg: Mapping[str, str]) -> RefusalError:
    """How a subscription to what is not there is refused: ``channel:trades,instId:NO-ONE``."""
    return RefusalError("60018", ",".join(f"{name}:{value}" for name, value in arg.items()))


def pushes(name: str) -> bool:
    """Whether the sandbox has a channel that anyone may subscribe to."""
    return name in _channels() and _channels()[name].feed != "refused"


@cache
def _channels() -> Mapping[str, Channel]:
    facts, found = table("channels.json"), {}
    for name, known in channels.channels().items():
        if of := facts.get(name.removesuffix(known.bar)):
            needs = [each for each, needed in known.args.items() if needed == "yes"]
            found[name] = Channel(known, needs, **{"path": known.twin, **of})
    return found
