"""What the grammar makes of a cell: templates, which become requests once they are filled.

Between typing and sending a text is a row of pieces: literals, which travel as they are, and
variables, each of which will be replaced by exactly one atom.

Strategy: a variable is one atom from the moment it is found. A rule for literal text never looks
inside one: it sees a single mark in its place (``mask``), and the variable returns afterwards
(``unmask``). So an expression may have spaces, quotes, ``&`` or ``?`` without meaning anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from okx_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from okx_magic.model import Method

# NUL: ``lines`` refuses a cell that holds one, so that it can stand for a variable.
MARK = "\0"

# Where a variable stands decides how its value is written: percent-encoded, as text between JSON
# quotes, as a JSON value, as the whole JSON body, or as plain header text.
Place = Literal["query", "string", "value", "body", "header"]


@dataclass(frozen=True, slots=True)
class Variable:
    """``{{ expr }}``: its ``source`` as typed, braces included, the ``line`` it stands on (None for the
    magic line), and its ``place`` in the request.
    """

    source: str
    line: int | None
    place: Place

    @property
    def expression(self) -> str:
        """The Python between the braces."""
        return self.source[2:-2].strip()

    def __str__(self) -> str:
        expression = " ".join(self.expression.split())
        short = expression if len(expression) <= 60 else expression[:59] + "…"
        return f"{{{{ {short} }}}}"


Text: TypeAlias = tuple[str | Variable, ...]
Headers: TypeAlias = tuple[tuple[str, Text], ...]


def as_typed(text: Text) -> str:
    """A text with its variables unfilled."""
    return "".join(piece if isinstance(piece, str) else piece.source for piece in text)


@dataclass(frozen=True, slots=True)
class Template:
    """One request of a cell before its variables are filled.

    ``line`` is where it begins, from 1. ``query`` holds the query with its ``?``, added lines
    included and already percent-encoded where a URL needs it; ``content`` is the body.
    """

    method: Method
    path: str
    query: Text = ()
    content: Text = ()
    fields: Headers = ()
    name: str | None = None
    line: int = 1
    # Of a subscription that came as OKX's frame: its name is the channel's.
    pasted: bool = False

    @property
    def target(self) -> str:
        """Path and query, variables unfilled."""
        return self.path + as_typed(self.query)

    @property
    def body(self) -> str:
        """The body, variables unfilled; "" for none."""
        return as_typed(self.content)

    @property
    def variables(self) -> tuple[Variable, ...]:
        """All variables of the request, in query, headers and body."""
        texts = (self.query, *(text for _, text in self.fields), self.content)
        return tuple(each for text in texts for each in text if isinstance(each, Variable))

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Names and values of the headers that will be sent, variables unfilled."""
        return tuple((name, as_typed(value)) for name, value in self.fields)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A whole cell, in order, at least one request. ``notices`` say what was left out or rewritten:
    ``line 3: OK-ACCESS-SIGN dropped: okx_magic computes it``.
    """

    templates: tuple[Template, ...]
    notices: tuple[str, ...] = ()


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
