"""Where in a half-typed JSON body the cursor is: in which object, at a key or at a value.

Tested in ``tests/ui/test_completion.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

# Marks the cursor. No line of a cell that can be sent has a NUL.
MARK = "\0"

_PIECE = re.compile(r'"(?:\\.|[^"\\\n])*"?|[{}\[\]:,]|[^\s"{}\[\]:,]+')
_CLOSED = re.compile(r'[\w.-]*"')


class JsonPlace(NamedTuple):
    """``at`` says what is being typed, ``key`` whose value it is; ``item`` is one of an outermost
    array. ``parents`` are the keys of the objects around it; ``given`` the other members of its
    object, also those after it.
    """

    at: Literal["key", "value", "item"]
    typed: str
    key: str
    parents: tuple[str, ...]
    given: Mapping[str, str]
    in_string: bool
    closed: bool


@dataclass(slots=True)
class _Level:
    """An open bracket: the members read so far, the key last read, whether its value is awaited."""

    bracket: str
    key: str = ""
    awaits_value: bool = False
    members: dict[str, str] = field(default_factory=dict)

    def read(self, piece: str) -> None:
        if piece == ":":
            self.awaits_value = True
            if self.key:
                self.members[self.key] = ""
        elif piece == ",":
            self.awaits_value = False
        elif self.awaits_value:
            self.members[self.key] = piece.strip('"')
        else:
            self.key = piece.strip('"')


def json_place(body: str) -> JsonPlace | None:
    """The place of the mark in a body; None after its end."""
    levels: list[_Level] = []
    place: JsonPlace | None = None
    for found in _PIECE.finditer(body):
        piece = found[0]
        if MARK in piece:
            place = _place(levels, piece, body[body.index(MARK) + 1 :])
            # The text around the cursor is not a key yet.
            piece = ""
        if piece in ("{", "["):
            levels.append(_Level(piece))
        elif piece in ("}", "]"):
            # One bracket too many is still being typed.
            levels[-1:] = []
        elif levels:
            levels[-1].read(piece)
    return place


def _place(levels: list[_Level], piece: str, right: str) -> JsonPlace | None:
    if not levels:
        return None
    level = levels[-1]
    keys = [each.key for each in levels if each.bracket == "{"]
    is_value = level.bracket == "[" or level.awaits_value
    in_string = piece.startswith('"')
    return JsonPlace(
        at="item" if not keys else "value" if is_value else "key",
        typed=piece.partition(MARK)[0].removeprefix('"'),
        key=keys[-1] if keys and is_value else "",
        parents=tuple(keys[:-1]),
        given=level.members,
        in_string=in_string,
        closed=in_string and _CLOSED.match(right) is not None,
    )
