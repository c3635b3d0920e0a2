"""What the grammar makes of a cell: templates, which become requests once they are filled.

Between typing and sending a text is a row of pieces: literals, which travel as they are, and
variables, each of which will be replaced by exactly one atom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from okx_magic.model import Method

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
