"""How the parts become one text: in another order, with something between, or the whole disfigured; and
how other exchanges do it.

What a guide for another exchange has is often copied as a whole. The timestamp in it is the header's;
that another notation was signed is a mistake beside the recipe.

Tested in ``tests/detective/test_detective_suite.py``.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache, partial
from itertools import permutations
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from okx_magic.credentials.changes import (
    COSTS,
    Cost,
    Mistake,
    Wrong,
    changes,
    instead,
    rows,
    table,
    titled,
)
from okx_magic.credentials.derived import KEY, PASSPHRASE, SECRET
from okx_magic.credentials.macs import RIGHT, Scheme
from okx_magic.detective.grammar import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from okx_magic.credentials.changes import Change

    # timestamp, method, path, query, body
    Parts = tuple[bytes, ...]
    Join = Callable[[Parts], bytes]
    # A way to join the parts, and the mistakes in it: none, one or two.
    Joining = Wrong[Join]


RIGHTLY: Final[Joining] = Wrong(b"".join)
"""The right way."""

_NAMES: Final = ("timestamp", "method", "path", "body")  # the path has its query with it
_STRAIGHT: Final = (0, 1, 2, 3)
# What guides for other exchanges have; then all that leave the body at the end.
_USUAL_ORDERS: Final = (
    *((1, 0, 2, 3), (1, 2, 0, 3), (2, 1, 0, 3), (0, 2, 1, 3), (0, 1, 3, 2), (1, 2, 3, 0)),
)


def _between(order: tuple[int, ...], separator: bytes, *, skip_empty: bool = False) -> Join:
    in_order = itemgetter(*order)

    def join(parts: Parts) -> bytes:
        timestamp, method, path, query, body = parts
        chosen = in_order((timestamp, method, path + query, body))
        return separator.join(filter(None, chosen) if skip_empty else chosen)

    return join


def _permuted(order: tuple[int, ...]) -> Mistake:
    names = ", ".join(_NAMES[place] for place in order)
    # The body stands at the end as a rule.
    cost = Cost.KNOWN if order[-1] == _STRAIGHT[-1] else Cost.RARE
    cost = Cost.USUAL if order in _USUAL_ORDERS else cost
    return Mistake.of(f"the parts in the order {names}", "join", cost)


def _separated() -> Iterator[Joining]:
    """The parts in each order, with each separator between."""
    separators: list[tuple[bytes, tuple[Mistake, ...]]] = [(b"", ())]
    for mistake, _, pieces in rows("separators"):
        name = f"{mistake.name} between the parts of the prehash"
        separators.append(("".join(pieces or ()).encode(), (mistake._replace(name=name),)))
    for order in permutations(_STRAIGHT):
        permuted = () if order == _STRAIGHT else (_permuted(order),)
        for between, told in separators:
            if permuted or told:
                yield Wrong(_between(order, between), (*permuted, *told))
            if told:
                # Where no part is empty this is the same; where one is, programs that filter do it.
                dear = told[0]._replace(
                    cost=Cost.KNOWN if told[0].cost == Cost.USUAL else Cost.RARE
                )
                yield Wrong(_between(order, between, skip_empty=True), (*permuted, dear))


def _changed(change: Change, join: Join) -> Join:
    """The joined text after a change."""
    if change.pieces is not None:
        pieces = [piece.encode() for piece in change.pieces]
        return lambda parts: join(parts).join(pieces)

    def changed(parts: Parts) -> bytes:
        # A part in another encoding is no UTF-8.
        text = change.of(join(parts).decode("utf-8", "surrogateescape"))
        return text if isinstance(text, bytes) else (text or "").encode("utf-8", "surrogateescape")

    return changed


def _sorted(parts: Parts, *more: bytes) -> bytes:
    given = parts[3].removeprefix(b"?") + parts[4]
    return b"&".join(sorted(filter(None, (*given.split(b"&"), *more))))


def _nonce(parts: Parts) -> bytes:
    posted = b"&".join(filter(None, (b"nonce=" + parts[0], _FIELDS["given"](parts))))
    return hashlib.sha256(parts[0] + posted).digest()


_API_KEY: Final = b"api_key=" + KEY
_FIELDS: Final[dict[str, Join]] = {
    **{letter: itemgetter(place) for place, letter in enumerate("tmpqb")},
    "pq": lambda parts: parts[2] + parts[3],
    "x": lambda parts: parts[3].removeprefix(b"?"),
    "key": lambda _: KEY,
    "secret": lambda _: SECRET,
    "passphrase": lambda _: PASSPHRASE,
    "given": lambda parts: parts[3].removeprefix(b"?") + parts[4],
    "sorted": _sorted,
    "sorted with api_key": lambda parts: _sorted(parts, _API_KEY),
    "sorted with api_key and timestamp": lambda parts: _sorted(
        parts, _API_KEY, b"timestamp=" + parts[0]
    ),
    "sorted query": lambda parts: b"&".join(sorted(parts[3].removeprefix(b"?").split(b"&"))),
    "SHA-256 of nonce and parameters": _nonce,
    "SHA-512 of the body": lambda parts: hashlib.sha512(parts[4]).hexdigest().encode(),
    "path behind /api": lambda parts: parts[2].removeprefix(b"/api").lstrip(b"/"),
}
# How a field's text is written behind a colon; & behind one stands where it is not empty.
_WRITTEN: Final[dict[str, Callable[[str], str]]] = {
    "repr": repr,
    "ASCII": json.dumps,
    "JSON": partial(json.dumps, ensure_ascii=False),
    "&": lambda text: text and f"{text}&",
}
_FIELD: Final = re.compile(rf"\{{({'|'.join(map(re.escape, _FIELDS))})(?::(repr|ASCII|JSON|&))?\}}")


def _template(row: str) -> Join:
    """The joining that a template says, with the parts and what is made of them for its fields."""
    pieces = _FIELD.split(row)
    makers = [_constant(pieces[0])]
    for name, way, behind in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        makers += [
            _written(_FIELDS[name], _WRITTEN[way]) if way else _FIELDS[name],
            _constant(behind),
        ]
    return lambda parts: b"".join([make(parts) for make in makers])


def _constant(piece: str) -> Join:
    text = piece.encode()
    return lambda _: text


def _written(field: Join, write: Callable[[str], str]) -> Join:
    return lambda parts: write(field(parts).decode("utf-8", "replace")).encode("utf-8", "replace")


@dataclass(eq=False, repr=False)
class Joinings(Place):
    """The ways to join these parts."""

    parts: Parts = ()

    def made(self, count: int, most: int) -> Iterator[Joining]:
        """Those of so many mistakes that are usual, or make another text of this request than those
        before of one name; the rarest pairs are not among them.
        """
        without = {b"".join((*self.parts[:at], *self.parts[at + 1 :])) for at in range(5)}
        picks = {name for _, name, _ in table()["joined"]["join"]}
        seen = set()
        for each in joinings():
            if len(each.mistakes) != count or each.cost > most:
                continue
            text, names = each.what(self.parts), tuple(mistake.name for mistake in each.mistakes)
            # Where this looks as if one part alone had been left out, that is what is told.
            looks = names[0] in picks and text in without
            if not looks and ((text, names) not in seen or each.mistakes[-1].cost < Cost.RARE):
                seen.add((text, names))
                yield each


@cache
def joinings() -> tuple[Joining, ...]:
    """All wrong ways to join, those of two mistakes too."""
    return tuple(_joinings())


def _joinings() -> Iterator[Joining]:
    separated = tuple(_separated())
    for change in changes("w"):
        yield Wrong(_changed(change, b"".join), (change.mistake,))
    yield from separated
    for kind, found in (*table()["printed"].items(), *table()["joined"].items()):
        for usual, name, *made in found:
            for title, row in titled(name, made):
                yield Wrong(_template(row), (Mistake.of(title, kind, COSTS[usual]),))
    for joining in separated:
        for change in changes("w"):
            if len(joining.mistakes) == 1 and change.mistake.correction == instead("ends"):
                told = (*joining.mistakes, change.mistake)
                yield Wrong(_changed(change, joining.what), told)


@cache
def recipes() -> dict[tuple[Scheme, str], list[Joining]]:
    """Whole ways to sign: those with key, secret or passphrase in the text, and those of other exchanges;
    by their scheme and the name of the wrong form of the secret that belongs to them, "" for the right
    one. Only under that do the marks in the joined text stand for the values.
    """
    found: dict[tuple[Scheme, str], list[Joining]] = {}
    for kind, made in table()["recipes"].items():
        for usual, name, row, *more in made:
            scheme, secret = Scheme(*more[:2]) if more else RIGHT, "".join(more[2:])
            told = Mistake.of(name, kind, COSTS[usual])
            found.setdefault((scheme, secret), []).append(Wrong(_template(row), (told,)))
    return found
