from __future__ import annotations

import pytest
import requests

from okx_magic.cell import fill, parse
from okx_magic.errors import CellError

DROPPED = [
    "OK-ACCESS-KEY",
    "ok-access-sign",
    "OK-ACCESS-PASSPHRASE",
    "Ok-Access-Anything",
    "Host",
    "Content-Length",
    "Cookie",
    "Authorization",
    "User-Agent",
    "Accept-Encoding",
    "Connection",
    "Transfer-Encoding",
    "Content-Encoding",
    "Expect",
]


@pytest.mark.parametrize("name", DROPPED)
@pytest.mark.parametrize("form", ["GET /x\n{}: {}", "\ncurl /x -H '{}: {}'"])
def test_headers_that_are_not_the_cells_are_dropped_with_a_notice(form: str, name: str) -> None:
    """Each is left out, with its line and why, and the notice does not repeat its value."""
    cell = parse(form.format(name, "hunter2"))
    assert cell.templates[0].headers == ()
    (notice,) = cell.notices
    assert notice.startswith(f"line 2: {name} dropped: ")
    assert "hunter2" not in notice


@pytest.mark.parametrize("name", ["expTime", "x-simulated-trading", "Accept", "OK-PROJECT"])
def test_other_headers_are_kept_as_typed(name: str) -> None:
    """Documented headers and unknown ones reach the request, without a notice."""
    cell = parse(f"GET /x\n{name}:  a b ")
    assert cell.templates[0].headers == ((name, "a b"),)
    assert cell.notices == ()


@pytest.mark.parametrize(
    "value", ["a\x01", "a\rb", "a\x0bb", "a\x7f", "a\x85b", "\u2028", "é\u0301", "€", ""]
)
def test_values_that_could_end_a_header_are_refused(value: str) -> None:
    """Control characters and what Latin-1 lacks are refused as typed and as filled."""
    with pytest.raises(CellError, match="not allowed in a header"):
        parse(f"GET /x\nexpTime: {value}")
    with pytest.raises(CellError, match="not allowed in a header"):
        fill(parse("GET /x\nexpTime: {{ v }}").templates[0], {"v": value})


@pytest.mark.parametrize("value", ["1700000000000", "é ÿ", "a\tb", "~!"])
def test_the_http_library_takes_what_is_accepted(value: str) -> None:
    """An accepted value passes the library's own check unchanged."""
    headers = dict(parse(f"GET /x\nexpTime: {value}").templates[0].headers)
    prepared = requests.Request("GET", "https://www.okx.com/x", headers=headers).prepare()
    assert prepared.headers["expTime"] == value


def test_a_passphrase_in_a_cell_is_pointed_out() -> None:
    """A pasted passphrase is not sent and not repeated, and the person is told to take it out."""
    cell = parse("GET /api/v5/public/time\nOK-ACCESS-PASSPHRASE: hunter2")
    assert "holds a secret" in cell.notices[0]
    assert "hunter2" not in cell.notices[0]
