"""Searches too long for the catalogue: the clock by the millisecond, every order of keys, and the like.

A sweep makes its messages fast, and names one only when its signature has matched.
"""

from __future__ import annotations

import math
from itertools import islice, permutations
from typing import TYPE_CHECKING, Any, NamedTuple

from okx_magic import catalogue
from okx_magic.detective import body
from okx_magic.detective.jsonforms import COMPACT, DEFAULT, json_forms
from okx_magic.detective.mistakes import Mistake, Wrong, wrong
from okx_magic.detective.notations import NOTATIONS, instant, notation_of
from okx_magic.detective.timestamp import MISTAKES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Texts = Callable[[], Iterator[Wrong]]

_MILLISECOND, _SECOND = 1000, 1_000_000
# OKX takes a time within 30 s of its own: two readings that are further apart are no accident.
_WINDOW = 30 * _SECOND
# In another notation, which is a second mistake, less of it is tried.
_NEAR_WINDOW = 3 * _SECOND
# Of a header in microseconds so many are tried; two readings in one function are closer still.
_FINE_WINDOW = 30 * _MILLISECOND
_NEAR = 100
_MOST_PERMUTED = 4
# An order has seven members as a rule; with other mistakes all their orders would take too long.
_MOST_PERMUTED_ALONE = 7

_ONE_READING = (
    "read the clock once for each request, and use that one text both in the prehash and in"
    " OK-ACCESS-TIMESTAMP"
)
_KEYS = "make the text of the body once, sign it and send that very text, its keys in one order"
_ORDER = "sign the parameters in the order in which they are sent"
_ENDPOINT = "sign the path of the request that is sent, and sign each request afresh"

# In these a program that reads the clock twice writes the two readings in different notations.
_REREAD = (
    "the timestamp in ISO 8601 with milliseconds and Z",
    "the timestamp without its Z",
    "the timestamp as epoch milliseconds",
    "the timestamp without milliseconds",
    "the timestamp as epoch seconds",
)
# What a program writes of one reading whose milliseconds went into the header.
_FINER = (
    "the timestamp with microseconds",
    "the timestamp with microseconds and without Z",
    "the timestamp with microseconds and +00:00",
    "the timestamp as str(datetime) gives it",
    "the timestamp as str(datetime) gives it without a zone",
    "the timestamp as epoch microseconds",
    "the timestamp as epoch seconds with a fraction",
    "the timestamp in ISO 8601 with milliseconds and Z",
    "the timestamp without its Z",
    "the timestamp with +00:00 in place of Z",
    "the timestamp as epoch milliseconds",
    "the timestamp as epoch seconds with three decimals",
)


class Sweep(NamedTuple):
    """Wrong texts of one part: fast, as bytes, and slowly, by their place, with their mistakes."""

    texts: Callable[[], Iterator[bytes]]
    told: Callable[[int], Wrong]


def _listed(texts: Texts) -> Sweep:
    return Sweep(
        lambda: (each.text for each in texts()),
        lambda number: next(islice(texts(), number, None)),
    )


# ---- the clock ------------------------------------------------------------------------------------


def rereadings(header: str) -> Iterator[Sweep]:
    """The clock read once more for the prehash than for the header, and written in its notation."""
    time, notation = instant(header), notation_of(header)
    if time is not None and notation is not None:
        yield _clock(time, notation, written_alike=True)


def rereadings_otherwise(header: str) -> Iterator[Sweep]:
    """The same in another notation than the header's: two mistakes."""
    time, own = instant(header), notation_of(header)
    if time is not None:
        for notation in _REREAD:
            if notation != own:
                yield _clock(time, notation, written_alike=False)


def near_readings(header: str) -> list[Wrong]:
    """The timestamps a little before and behind the header's, and whole seconds away, in its notation."""
    time, notation = instant(header), notation_of(header)
    if time is None or notation is None:
        return []
    step = _grain(notation)
    near = (steps * step for steps in range(-_NEAR, _NEAR + 1))
    seconds = range(-_WINDOW, _WINDOW + 1, _SECOND)
    times = [time + far for far in dict.fromkeys((*near, *seconds)) if far]
    return [wrong(NOTATIONS[notation](each), _reread(each - time)) for each in times]


def finer_readings(header: str) -> Iterator[Sweep]:
    """One reading of the clock, of which the header shows fewer digits than were signed."""
    time, own = instant(header), notation_of(header)
    if time is None or own is None:
        return
    coarse = _grain(own)
    if coarse == _SECOND:  # Date.now() / 1000 of JavaScript
        fraction = "the timestamp as epoch seconds with a fraction"
        yield _swept(fraction, range(time, time + coarse, _MILLISECOND), _finer(fraction))
    for notation in _FINER:
        grain = _grain(notation)
        if grain == coarse // 1000:
            yield _swept(notation, range(time, time + coarse, grain), _finer(notation))


