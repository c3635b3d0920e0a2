"""What ``%okx_find`` says: the card of an endpoint, or a table of those that fit the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okx_magic.advice.card import card
from okx_magic.catalogue.search import exactly, search

if TYPE_CHECKING:
    from okx_magic.catalogue import Endpoint

_ROWS_SHOWN = 15
_TITLE_WIDTH = 46


def find(text: str) -> tuple[str, ...]:
    """The lines for a path, or for words of paths, titles and parameter names."""
    if known := exactly(text):
        return tuple("\n\n".join("\n".join(card(endpoint)) for endpoint in known).split("\n"))
    found = search(text)
    if not found:
        return (f"nothing in the catalogue is like {text!r}",)
    shown, more = found[:_ROWS_SHOWN], len(found) - _ROWS_SHOWN
    lines = _aligned([_row(endpoint) for endpoint in shown])
    if more > 0:
        lines.append(f"… and {more} more: another word narrows it")
    return (*lines, "%okx_find /api/v5/… shows one of them with its parameters")


def _row(endpoint: Endpoint) -> tuple[str, ...]:
    title = endpoint.title
    if len(title) > _TITLE_WIDTH:
        title = title[: _TITLE_WIDTH - 1] + "…"
    access = "private" if endpoint.private else "public"
    limit = endpoint.limit
    pace = f"{limit.requests} in {limit.seconds:g} s" if limit else ""
    return endpoint.method, endpoint.path, title, access, pace


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
