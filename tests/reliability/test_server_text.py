"""What a server says is shown as text: it is no script, moves no cursor, and becomes no formula."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.display import HTML

from okx_magic.errors import OkxError
from okx_magic.frames import safe_csv, to_frame
from okx_magic.model import Envelope, Request
from okx_magic.ui.console import Note
from okx_magic.wire.replies import judge
from okx_magic.wire.transport import Answer

if TYPE_CHECKING:
    from pathlib import Path

TICKERS = Request("GET", "/api/v5/market/tickers?instType=SPOT")
BALANCE = Request("GET", "/api/v5/account/balance")
ORDER = Request("POST", "/api/v5/trade/order", "{}")
SCRIPTS = (
    "<script>fired()</script>",
    "<img src=x onerror=fired()>",
    "<svg onload=fired()>",
    '"><script>fired()</script>',
    "'><iframe src=javascript:fired()>",
    "</pre><script>fired()</script>",
    "</textarea><script>fired()</script>",
    "<a href=javascript:fired()>x</a>",
    "<body onload=fired()>",
    "<style>@import 'x'</style>",
    "<!--><script>fired()</script>",
    "&lt;script&gt;<details open ontoggle=fired()>",
)
ODD = (
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "\x9b2J",
    "a\x08\x08b",
    "open\rdone",
    "1\u202e001",
    "\u2066x\u2069",
    "\x00",
)
HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
FORMULAS = (
    '=HYPERLINK("http://x","y")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd",
    "@SUM(1+1)",
    "\t=1+1",
    "|x",
)


class Tags(HTMLParser):
    """The tags and attributes of a page, as a browser would see them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        active = ("on", "src", "href")
        self.found.update(name for name, _ in attributes if name.startswith(active))


OURS = {"div", "pre", "span", "table", "thead", "tbody", "tr", "th", "td", "p", "style"}


def answered(said: str) -> Any:
    """Every field of an answer, a field nobody knows, and its name, say the same."""
    row = dict.fromkeys(("instType", "instId", "last", "ts", "unknownField", said), said)
    nested = [{said: [said]}]
    body = json.dumps({"code": "0", "msg": said, "data": [row | {"list": nested}]}).encode()
    return to_frame(judge(Answer(200, {}, body), TICKERS), TICKERS)


def refused(said: str) -> OkxError:
    item = {"sCode": "51000", "sMsg": said, "ordId": said}
    body = json.dumps({"code": "1", "msg": said, "data": [item]}).encode()
    with pytest.raises(OkxError) as caught:
        judge(Answer(200, {}, body), ORDER)
    return caught.value


@pytest.mark.parametrize("payload", SCRIPTS)
def test_no_script_reaches_a_page(payload: str) -> None:
    """In a frame, a receipt or a refusal, the page has our tags and no others."""
    frame = answered(payload)
    note = Note((payload, f"checked {payload}"), "demo")
    pages = [frame._repr_html_(), note._repr_html_()]
    pages.append(Note(tuple(refused(payload)._render_traceback_()))._repr_html_())
    for page in pages:
        assert not Tags(page).found - OURS


# The styles of pandas import matplotlib, and old ones call what pyparsing is about to drop.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("payload", SCRIPTS[:5])
def test_a_naive_page_has_it(payload: str) -> None:
    """The control: pasted into HTML, or styled by pandas as it stands, the payload is a tag."""
    styled = pd.DataFrame({"msg": [payload]}).style.to_html()
    assert Tags(styled).found - OURS
    assert Tags(HTML(f"<div>{payload}</div>").data).found - OURS


@pytest.mark.parametrize("odd", ODD)
def test_no_odd_character_reaches_a_terminal(odd: str) -> None:
    """Neither by a message nor by a frame, in whatever column, nested or in the name of one."""
    error, frame = refused(odd), answered(odd)
    shown = "\n".join(error._render_traceback_())
    shown += frame.to_string() + repr(frame) + frame._repr_html_()
    assert not HARMFUL.search(shown)
    assert all(len(line) <= 250 for line in error._render_traceback_())


@pytest.mark.parametrize("odd", ODD)
def test_what_stands_beside_the_rows_is_as_harmless(odd: str) -> None:
    """The totals of a balance and the words around a book hold no such character either."""
    for request, row in ((BALANCE, {odd: odd, "details": []}), (TICKERS, {"asks": [], "bids": []})):
        frame = to_frame(Envelope("0", "", [row | {"ts": [odd]}]), request)
        assert frame.attrs.keys() & {"totals", "ts"}
        assert not HARMFUL.search(words(frame.attrs))