def float_readings(header: str) -> Iterator[Sweep]:
    """``str(time.time())`` in the millisecond that the header shows: a float each 0.24 µs."""
    time, own = instant(header), notation_of(header)
    if time is None or own is None or _grain(own) != _MILLISECOND:
        return
    told = (MISTAKES["the timestamp as epoch seconds with a fraction"],)

    def floats() -> Iterator[float]:
        reading = time / _SECOND
        while reading < (time + _MILLISECOND) / _SECOND:
            yield reading
            reading = math.nextafter(reading, math.inf)

    yield _listed(lambda: (wrong(str(each), *told) for each in floats()))


def _clock(time: int, notation: str, *, written_alike: bool) -> Sweep:
    grain = _grain(notation)
    window = _WINDOW if written_alike else _NEAR_WINDOW
    if grain == 1:
        window = _FINE_WINDOW
    start = time // grain * grain

    def mistakes(reading: int) -> tuple[Mistake, ...]:
        reread = _reread(reading - time)
        return (reread,) if written_alike else (reread, MISTAKES[notation])

    return _swept(notation, range(start - window, start + window + 1, grain), mistakes)


def _swept(
    notation: str, times: Sequence[int], mistakes: Callable[[int], tuple[Mistake, ...]]
) -> Sweep:
    write = NOTATIONS[notation]

    def told(number: int) -> Wrong:
        return wrong(write(times[number]), *mistakes(times[number]))

    return Sweep(lambda: (write(each).encode() for each in times), told)


def _finer(notation: str) -> Callable[[int], tuple[Mistake, ...]]:
    return lambda _reading: (MISTAKES[notation],)


def _grain(notation: str) -> int:
    """The µs by which two texts in this notation differ at least."""
    write, start = NOTATIONS[notation], 1_600_000_000 * _SECOND
    steps = (1, _MILLISECOND, _SECOND)
    return next(step for step in steps if write(start + step) != write(start) or step == _SECOND)


def _reread(microseconds: int) -> Mistake:
    far = abs(microseconds)
    if far % _SECOND == 0:
        length = f"{far // _SECOND} s"
    elif far % _MILLISECOND == 0:
        length = f"{far // _MILLISECOND} ms"
    else:
        length = f"{far} µs"
    way = "before" if microseconds < 0 else "after"
    return Mistake(f"a second reading of the clock, {length} {way} the header's", _ONE_READING)


# ---- other requests -------------------------------------------------------------------------------


def other_paths(path: str) -> list[Wrong]:
    """The paths of all other endpoints."""
    known = dict.fromkeys(other for _, other in catalogue.endpoints() if other != path)
    return [
        wrong(other, Mistake(f"the path of another request, {other}", _ENDPOINT)) for other in known
    ]


# ---- other orders ---------------------------------------------------------------------------------


def query_orders(query: str) -> list[Wrong]:
    """Every order of a query's parameters, as long as they are few."""
    made = []
    for order in _orders(query.removeprefix("?").split("&")):
        names = ", ".join(pair.partition("=")[0] for pair in order)
        mistake = Mistake(f"the query in the order {names}", _ORDER)
        made.append(wrong("?" + "&".join(order), mistake))
    return made


def key_orders(text: str, *, alone: bool = False) -> list[Wrong]:
    """Every order of the keys of a body's objects, as its own serialiser and the usual ones write it.

    If nothing else is wrong, when the order is ``alone``, there is time for those of more keys.
    """
    value = body.read(text)
    if value is None:
        return []
    writers = dict.fromkeys((*body.own_writers(text, json_forms(value)), COMPACT, DEFAULT))
    rows = [value] if isinstance(value, dict) else filter(_is_object, value)
    most = _MOST_PERMUTED_ALONE if alone else _MOST_PERMUTED
    made = []
    for keys in _orders(list(dict.fromkeys(key for row in rows for key in row)), most):
        changed = _reordered(value, keys)
        mistake = Mistake(f"the body with its keys in the order {', '.join(keys)}", _KEYS)
        made += [wrong(writer.write(changed), mistake) for writer in writers]
    return made


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _reordered(value: Any, keys: Sequence[str]) -> Any:
    if isinstance(value, list):
        return [_reordered(each, keys) if isinstance(each, dict) else each for each in value]
    known = {key: value[key] for key in keys if key in value}
    return known | value


def _orders(items: list[str], most: int = _MOST_PERMUTED) -> Iterator[Sequence[str]]:
    """All orders but the given one; of many items those in which one has moved or two have changed."""
    if len(items) <= most:
        yield from islice(permutations(items), 1, None)
        return
    for start in range(len(items)):
        for end in range(len(items)):
            if start != end:
                moved = items[:start] + items[start + 1 :]
                yield [*moved[:end], items[start], *moved[end:]]
        for end in range(start + 2, len(items)):
            changed = list(items)
            changed[start], changed[end] = changed[end], changed[start]
            yield changed
