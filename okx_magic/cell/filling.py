"""Fills the variables of one template, just before it is sent.

The names that ``{{ expr }}`` sees are those of the place where the magic runs, then the notebook's.
"""

from __future__ import annotations

import symtable
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from okx_magic import strictjson
from okx_magic.cell.head import check_value
from okx_magic.cell.template import Template, Text, Variable
from okx_magic.cell.values import WRITE, UnfitValueError
from okx_magic.errors import CellError
from okx_magic.model import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Names(Mapping[str, Any]):
    """Several namespaces as one, the nearest first: results of the cell, the function, the notebook.

    ``hidden`` says why a name that Python code in that place means cannot be seen from here, with the
    way out: ``("inst belongs to …", "pass it …")``; None for all other names. Without it an expression
    would take a notebook's name for a function's of the same name.
    """

    def __init__(
        self,
        *layers: Mapping[str, Any],
        hidden: Callable[[str], tuple[str, str] | None] | None = None,
    ) -> None:
        self._layers = layers
        self._hidden = hidden

    def over(self, nearest: Mapping[str, Any]) -> Names:
        """The same names, after nearer ones."""

        def hidden(name: str) -> tuple[str, str] | None:
            return None if name in nearest or self._hidden is None else self._hidden(name)

        return Names(nearest, *self._layers, hidden=hidden if self._hidden else None)

    def flat(self) -> dict[str, Any]:
        """All names as one dict, in which an expression is evaluated."""
        scope: dict[str, Any] = {}
        for layer in reversed(self._layers):
            scope.update(layer)
        return scope

    def hidden_in(self, expression: str) -> tuple[str, str] | None:
        """The first name of a Python expression that cannot be seen, as ``hidden`` tells it."""
        if self._hidden is None:
            return None
        return next(filter(None, map(self._hidden, sorted(_read(expression)))), None)

    def __getitem__(self, name: str) -> Any:
        for layer in self._layers:
            if name in layer:
                return layer[name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.flat())

    def __len__(self) -> int:
        return len(self.flat())


def names(namespace: Mapping[str, Any]) -> Names:
    """A namespace as Names."""
    return namespace if isinstance(namespace, Names) else Names(namespace)


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


def evaluate(
    text: str,
    namespace: Mapping[str, Any],
    *,
    use: Callable[[Any], Any] = lambda value: value,
    line: int | None = None,
) -> Any:
    """What an option of the magic line stands for, which may have quotes around it: what ``use`` makes of
    the value of ``{{ expr }}``, by itself that value; of any other text that text. Raises CellError,
    with the ``line`` of a cell, for an expression that fails and for a value that ``use`` refuses.
    """
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1]
    if text.startswith("{{") and text.endswith("}}"):
        return _used(Variable(text, line, "value"), _Scope(names(namespace)), use)
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


def _read(expression: str) -> set[str]:
    """The names that an expression takes from around it: not those that it binds itself."""
    top = symtable.symtable(expression, "<okx cell>", "eval")
    read = {each.get_name() for each in top.get_symbols() if not each.is_assigned()}
    tables = top.get_children()
    while tables:
        table = tables.pop()
        read |= {each.get_name() for each in table.get_symbols() if each.is_global()}
        tables += table.get_children()
    return read
