"""Fills the variables of one template, just before it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from okx_magic import strictjson
from okx_magic.cell.headers import check_value
from okx_magic.cell.names import Names, names
from okx_magic.cell.template import Template, Text, Variable
from okx_magic.cell.values import WRITE, UnfitValueError
from okx_magic.errors import CellError
from okx_magic.model import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def fill(template: Template, namespace: Mapping[str, Any]) -> Request:
    """The request with every ``{{ expr }}`` replaced by its value in the namespace.

    An expression is evaluated once for each place it stands in, in the order typed; the namespace
    itself is not changed. A value never changes the structure around it. Raises CellError, naming
    line and expression, for an expression that fails and for a value that cannot stand there.
    """
    scope = _Scope(names(namespace))
    return Request(
        method=template.method,
        target=template.path + _filled(template.query, scope),
        headers=tuple((name, _header(name, value, scope)) for name, value in template.fields),
        body=_body(template.content, scope),
        name=template.name,
        line=template.line,
    )


def evaluate(text: str, namespace: Mapping[str, Any]) -> Any:
    """What an option of the magic line stands for, which may have quotes around it: the value of
    ``{{ expr }}`` as it is, of any other text that text. Raises CellError for an expression that fails.
    """
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1]
    if text.startswith("{{") and text.endswith("}}"):
        return _used(Variable(text, None, "value"), _Scope(names(namespace)), lambda value: value)
    return text


class _Scope:
    """The names of one request, as one dict that all of its expressions share."""

    def __init__(self, names: Names) -> None:
        self.hidden_in = names.hidden_in
        self.flat = names.flat()


def _body(text: Text, scope: _Scope) -> str:
    body = _filled(text, scope)
    first = next((piece for piece in text if isinstance(piece, Variable)), None)
    if first is not None:
        # Only now can be seen: two keys that became equal, and a value nested too deep.
        try:
            strictjson.loads(body)
        except ValueError as problem:
            raise CellError(
                f"the filled body is refused: {problem}",
                line=first.line,
                remedy="check the values of its variables",
            ) from None
    return body


def _header(name: str, text: Text, scope: _Scope) -> str:
    value = _filled(text, scope)
    first = next((piece for piece in text if isinstance(piece, Variable)), None)
    if first is not None:
        check_value(name, value, line=first.line)
    return value


def _filled(text: Text, scope: _Scope) -> str:
    return "".join(piece if isinstance(piece, str) else _written(piece, scope) for piece in text)


def _written(variable: Variable, scope: _Scope) -> str:
    written: str = _used(variable, scope, WRITE[variable.place])
    return written


def _used(variable: Variable, scope: _Scope, use: Callable[[Any], Any]) -> Any:
    if hidden := scope.hidden_in(variable.expression):
        reason, remedy = hidden
        raise CellError(f"{variable}: {reason}", line=variable.line, remedy=remedy)
    try:
        # The person's own expression, in the person's own kernel: as a code cell would run it.
        return use(eval(variable.expression, scope.flat))  # noqa: S307 - see above
    except UnfitValueError as problem:
        reason, remedy = str(problem), problem.remedy
    except Exception as problem:  # noqa: BLE001 - foreign code: it can raise anything
        reason = f"{type(problem).__name__}: {problem}"
        remedy = "try the expression in a separate cell"
    raise CellError(f"{variable}: {reason}", line=variable.line, remedy=remedy)
