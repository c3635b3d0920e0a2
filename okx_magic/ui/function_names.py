"""The names of the function around the cursor, read from the text of a half-typed cell.

Before a function runs it has no names to ask for, so its text is parsed: what is no Python, such as a
magic line or the line being typed, is replaced by a line that binds the same name.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAGIC = re.compile(r"(?P<before>\s*(?:(?P<name>[^\W\d]\w*)\s*=\s*)?)[%!].*")
_MOST_BROKEN_LINES = 20
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def function_names(text: str, line: int) -> tuple[str, ...]:
    """Parameters and assigned names of the innermost function around a line, counted from 0."""
    lines = [_as_python(each) for each in text.split("\n")]
    for _ in range(_MOST_BROKEN_LINES):
        try:
            tree = ast.parse("\n".join(lines))
        except SyntaxError as problem:
            broken = min(max((problem.lineno or 1) - 1, 0), len(lines) - 1)
            if lines[broken].strip() in ("", "pass"):
                return ()
            lines[broken] = _indentation(lines[broken]) + "pass"
        except (ValueError, RecursionError, MemoryError):
            return ()
        else:
            return tuple(dict.fromkeys(_names(tree, line + 1)))
    return ()


def _as_python(line: str) -> str:
    magic = _MAGIC.fullmatch(line)
    if magic is None:
        return line
    return magic["before"] + "None" if magic["name"] else _indentation(line) + "pass"


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _names(tree: ast.AST, line: int) -> Iterator[str]:
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, _Function) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    if not around:
        return
    # Of functions one in the other, the walk comes to the inner one last.
    innermost = around[-1]
    given = innermost.args
    parameters = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    yield from (each.arg for each in parameters if each is not None)
    yield from _bound(innermost)


def _bound(node: ast.AST) -> Iterator[str]:
    """What a function assigns; the insides of other functions and classes are theirs."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id
        elif isinstance(child, ast.alias):
            yield (child.asname or child.name).partition(".")[0]
        elif name := getattr(child, "name", None):
            # A function, a class, an exception that is caught, a pattern that is matched.
            yield name
        if not isinstance(child, _Function | ast.ClassDef):
            yield from _bound(child)
