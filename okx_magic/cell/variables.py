"""Finds ``{{ expr }}`` in a text, and sets variables aside while the text around them is judged.

Strategy: a variable is one atom from the moment it is found. A rule for literal text never looks
inside one: it sees a single mark in its place (``mask``), and the variable returns afterwards
(``unmask``). So an expression may have spaces, quotes, ``&`` or ``?`` without meaning anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from okx_magic.cell.template import Place, Text, Variable
from okx_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Iterable

# NUL: ``lines`` refuses a cell that holds one, so that it can stand for a variable.
MARK = "\0"


def mask(text: str, *, line: int | None, place: Place) -> tuple[str, tuple[Variable, ...]]:
    """The text with one ``MARK`` for each variable, and the variables in their order."""
    literals: list[str] = []
    variables: list[Variable] = []
    start = 0
    while (opening := text.find("{{", start)) >= 0:
        end = end_of_variable(text, opening, line=line)
        literals.append(text[start:opening])
        variables.append(Variable(text[opening:end], line, place))
        start = end
    literals.append(text[start:])
    return MARK.join(literals), tuple(variables)


def unmask(masked: str, variables: Iterable[Variable]) -> Text:
    """The text with its variables back in their places."""
    first, *literals = masked.split(MARK)
    pieces: list[str | Variable] = [first]
    for variable, literal in zip(variables, literals, strict=True):
        pieces += [variable, literal]
    return tuple(piece for piece in pieces if piece != "")


# The end of a variable: the first "}}" at which the text since "{{" is a whole Python expression.
# Not simply the first "}}": {{ {"a": {"b": 1}}["a"] }} and {{ "}}" }} hold one of their own.
def end_of_variable(text: str, opening: int, *, line: int | None, stop: int | None = None) -> int:
    """The index after the ``}}`` that closes the variable whose ``{{`` is at ``opening``.

    It is looked for before ``stop``. Raises CellError for one that is not closed or whose
    expression is not Python.
    """
    problem: Exception | None = None
    closing = text.find("}}", opening + 2, stop)
    shortest = text[opening + 2 : closing].strip()
    if closing < 0:
        raise CellError(
            "a {{ is not closed",
            line=line,
            remedy='close it with }} on the same line; write a literal {{ as {{ "{{" }}',
        )
    while closing >= 0:
        try:
            check_expression(text[opening + 2 : closing])
        except (SyntaxError, ValueError, MemoryError, RecursionError) as failure:
            problem = problem or failure
            closing = text.find("}}", closing + 1, stop)
        else:
            return closing + 2
    reason = problem.msg if isinstance(problem, SyntaxError) else str(problem)
    raise CellError(
        f"{Variable('{{' + shortest + '}}', line, 'value')} is not a Python expression: {reason}",
        line=line,
        remedy="write one Python expression between {{ and }}; its quotes need no backslash",
    )


def check_expression(expression: str) -> None:
    """Raises what the compiler raises when this is not one Python expression."""
    compile(expression.strip(), "<okx cell>", "eval", dont_inherit=True)
