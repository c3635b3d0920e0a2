"""How the parts become one text: in another order, with something between, or the whole disfigured."""

from __future__ import annotations

import json
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

from okx_magic.credentials.text_changes import CHANGES
from okx_magic.detective.mistakes import KNOWN, RARE, USUAL, Mistake
from okx_magic.detective.path import LOGIN_CORRECTION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from okx_magic.credentials.text_changes import Change

    # timestamp, method, path, query, body
    Parts = tuple[bytes, ...]
    Join = Callable[[Parts], bytes]

_NAMES = ("timestamp", "method", "path", "body")  # the path has its query with it
_CORRECTION = (
    "join timestamp, method, path with query, and body in this order, with nothing between, before"
    " or behind them"
)
WHOLE = "sign the joined text itself, as its UTF-8 bytes"
_ENDS = (
    "sign the joined text alone: echo, files and Go's json.Encoder add a line break at its end"
    " (printf '%s' and json.Marshal do not)"
)


class Joining(NamedTuple):
    """A way to join the parts, and the mistakes in it: none, one or two."""

    join: Join
    mistakes: tuple[Mistake, ...]

    @property
    def reach(self) -> int:
        """That of its rarest mistake."""
        return min((mistake.reach for mistake in self.mistakes), default=USUAL)


_SEPARATORS: dict[str, tuple[bytes, int]] = {
    "line breaks": (b"\n", USUAL),
    "blanks": (b" ", USUAL),
    "&": (b"&", KNOWN),
    "commas": (b",", KNOWN),
    "|": (b"|", KNOWN),
    "+": (b"+", KNOWN),
    "colons": (b":", KNOWN),
    "-": (b"-", KNOWN),
    "_": (b"_", KNOWN),
    "full stops": (b".", KNOWN),
    "tabs": (b"\t", RARE),
    "semicolons": (b";", RARE),
    "Windows line breaks": (b"\r\n", RARE),
    "commas and blanks": (b", ", RARE),
    "slashes": (b"/", RARE),
    "backslash and n": (b"\\n", KNOWN),
    "+ in blanks": (b" + ", RARE),
    "?": (b"?", RARE),
    "=": (b"=", RARE),
    "#": (b"#", RARE),
}


def _in_order(order: tuple[int, ...], separator: bytes, *, skip_empty: bool) -> Join:
    def join(parts: Parts) -> bytes:
        timestamp, method, path, query, body = parts
        four = (timestamp, method, path + query, body)
        chosen = [four[place] for place in order]
        return separator.join([part for part in chosen if part] if skip_empty else chosen)

    return join


def _changed(change: Change) -> Join:
    """The joined text after a change."""
    if change.edges is not None:
        before, behind = (edge.encode() for edge in change.edges)
        return lambda parts: before + b"".join(parts) + behind

    def join(parts: Parts) -> bytes:
        # A part in another encoding is no UTF-8.
        made = change.of(b"".join(parts).decode("utf-8", "surrogateescape"))
        return made if isinstance(made, bytes) else made.encode("utf-8", "surrogateescape")

    return join


def _printed(change: Callable[[list[str]], str]) -> Join:
    def join(parts: Parts) -> bytes:
        timestamp, method, path, query, body = (part.decode("utf-8", "replace") for part in parts)
        return change([timestamp, method, path + query, body]).encode("utf-8", "replace")

    return join


_LISTS: dict[str, Join] = {
    "the parts as a printed Java list": _printed(lambda parts: f"[{', '.join(parts)}]"),
    "the parts as a printed Go slice": _printed(lambda parts: f"[{' '.join(parts)}]"),
    "the parts as a printed array of node": _printed(
        lambda parts: f"[ {', '.join(map(repr, parts))} ]"
    ),
    "the parts in a printed Java Optional": _printed(lambda parts: f"Optional[{''.join(parts)}]"),
    "the parts as a printed Python list": _printed(str),
    "the parts as a printed Python tuple": _printed(lambda parts: str(tuple(parts))),
    "the parts as a JSON array": _printed(json.dumps),
    "the parts as a compact JSON array": _printed(
        lambda parts: json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
    ),
}

