"""A typed view of the data files; each is read on first use and kept.

Tested in ``tests/catalogue/test_catalogue_data.py``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pkgutil import get_data
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.catalogue.effects import Effect

# "time" is in milliseconds, "time_us" in microseconds, "time_hk" in words, by the clock of Hong Kong.
# "table" is a list of objects that are themselves the rows of the answer (a balance's currencies).
FieldType = Literal[
    "text",
    "id",
    "decimal",
    "integer",
    "bool",
    "time",
    "time_hk",
    "time_us",
    "list",
    "object",
    "rows",
    "table",
]
DataKind = Literal["objects", "nested", "rows", "object", "row"]


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a request. ``required`` is "yes", "no" or "conditional"; ``values`` are the known
    values of an enumeration (a hint: OKX adds new ones); ``fields`` those of a list of objects.
    """

    name: str
    required: Literal["yes", "no", "conditional"]
    type: str
    values: tuple[str, ...] = ()
    fields: tuple[Param, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """``requests`` in ``seconds``, counted per ``scope`` ("ip", "user", "user+instrument" …), for
    options per ``options_scope`` where that is another one. ``unit`` is "requests" or "orders".
    """

    requests: int
    seconds: float
    scope: str
    unit: str = "requests"
    options_scope: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint of the catalogue. ``kind`` says what ``data`` holds: ``objects``, ``nested`` (objects
    with lists or objects inside), ``rows`` (lists, named by ``columns``), ``object`` or ``row``.
    ``effect`` is what a request changes (see ``effects``). ``client_id`` names the
    field in which an order carries the caller's own id. ``headers`` are the documented optional
    request headers. ``one_of`` lists parameters of which one has to be given, ``also`` names that other
    clients send and the docs do not list. ``keeps`` says for how many days it has its rows, and which
    endpoint has them longer.
    """

    method: str
    path: str
    title: str
    status: str
    private: bool
    permission: str | None
    effect: Effect
    limit: Limit | None
    params: tuple[Param, ...]
    paging: Mapping[str, Any] | None
    kind: DataKind | None
    columns: tuple[str, ...]
    fields: tuple[str, ...]
    nested: Mapping[str, tuple[str, ...]]
    array_body: bool
    array_max: int | None
    client_id: str | None
    headers: tuple[str, ...]
    one_of: tuple[tuple[str, ...], ...] = ()
    also: tuple[str, ...] = ()
    keeps: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """An OKX code: its ``meaning`` in plain words ("" where OKX's text must do), its ``group`` ("auth",
    "order", …), the documented ``msg``, the HTTP status it comes with, an answer ``seen`` in the wild,
    and the ``remedy``.
    """

    code: str
    meaning: str
    group: str
    retryable: bool
    status: int | None
    msg: str
    seen: str
    remedy: str


# Asked several times for each request that is sent.
@cache
def endpoint(method: str, path: str) -> Endpoint | None:
    """The endpoint of exactly this method and path, or None when the catalogue does not know it."""
    record = _endpoint_records().get((method, path))
    return None if record is None else _endpoint(record)


@cache
def endpoints() -> Mapping[tuple[str, str], Endpoint]:
    """All endpoints by ``(method, path)``."""
    return MappingProxyType({key: _endpoint(record) for key, record in _endpoint_records().items()})


def explain(code: str) -> Code | None:
    """What OKX means by a code, or None when the table does not know it."""
    return codes().get(code)


@cache
def codes() -> Mapping[str, Code]:
    """All known codes by their text."""
    return MappingProxyType(
        {
            record["code"]: Code(
                code=record["code"],
                meaning=record.get("meaning", ""),
                group=record["class"],
                retryable=record["retryable"],
                status=record.get("http"),
                msg=record.get("msg", ""),
                seen=record.get("seen", ""),
                remedy=record.get("try", ""),
            )
            for record in _records("codes.jsonl")
        }
    )


def field_type(name: str, method: str = "", path: str = "") -> FieldType | None:
    """The type of a field by its name; None when no table knows it.

    With an endpoint, its own types come first (``expTime`` is a date in one, a time in the others).
    """
    return field_types(method, path).get(name)


@cache
def field_types(method: str, path: str) -> Mapping[str, FieldType]:
    """The types of all fields, for the answers of an endpoint."""
    exceptions = _field_overrides().get(f"{method} {path}")
    types = _field_types()
    return MappingProxyType({**types, **exceptions}) if exceptions else types


@cache
def first_columns(method: str, path: str) -> tuple[str, ...]:
    """The fields that people look for first in an answer, in that order; none where nothing is
    noted.
    """
    return _interest().get((method, path), ())


@cache
def examples() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """The lines of a cell, by method and path, for endpoints whose use is best shown by one."""
    return {key: cell for key, (cell, _) in _example_blocks().items()}


@cache
def preparations() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """The lines of a cell that makes what an example needs, such as an order to cancel."""
    return {key: first for key, (_, first) in _example_blocks().items() if first}


@cache
def _example_blocks() -> Mapping[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]]:
    found = {}
    for block in read_text("examples.txt").split("\n### ")[1:]:
        cell, _, first = block.partition("\n--- first\n")
        head, *lines = cell.strip("\n").split("\n")
        method, path = head.split()
        found[method, path] = tuple(lines), tuple(first.strip("\n").split("\n")) if first else ()
    return found


@cache
def _interest() -> Mapping[tuple[str, str], tuple[str, ...]]:
    groups: list[dict[str, list[str]]] = json.loads(read_text("interest.json"))
    return {
        (method, f"/api/v5/{path}"): tuple(group["first"])
        for group in groups
        for method, path in map(str.split, group["endpoints"])
    }


@cache
def _field_types() -> Mapping[str, FieldType]:
    table: dict[str, FieldType] = json.loads(read_text("fields.json"))
    return MappingProxyType(table)


@cache
def _field_overrides() -> Mapping[str, Mapping[str, FieldType]]:
    table: dict[str, dict[str, FieldType]] = json.loads(read_text("field_overrides.json"))
    return MappingProxyType(table)


@cache
def _endpoint_records() -> Mapping[tuple[str, str], Mapping[str, Any]]:
    return {(record["method"], record["path"]): record for record in _records("endpoints.jsonl")}


def _endpoint(record: Mapping[str, Any]) -> Endpoint:
    limit = record.get("limit")
    return Endpoint(
        method=record["method"],
        path=record["path"],
        title=record["title"],
        status=record["status"],
        private=record["auth"] == "private",
        permission=record.get("permission"),
        effect=record.get("effect", "read"),
        limit=None
        if limit is None
        else Limit(
            limit["requests"],
            limit["seconds"],
            limit["scope"] or "",
            limit.get("unit", "requests"),
            limit.get("scope_options", ""),
        ),
        params=tuple(map(_param, record["params"])),
        paging=record.get("paging"),
        kind=record.get("kind"),
        columns=tuple(record.get("columns", ())),
        fields=tuple(record.get("fields", ())),
        nested={name: tuple(fields) for name, fields in record.get("nested", {}).items()},
        array_body=record.get("array_body", False),
        array_max=record.get("array_max"),
        client_id=record.get("client_id"),
        headers=tuple(record.get("headers", ())),
        one_of=tuple(map(tuple, record.get("one_of", ()))),
        also=tuple(record.get("also", ())),
        keeps=record.get("keeps"),
    )


def _param(record: Mapping[str, Any]) -> Param:
    # There are 1,700 of them, few of which have fields, and all are made when somebody searches.
    fields = tuple(map(_param, record["fields"])) if "fields" in record else ()
    values = tuple(record.get("values", ()))
    return Param(record["name"], record["required"], record["type"], values, fields)


def _records(name: str) -> list[dict[str, Any]]:
    # One array of all lines is three times as fast to parse as each line by itself.
    lines = read_text(name).strip().split("\n")
    records: list[dict[str, Any]] = json.loads("[" + ",".join(lines) + "]")
    return records


def read_text(name: str) -> str:
    """A data file as text."""
    # A third of the time is saved over importlib.resources, whose first use imports much.
    data = get_data("okx_magic.catalogue", f"data/{name}")
    assert data is not None  # noqa: S101  # only a loader without files gives none
    return data.decode("utf-8")
