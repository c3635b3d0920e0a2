"""The names that ``{{ expr }}`` sees: those of the place where the magic runs, then the
notebook's.
"""

from __future__ import annotations

import symtable
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

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
