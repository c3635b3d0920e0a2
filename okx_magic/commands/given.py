"""What a person gives to ``%okx_debug --check`` by ``{{ expr }}``: on the magic line and in the cell.

In a cell that is sent a body becomes JSON, and a query is percent-encoded. Here the bytes that were sent
once are asked for: a text stands for itself, to the last blank.

Tested in ``tests/commands/test_given.py``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from okx_magic.cell import evaluate
from okx_magic.cell.template import end_of_variable
from okx_magic.cell.values import UnfitValueError, as_json, plain_text
from okx_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLE = r"(?P<variable>\{\{.*\}\})[ \t]*$"
_HEADER: Final = {
    part: re.compile(
        rf"^[ \t]*OK-ACCESS-{name}[ \t]*[:=][ \t]*{_VARIABLE}", re.IGNORECASE | re.MULTILINE
    )
    for part, name in (("signature", "SIGN"), ("timestamp", "TIMESTAMP"))
}
# A name is no secret, and the value is not needed; a text in quotes would be one.
_UNREAD: Final = re.compile(
    r"^[ \t]*OK-ACCESS-(?:KEY|PASSPHRASE)[ \t]*[:=][ \t]*\{\{[ \t]*[A-Za-z_][\w.]*[ \t]*\}\}[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_TARGET: Final = re.compile(rf"^[ \t]*(?:GET|POST)[ \t]+{_VARIABLE}", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Question:
    """What the magic line says: ``signature`` and ``timestamp``, "" for none, each also as
    ``{{ expr }}``, and the name of the ``account`` whose secret is used.
    """

    signature: str
    timestamp: str
    account: str | None

    def filled(self, namespace: Mapping[str, Any]) -> Question:
        """The question with the values of its expressions."""
        signature, timestamp = (
            text_of(text, namespace) for text in (self.signature, self.timestamp)
        )
        return Question(signature, timestamp, self.account)

    def with_cell(self, text: str, namespace: Mapping[str, Any]) -> tuple[Question, str]:
        """The question with what it lacks of headers that are ``{{ expr }}``; and the cell without them,
        with the value of a target that is one, or of the whole.
        """
        if is_variable(text):
            return self, text_of(text.strip(), namespace, line=1)
        question, text = self, _UNREAD.sub("", text)
        for part, pattern in _HEADER.items():
            if (match := pattern.search(text)) and not getattr(question, part):
                value = text_of(match["variable"], namespace, line=_line(text, match.start()))
                question = replace(question, **{part: value})
                text = text[: match.start()] + text[match.end() :]
        if match := _TARGET.search(text):
            line = _line(text, match.start())
            target = text_of(match["variable"], namespace, line=line)
            if re.search(r"\s", target):
                raise CellError("a target has no blanks", line=line, remedy=f"it is {target!r}")
            text = text[: match.start("variable")] + target + text[match.end("variable") :]
        return question, text


def is_variable(text: str) -> bool:
    """Whether a text is one ``{{ expr }}``. Raises CellError for one whose expression is no Python; what
    has no blanks at the braces can be a struct as Go prints it.
    """
    text = text.strip()
    if not (text.startswith("{{") and text.endswith("}}")):
        return False
    try:
        return end_of_variable(text, 0, line=None) == len(text)
    except CellError:
        if text[2:3].isspace():
            raise
        return False


def text_of(text: str, namespace: Mapping[str, Any], line: int | None = None) -> str:
    """A text as it stands, or the value of its ``{{ expr }}``: a text, bytes, or a number."""
    found: str = evaluate(text, namespace, use=_as_text, line=line)
    return found


def body_forms(body: str, cell: str, namespace: Mapping[str, Any]) -> tuple[str, ...]:
    """The bodies that can have been sent: the one that was typed, or the text that its ``{{ expr }}``
    gives; of a dict or a list what is usually made of it. ``cell`` is where it stands.
    """
    if not is_variable(body):
        return (body,)
    variable = body.strip()
    line = _line(cell, max(cell.find(variable), 0))
    forms: tuple[str, ...] = evaluate(variable, namespace, use=_forms, line=line)
    return forms


def _forms(value: Any) -> tuple[str, ...]:
    if value is None:
        # What requests has as the body of a GET.
        return ("",)
    if not isinstance(value, dict | list | tuple):
        return (_as_text(value),)
    forms = [as_json(value, null=True)]
    try:
        forms.append(json.dumps(value))
        forms.append(json.dumps(value, ensure_ascii=False))
        forms.append(json.dumps(value, separators=(",", ":")))
    except (TypeError, ValueError):  # a Decimal, a number of numpy
        pass
    return tuple(dict.fromkeys(forms))


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return str.__str__(value)
    if not isinstance(value, bytes | bytearray):
        return plain_text(value)
    try:
        return value.decode()
    except UnicodeDecodeError as problem:
        raise UnfitValueError(f"the bytes are no UTF-8: {problem.reason}") from None


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1
