from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import cost

from okx_magic.cell import check_name, fill, parse
from okx_magic.errors import CellError


def _refusal(text: str) -> CellError | None:
    try:
        parse(text)
    except CellError as refusal:
        return refusal
    return None


@settings(max_examples=150)
@given(text=st.text() | st.text("GETPOSTcurl /?&={}\"[]:#x\n\\'", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever is typed, the outcome is a cell or a CellError with line and remedy."""
    refusal = _refusal(text)
    if refusal is None:
        assert parse(text).templates
    else:
        assert 1 <= (refusal.line or 0) <= text.count("\n") + 1
        assert refusal.remedy


@pytest.mark.parametrize("character", ["\0", "\udfff"])
def test_characters_that_cannot_travel_are_refused(character: str) -> None:
    """A NUL or half a surrogate pair anywhere in the cell is refused with its line."""
    with pytest.raises(CellError, match="NUL or half a surrogate") as refusal:
        parse(f'POST /api/v5/trade/order\n{{"a":\n"{character}"}}')
    assert refusal.value.line == 3


def test_line_separators_of_unicode_end_no_line() -> None:
    """U+2028 and U+0085 are characters of a JSON string as any other."""
    body = '{"a": "\u2028# \u2029// \x85?x=1"}'
    (template,) = parse(f"POST /api/v5/trade/order\n{body}").templates
    assert template.body == body


def test_no_break_spaces_from_web_pages_are_blanks() -> None:
    """U+00A0 indents and separates as a space does."""
    nbsp = "\u00a0"
    cell = f"{nbsp}x{nbsp}={nbsp}GET{nbsp}/api/v5/public/time{nbsp}HTTP/1.1\n{nbsp}?a=1{nbsp}"
    (template,) = parse(cell).templates
    assert (template.name, template.target) == ("x", "/api/v5/public/time?a=1")


def test_names_are_those_that_python_will_find() -> None:
    """A name is stored in the form in which Python looks it up."""
    namespace = {check_name("ﬁlls", line=1): 1}
    assert eval("ﬁlls", namespace) == 1  # noqa: S307 - a constant
    for name in ("", "a b", "1a", "class", "None", "__x__", "a-b", "a.b"):
        with pytest.raises(CellError, match="cannot name a result"):
            check_name(name, line=None)


def test_long_cells_take_linear_time() -> None:
    """Cells of 100,000 odd characters are judged at once: no pattern backtracks."""
    cells = (
        "GET /x\n" * 10_000,
        "GET /x?a=" + "{{ ( }}" * 2_000,
        "GET /x?a=" + "a " * 50_000,
        "x" + " " * 100_000,
        "curl " + "\\ " * 50_000,
        "curl '" + '\\" ' * 30_000,
        "POST /x\n{" + '"a' * 50_000,
        "POST /x\n{" + "\n" * 50_000 + "}",
    )
    for cell in cells:
        assert cost(_refusal, cell, rounds=1) < 1500, cell[:20]


def test_a_wrong_variable_among_many_is_found_quickly() -> None:
    """In a batch of 1,000 orders one bad expression costs no more than a second."""
    row = '{"instId":"{{ a }}","sz":{{ a }}}'
    cell = "POST /x\n[{{ a b }}," + ",\n".join([row] * 1_000) + "]"

    def refused() -> None:
        with pytest.raises(CellError, match="not a Python expression"):
            parse(cell)

    assert cost(refused, rounds=1) < 1000


def test_the_room_imports_nothing_heavy() -> None:
    """Reading a cell loads neither requests nor pandas nor numpy."""
    heavy = "{'requests', 'pandas', 'numpy', 'IPython'}"
    code = f"import okx_magic.cell, sys; print({heavy} & {{*sys.modules}})"
    command = [sys.executable, "-c", code]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"


def test_a_filled_request_knows_its_place() -> None:
    """Name and line of a template reach the request."""
    templates = parse("\n\na = GET /x\nGET /y").templates
    assert [(fill(one, {}).name, fill(one, {}).line) for one in templates] == [("a", 3), (None, 4)]


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ('POST /x {"a": "b"}', "its own line, in a cell that starts with %%okx"),
        ("POST /x {{ order }}", "its own line, in a cell that starts with %%okx"),
        ("GET /x ?a=b", "write the query without a space"),
        ("GET /x --chart", "options go before the request: %okx --chart GET"),
        ("GET /x?a=b -a demo", "options go before the request"),
        ("GET /x \u2014chart", "options go before the request"),
        ("GET /x a=b", "join it with ?, without a space: ?a="),
        ("GET /x?a=b c={{ d }}", "join it with &, without a space: &c="),
        ("GET /x?a=b, c", "write a list without spaces"),
        ("SUBSCRIBE tickers?a=b --for 5m", "options go before the request"),
        ("SUBSCRIBE tickers a=b", "join it with ?, without a space: ?a="),
        ("SUBSCRIBE tickers?a=b c=d", "join it with &, without a space: &c="),
        ("SUBSCRIBE tickers?a=b c", "write a space in a value as %20"),
        ("GET /x -- a comment", "a comment begins with // or #"),
        ("GET /x\ninstId=BTC-USDT", "query lines begin with ? or &"),
        ("GET /x\nprint(1)", "requests begin with GET"),
        ("POST /x\n{\u201ca\u201d: 1}", "quotation marks in JSON are straight ones"),
        ('POST /x\n{"a":\u00a01}', "a look-alike character from a web page"),
        ('POST /x\n{"a": "b"\uff0c "c": 1}', "a look-alike character from a web page"),
    ],
)
def test_the_remedy_is_that_of_the_mistake(text: str, remedy: str) -> None:
    """What is mistyped or pasted most often is told by what stands there, not by what could."""
    refusal = _refusal(text)
    assert refusal is not None
    assert remedy in refusal.remedy


@pytest.mark.parametrize("unseen", ["\ufeff", "\u200b", "\u00a0"])
def test_characters_that_nobody_sees_are_blanks(unseen: str) -> None:
    """A byte order mark, a space without width and a no-break space before a request, and behind it."""
    cell = parse(f"{unseen}name = GET{unseen}/x?a=b{unseen}\n{unseen}&c=d")
    assert [(each.name, each.query) for each in cell.templates] == [("name", ("?a=b&c=d",))]


@pytest.mark.parametrize(
    "around",
    [
        "place an order\n{}",
        "{}\nthe answer has one row",
        "现货下单\n{}",
        "Получить цену\n{}",
        "> Request Example\n{}",
        "**HTTP Request**\n{}",
        "```http\n{}\n```",
        "Copy to Clipboard\n {}",
    ],
)
def test_prose_around_a_request_is_dropped_and_told(around: str) -> None:
    """As the docs have it, in either of their languages, and as Markdown carries it."""
    cell = parse(around.format("GET /api/v5/market/ticker?instId=BTC-USDT"))
    assert [template.path for template in cell.templates] == ["/api/v5/market/ticker"]
    assert all("dropped: it is not part of a request" in notice for notice in cell.notices)
    assert cell.notices


@pytest.mark.parametrize("line", ["size = 5", "for x in y", "名前 = 1", "f(x) or y", "import os"])
def test_python_around_a_request_is_no_prose(line: str) -> None:
    """What a person meant to be run is never passed over."""
    with pytest.raises(CellError, match="does not begin a request"):
        parse(f"{line}\nGET /api/v5/public/time")
