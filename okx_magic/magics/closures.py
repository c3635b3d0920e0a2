"""Names of a function that Python knows there and a magic cannot see.

A name may have no value yet (Python would raise UnboundLocalError), or belong to a function around
this one whose code does not mention it (Python keeps only the mentioned ones, docs: Execution model,
Resolution of names). Which names a function around has is read from its code while it runs, and from
its source afterwards.

Tested in ``tests/magics/test_place.py``.
"""

from __future__ import annotations

import builtins
import dis
import inspect
import linecache
import symtable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import CodeType, FrameType

_LOCALS = "<locals>"


def why_hidden(
    name: str,
    bodies: Sequence[FrameType],
    frame_around: Callable[[FrameType], FrameType | None],
) -> tuple[str, str] | None:
    """Why ``name`` cannot be seen from the first of these frames, and what helps; None if it can be.

    ``bodies`` are the frames whose names are seen, the nearest first; ``frame_around`` gives that of the
    function around one.
    """
    for body in bodies:
        code = body.f_code
        if name in body.f_locals:
            return None
        if not code.co_flags & inspect.CO_OPTIMIZED:
            continue
        if name in _own(code):
            return f"{name} has no value yet in {code.co_name}", "assign it before the magic runs"
        if _is_declared_global(name, code):
            return None
        if code.co_flags & inspect.CO_NESTED and frame_around(body) is None:
            around = _names_around(body)
            if around is None and not hasattr(builtins, name):
                return (
                    f"{name} may belong to the function around {code.co_name}, which cannot be seen",
                    _way_out(name, code),
                )
            if around and name in around:
                reason = f"{name} belongs to the function around {code.co_name}, and Python keeps"
                return f"{reason} only the names that the code inside mentions", _way_out(
                    name, code
                )
    return None


def _is_declared_global(name: str, code: CodeType) -> bool:
    return any(
        each.opname in ("LOAD_GLOBAL", "STORE_GLOBAL") and each.argval == name
        for each in dis.get_instructions(code)
    )


def _way_out(name: str, code: CodeType) -> str:
    if code.co_name == "<lambda>":
        return f"take it as an argument: lambda …, {name}={name}: …"
    return f"take it as an argument: def {code.co_name}(…, {name}={name})"


def _own(code: CodeType) -> set[str]:
    """The names that are local to a function, with or without a value."""
    own = {*code.co_varnames, *code.co_cellvars, *code.co_freevars}
    # From Python 3.12 on a comprehension's names stand among them, which are not the function's.
    inlined = (each for each in dis.get_instructions(code) if each.opname == "LOAD_FAST_AND_CLEAR")
    return own - {each.argval for each in inlined}


def _names_around(body: FrameType) -> set[str] | None:
    """The names of all functions around one; None where neither they nor their source can be seen."""
    frame = body.f_back
    while frame is not None:
        path = list(_path(frame.f_code, body.f_code))
        if path:
            names = set[str]().union(*map(_own, filter(_is_function, path)))
            outer = (
                _names_around(frame) if frame.f_code.co_flags & inspect.CO_NESTED else set[str]()
            )
            return names | (outer or set())
        frame = frame.f_back
    return _names_in_source(body.f_code)


def _is_function(code: CodeType) -> bool:
    return bool(code.co_flags & inspect.CO_OPTIMIZED)


def _path(outer: CodeType, code: CodeType) -> Iterator[CodeType]:
    """The codes from ``outer`` down to the one that holds ``code``; none if it is not inside."""
    for each in filter(inspect.iscode, outer.co_consts):
        if each is code:
            yield outer
            return
        if inside := list(_path(each, code)):
            yield from (outer, *inside)
            return


def _names_in_source(code: CodeType) -> set[str] | None:
    """The names of the functions around one, by its qualified name: ``outer.<locals>.inner``."""
    source = "".join(linecache.getlines(code.co_filename))
    try:
        tables = [symtable.symtable(source, code.co_filename, "exec")] if source else []
    except (SyntaxError, ValueError):
        tables = []
    names: set[str] = set()
    *around, _ = [each for each in code.co_qualname.split(".") if each != _LOCALS]
    for part in around:
        tables = [
            child for table in tables for child in table.get_children() if _called(child) == part
        ]
        # A table of a class has names of its own, which the functions in it do not see.
        functions = [table for table in tables if isinstance(table, symtable.Function)]
        names.update(*(table.get_locals() for table in functions))
    return names if tables else None


def _called(table: symtable.SymbolTable) -> str:
    """The name of a scope as a qualified name has it."""
    name = table.get_name()
    return f"<{name}>" if name in ("lambda", "listcomp", "setcomp", "dictcomp", "genexpr") else name
