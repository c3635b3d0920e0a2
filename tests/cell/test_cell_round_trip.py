"""The cell language as a table of plain-text files.

``cells/accepted``: a cell, then behind each line ``----`` one expected request (``line N: [name =]
METHOD target``, its headers, a blank line, the body); the notices, if any, stand before them.
``cells/refused``: a cell, a line ``----``, the line of the error, words of its reason, words of
its remedy.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from okx_magic.cell import Cell, fill, parse
from okx_magic.errors import CellError

if TYPE_CHECKING:
    from okx_magic.model import Request

CELLS = Path(__file__).parent / "cells"
ACCEPTED = sorted((CELLS / "accepted").iterdir())
REFUSED = sorted((CELLS / "refused").iterdir())
HOSTS = frozenset({"www.okx.com"})
NAMESPACE = {
    "inst": "BTC-USDT",
    "sz": Decimal("0.10"),
    "px": 1e-07,
    "ticker": SimpleNamespace(bidPx=[64000.5]),
    "orders": [
        {"instId": "BTC-USDT", "sz": Decimal("1.50")},
        {"instId": "ETH-USDT", "sz": 2},
    ],
}


def _shown(request: Request) -> str:
    name = f"{request.name} = " if request.name else ""
    head = [f"line {request.line}: {name}{request.method} {request.target}"]
    head += [f"{header}: {value}" for header, value in request.headers]
    return "\n".join(head + (["", request.body] if request.body else []))


def _told(cell: Cell) -> list[str]:
    notices = "\n".join(f"notice: {notice}" for notice in cell.notices)
    requests = [_shown(fill(template, NAMESPACE)) for template in cell.templates]
    return [notices, *requests] if notices else requests


def test_the_table_is_there() -> None:
    """The files were found: an empty table would pass whatever the grammar does."""
    assert len(ACCEPTED) >= 19
    assert len(REFUSED) >= 60


@pytest.mark.parametrize("file", ACCEPTED, ids=lambda file: file.stem)
def test_accepted_cells_become_these_requests(file: Path) -> None:
    """Each cell gives exactly the requests and notices that stand below it."""
    cell, *expected = file.read_text("utf-8").removesuffix("\n").split("\n----\n")
    assert _told(parse(cell, hosts=HOSTS)) == expected


@pytest.mark.parametrize("file", ACCEPTED, ids=lambda file: file.stem)
def test_line_ends_of_windows_change_nothing(file: Path) -> None:
    """The same cell with CRLF gives the same requests."""
    cell, *expected = file.read_text("utf-8").removesuffix("\n").split("\n----\n")
    assert _told(parse(cell.replace("\n", "\r\n"), hosts=HOSTS)) == expected


@pytest.mark.parametrize("file", ACCEPTED, ids=lambda file: file.stem)
def test_what_was_filled_is_accepted_as_typed(file: Path) -> None:
    """A request written out is a cell that gives the same request: filling leaves nothing odd."""
    cell = file.read_text("utf-8").split("\n----\n")[0]
    for template in parse(cell, hosts=HOSTS).templates:
        request = fill(template, NAMESPACE)
        if "{{" in request.body:
            continue  # a literal "{{" is a variable when it is typed
        shown = _shown(request).partition(": ")[2]
        again = fill(parse(shown).templates[0], {})
        assert (again.method, again.target, again.headers, again.body, again.name) == (
            request.method,
            request.target,
            request.headers,
            request.body,
            request.name,
        )


@pytest.mark.parametrize("file", REFUSED, ids=lambda file: file.stem)
def test_refused_cells_say_where_why_and_what_to_do(file: Path) -> None:
    """Each cell is refused as a whole with its line, its reason and a remedy."""
    cell, expected = file.read_text("utf-8").split("\n----\n")
    line, reason, remedy = expected.splitlines()
    with pytest.raises(CellError) as refusal:
        parse(cell, hosts=HOSTS)
    assert f"line {refusal.value.line}" == line
    assert reason in refusal.value.message
    assert remedy in refusal.value.remedy


@pytest.mark.parametrize("file", REFUSED, ids=lambda file: file.stem)
def test_refusals_repeat_no_secret(file: Path) -> None:
    """No refusal shows the password of a URL or of an option."""
    cell = file.read_text("utf-8").split("\n----\n")[0]
    with pytest.raises(CellError) as refusal:
        parse(cell, hosts=HOSTS)
    assert "hunter2" not in "\n".join(refusal.value._render_traceback_())


def test_templates_show_what_was_typed() -> None:
    """Before filling, target, body and headers still hold their variables."""
    (template,) = parse(
        "x = POST /api/v5/trade/order?a={{ 1 }}\n &b={{ n }}\nexpTime: {{ t }}\n"
        '{"sz": "{{ sz }}", "px": {{px}}}'
    ).templates
    assert template.name == "x"
    assert template.target == "/api/v5/trade/order?a={{ 1 }}&b={{ n }}"
    assert template.headers == (("expTime", "{{ t }}"),)
    assert template.body == '{"sz": "{{ sz }}", "px": {{px}}}'
    assert str(template) == "POST /api/v5/trade/order"


def test_without_hosts_every_full_url_is_refused() -> None:
    """The hosts of the account are given by the caller; by default there are none."""
    url = "GET https://www.okx.com/api/v5/public/time"
    with pytest.raises(CellError, match="is not the account's host"):
        parse(url)
    assert parse(url, hosts=HOSTS).templates[0].target == "/api/v5/public/time"
