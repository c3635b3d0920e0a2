"""What a check before sending finds, and what of a request it looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from okx_magic.catalogue import Endpoint, Param
    from okx_magic.model import Request

# Of these the docs were read; of the others only clients, or nothing, tell the parameters.
WELL_KNOWN = "documented"


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem of a request, in one clause. ``certain``: it can only fail, or do what nobody
    meant, so it is refused; otherwise it is a notice. ``remedy`` is what to write, "" where the
    text says it. ``instead`` is the name to write for ``name``, if one is near; ``about`` the request,
    which an error names once for all that it says.
    """

    text: str
    remedy: str = ""
    certain: bool = False
    instead: str = ""
    name: str = ""
    about: str = ""

    @property
    def sentence(self) -> str:
        """The problem, with the name to write."""
        return f"{self.text}: write {self.instead}" if self.instead else self.text

    def __str__(self) -> str:
        said = f"{self.about}: {self.sentence}" if self.about else self.sentence
        return f"{said} · {self.remedy}" if self.remedy else said


@dataclass(frozen=True, slots=True)
class Group:
    """Names and values that stand together: a query, an object of a body, or one inside of it."""

    where: str
    given: Mapping[str, Any]
    params: tuple[Param, ...]
    outermost: bool = True


def groups(request: Request, endpoint: Endpoint) -> Iterator[Group]:
    """All names and values of a request, each group with the parameters that may stand in it."""
    if request.query or request.method == "GET":
        yield Group("", dict(request.query), endpoint.params)
    several = isinstance(request.json, list)
    for number, item in enumerate(request.items, start=1):
        where = f" in item {number} of its body" if several else " in its body"
        yield Group(where, item, endpoint.params)
        yield from _inside(item, endpoint.params, where)


def _inside(given: Mapping[str, Any], params: tuple[Param, ...], where: str) -> Iterator[Group]:
    for param in params:
        value = given.get(param.name)
        objects = value if isinstance(value, list) else [value]
        for each in objects:
            # Of an object whose fields are not documented nothing is known.
            if isinstance(each, dict) and param.fields:
                inside = f" in {param.name}{where}"
                yield Group(inside, each, param.fields, outermost=False)
                yield from _inside(each, param.fields, inside)