def words(value: Any) -> str:
    """All text within, one after the other."""
    if isinstance(value, dict):
        return "".join(map(words, [*value, *value.values()]))
    return "".join(map(words, value)) if isinstance(value, list) else str(value)


def test_a_naive_frame_passes_it_on() -> None:
    """The control: pandas shows an escape sequence as it is."""
    assert "\x1b[31m" in pd.DataFrame({"msg": ["\x1b[31mred"]}).to_string()


def test_a_long_message_is_cut() -> None:
    """A refusal is a line, whatever the server makes of it."""
    assert len(refused("x" * 10_000).message) <= 170


def read_back(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_safe_csv_has_no_formula(formula: str) -> None:
    """Cells, nested ones, names and the index begin with nothing that a spreadsheet computes."""
    index = pd.Index([formula], name=formula)
    frame = pd.DataFrame({"msg": [formula], formula: [[formula]]}, index=index)
    for row in read_back(safe_csv(frame)):
        assert not any(re.match(r"\s*[=+\-@|]", cell) for cell in row)
    # The control: pandas writes it as it is.
    assert any(re.match(r"\s*[=+\-@|]", cell) for row in read_back(frame.to_csv()) for cell in row)


def test_a_safe_csv_changes_nothing_else(tmp_path: Path) -> None:
    """Numbers, negative ones and those kept as text, times, ids and names come out as by to_csv."""
    frame = answered("plain")
    frame["px"], frame["text"] = -1.5, ["-0.000000000000000001"]
    frame["when"] = pd.to_datetime(["2024-01-31T00:00:00Z"])
    assert safe_csv(frame) == frame.to_csv()
    path = tmp_path / "frame.csv"
    assert safe_csv(frame, path, index=False) is None
    assert path.read_text("utf-8") == frame.to_csv(index=False)


@given(st.text())
def test_no_text_becomes_a_formula(text: str) -> None:
    """Whatever it is."""
    cells = read_back(safe_csv(pd.DataFrame({"msg": [f"{text} "]}), index=False))[1]
    number = re.fullmatch(r"[+-]?\d*\.?\d*([eE][+-]?\d+)? ", cells[0], re.ASCII)
    assert number or not re.match(r"\s*[=+\-@|]", cells[0])


def column(name: str, texts: list[str], path: str) -> pd.Series:
    request = Request("GET", path)
    body = json.dumps({"code": "0", "msg": "", "data": [{name: text} for text in texts]})
    return to_frame(judge(Answer(200, {}, body.encode()), request), request)[name]


def test_ten_thousand_ids_stay_what_they_are() -> None:
    """Of 18 to 20 digits, with blanks between them: none changes."""
    chance = random.Random(5)  # noqa: S311  # not for secrets
    ids = [str(chance.randrange(10**17, 10**20)) for _ in range(10_000)]
    ids[::10] = [""] * 1000
    kept = column("ordId", ids, "/api/v5/trade/orders-history?instType=SPOT")
    assert [text if isinstance(text, str) else "" for text in kept] == ids
    # The control: pandas' own reading of numbers rounds nearly all of them.
    short = [text for text in ids if len(text) < 19]
    naive = pd.to_numeric(pd.Series(short))
    whole = [text for text in short if text]
    changed = sum(f"{value:.0f}" != text for value, text in zip(naive.dropna(), whole, strict=True))
    assert changed > 0.9 * len(whole)


def test_prices_keep_their_digits() -> None:
    """With exact decimals all 18 places stand; as floats each is the nearest there is."""
    chance = random.Random(6)  # noqa: S311  # not for secrets
    prices = [f"{chance.randrange(10**6)}.{chance.randrange(10**18):018d}" for _ in range(10_000)]
    request = Request("GET", "/api/v5/trade/fills")
    body = json.dumps({"code": "0", "msg": "", "data": [{"fillPx": price} for price in prices]})
    envelope = judge(Answer(200, {}, body.encode()), request)
    assert [str(each) for each in to_frame(envelope, request, decimal=True).fillPx] == prices
    assert list(to_frame(envelope, request).fillPx) == [float(price) for price in prices]
    # The control: a float has room for fewer.
    assert sum(repr(float(price)) != price for price in prices) > 9_900
