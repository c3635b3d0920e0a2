"""Finds channels of streams by the words of traders, and shows one with a cell to paste.

Tested in ``tests/catalogue/test_topics.py``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from okx_magic.catalogue.channels import channel, channels
from okx_magic.catalogue.endpoint_search import search
from okx_magic.catalogue.topics import topics, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from okx_magic.catalogue.channels import Channel

# A wording leads to a channel; so does a word of its name or title, and the GET with the same rows.
_TOPIC, _TOPIC_WORD, _RANK = 20, 10, 4
_NAME, _TITLE, _TWIN = 6, 3, 12
_TWINS: Final = 4
# Channels of rooms that few people mean: OKX's names of them begin so.
_ASIDE = ("sprd", "grid", "copytrading", "algo-recurring", "struc", "public-struc", "block", "rfq")
_HALF = 0.5
_EXAMPLES: Final[Mapping[str, str]] = {
    "instType": "SWAP",
    "instFamily": "BTC-USD",
    "instId": "BTC-USDT",
    "sprdId": "BTC-USDT_BTC-USDT-SWAP",
    "ccy": "BTC",
}
# Only swaps, or only options, have these.
_SWAPS = frozenset({"funding-rate", "open-interest", "mark-price", "price-limit"})
_SWAP = "BTC-USDT-SWAP"


def live(text: str) -> bool:
    """Whether a question asks for a stream: live, websocket, notify and the like; ccxt's watchTicker."""
    known = topics()
    asked = any(word in known.live or word.startswith("watch") for word in _words(text))
    return asked and bool(_asked(text))


def search_channels(text: str) -> tuple[Channel, ...]:
    """The channels that answer a question, best first; of candles those of a minute."""
    asked = _asked(text)
    if not asked:
        return ()
    known = topics()
    wordings, _ = known.split(
        [word for word in _words(text) if word not in known.live], known.channels
    )
    scores: dict[str, float] = {}
    for wording in wordings:
        for rank, (_, name) in enumerate(known.channels[wording]):
            weight = _TOPIC + _TOPIC_WORD * (len(wording) - 1) - _RANK * rank
            scores[name] = scores.get(name, 0) + weight
    twins = [each.path for each in search(" ".join(asked))[:_TWINS]]
    for each in _families():
        meant = scores.get(each.name, 0)
        points = _points(each, asked) * (_HALF if each.name.startswith(_ASIDE) else 1)
        if each.twin in twins:
            points += _TWIN / (1 + twins.index(each.twin))
        if meant or points:
            scores[each.name] = meant + points
    best = sorted(scores, key=lambda name: (-scores[name], len(name), name))
    return tuple(channels()[name] for name in best)


def named_channel(text: str) -> Channel | None:
    """The channel of a text such as ``SUBSCRIBE books5?instId=BTC-USDT``, or None."""
    method, _, rest = text.strip().partition(" ")
    return channel(rest.strip().partition("?")[0]) if method.upper() == "SUBSCRIBE" else None


def channel_card(known: Channel) -> tuple[str, ...]:
    """What a channel takes, what it sends, and a cell to paste."""
    access = "private: it logs in" if known.login else "public"
    facts = [access, f"at /ws/v5/{known.url}"]
    lines = [f"SUBSCRIBE {known.name} · {known.title}", "  " + " · ".join(facts)]
    width = max(map(len, known.args), default=0)
    required = {"yes": "required", "no": "optional", "conditional": "depends"}
    lines += [f"  {name:<{width}}  {required[needed]}" for name, needed in known.args.items()]
    if known.twin:
        lines.append(f"  rows as of GET {known.twin}")
    return (*lines, "", "%%okx", *channel_example(known))


def channel_example(known: Channel) -> tuple[str, ...]:
    """The line of a cell that subscribes, with a name to read the rows by."""
    needed = [name for name, need in known.args.items() if need != "no"]
    if "conditional" in known.args.values():
        needed = [name for name in needed if name != "instId"]
    pairs = "&".join(f"{name}={_value(known, name)}" for name in needed)
    query = f"?{pairs}" if pairs else ""
    return (f"{known.name.replace('-', '_')} = SUBSCRIBE {known.name}{query}",)


def _value(known: Channel, name: str) -> str:
    if name == "instId" and known.name in _SWAPS:
        return _SWAP
    if name == "instType" and known.login:
        return "ANY"
    if name == "instType" and known.name.startswith(("estimated-price", "option-trades")):
        return "OPTION"
    return _EXAMPLES.get(name) or f"{{{{ {name} }}}}"


def _words(text: str) -> list[str]:
    # "order updates" is a stream; "update my order" changes one.
    text = re.sub(r"(?i)\bupdates\b", "notification", text)
    return words_of(re.sub(r"(?i)real[ -]time", "realtime", text))


def _asked(text: str) -> Sequence[str]:
    known = topics()
    return [word for word in _words(text) if word not in known.live and word not in known.filler]


def _points(each: Channel, asked: Sequence[str]) -> float:
    name, title = words_of(each.name.replace("_", "-")), words_of(each.title)
    return sum(_NAME * (word in name) + _TITLE * (word in title) for word in asked)


@cache
def _families() -> tuple[Channel, ...]:
    """Each channel, of candles those of a minute only."""
    return tuple(each for each in channels().values() if each.bar in ("", "1m"))


def channel_row(known: Channel) -> tuple[str, ...]:
    """The cells of a line in a table of what was found."""
    access = "private" if known.login else "public"
    return "SUBSCRIBE", known.name, access, "", known.title