# Recipes of other exchanges, and guesses: only some of the parts. Those that lack a single part are a
# mistake of that part.
PICKS: dict[str, Callable[[Parts], bytes]] = {
    "nothing at all": lambda _parts: b"",
    "the body alone": lambda parts: parts[4],
    "the path with its query alone": lambda parts: parts[2] + parts[3],
    "the query alone": lambda parts: parts[3].removeprefix(b"?"),
    "the query without ?, and the body": lambda parts: parts[3].removeprefix(b"?") + parts[4],
    "the timestamp alone": lambda parts: parts[0],
    "timestamp and method alone": lambda parts: parts[0] + parts[1],
    "timestamp and path with query alone": lambda parts: parts[0] + parts[2] + parts[3],
    "timestamp and query without ? alone": lambda parts: parts[0] + parts[3].removeprefix(b"?"),
    "timestamp and body alone": lambda parts: parts[0] + parts[4],
    "path with query and body alone": lambda parts: parts[2] + parts[3] + parts[4],
    "method and path with query alone": lambda parts: parts[1] + parts[2] + parts[3],
}
"""The joinings that leave out more than one part."""

# What a shell leaves in single quotes, and templates that nobody fills.
_BODY_WORDS = ("$BODY", "$body", "${BODY}", "${body}", "$data", "$DATA", "%BODY%", "#{body}", "%s")

PLAIN = Joining(b"".join, ())
"""The right way."""


def _once() -> Iterator[Joining]:
    straight = (0, 1, 2, 3)
    for change in CHANGES["w"]:
        # Quotes and the like are a text of their own; blanks and line breaks come from tools.
        ends = change.edges is not None and not change.name.startswith("the prehash")
        told = Mistake(change.name, _ENDS if ends else WHOLE, change.reach)
        yield Joining(_changed(change), (told,))
    for between, (separator, reach) in _SEPARATORS.items():
        name = f"{between} between the parts of the prehash"
        join = _in_order(straight, separator, skip_empty=False)
        yield Joining(join, (Mistake(name, _CORRECTION, reach),))
        # Where no part is empty this is the same, and where one is, the less usual.
        join = _in_order(straight, separator, skip_empty=True)
        rare = KNOWN if reach == USUAL else RARE
        yield Joining(join, (Mistake(name, _CORRECTION, rare),))
    for order in permutations(straight):
        if order != straight:
            join = _in_order(order, b"", skip_empty=False)
            yield Joining(join, (_permuted(order),))
    for name, join in _LISTS.items():
        yield Joining(join, (Mistake(name, _CORRECTION, RARE),))
    for name, pick in PICKS.items():
        yield Joining(pick, (Mistake(name, _CORRECTION, RARE),))
    for word in _BODY_WORDS:
        told = Mistake(f"{word} itself in place of the body", _CORRECTION, RARE)
        yield Joining(lambda parts, word=word: b"".join(parts[:4]) + word.encode(), (told,))  # type: ignore[misc]
    log_in = Mistake("the prehash of the WebSocket log-in", LOGIN_CORRECTION)
    yield Joining(lambda parts: parts[0] + b"GET/users/self/verify", (log_in,))


# What guides for other exchanges have; then all that leave the body at the end.
_USUAL_ORDERS = ((1, 0, 2, 3), (1, 2, 0, 3), (2, 1, 0, 3), (0, 2, 1, 3), (0, 1, 3, 2), (1, 2, 3, 0))


def _permuted(order: tuple[int, ...]) -> Mistake:
    names = ", ".join(_NAMES[place] for place in order)
    reach = USUAL if order in _USUAL_ORDERS else KNOWN if order[-1] == 3 else RARE
    return Mistake(f"the parts in the order {names}", _CORRECTION, reach)


def _twice() -> Iterator[Joining]:
    straight = (0, 1, 2, 3)
    for order in permutations(straight):
        if order == straight:
            continue
        for between, (separator, reach) in _SEPARATORS.items():
            separated = Mistake(f"{between} between the parts of the prehash", _CORRECTION, reach)
            for skip_empty in (True, False):
                join = _in_order(order, separator, skip_empty=skip_empty)
                yield Joining(join, (_permuted(order), separated))


def _separated_and_ended() -> Iterator[Joining]:
    """Something between the parts, and something at an end of the whole."""
    ends = [change for change in CHANGES["w"] if change.edges and change.reach >= KNOWN]
    for between, (separator, reach) in _SEPARATORS.items():
        told = Mistake(f"{between} between the parts of the prehash", _CORRECTION, reach)
        for change in ends:
            ended = Mistake(change.name, _ENDS, change.reach)
            for skip_empty in (True, False):
                join = _in_order((0, 1, 2, 3), separator, skip_empty=skip_empty)
                yield Joining(_edged(join, change), (told, ended))


def _edged(join: Join, change: Change) -> Join:
    before, behind = (edge.encode() for edge in change.edges or ("", ""))
    return lambda parts: before + join(parts) + behind


ONCE = tuple(_once())
TWICE = (*_twice(), *_separated_and_ended())
