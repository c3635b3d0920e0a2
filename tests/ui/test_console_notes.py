from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from cases import account, exchange

from okx_magic.advice.trace import trace
from okx_magic.model import Exchange, Request
from okx_magic.ui.console import Note
from okx_magic.ui.report import TraceView

if TYPE_CHECKING:
    from collections.abc import Sequence

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp;"


def order(body: str = '{"sz":"1"}') -> Request:
    return Request("POST", "/api/v5/trade/order", body)


def view(refused: Exchange) -> TraceView:
    return TraceView(trace(refused, account()), refused.code)


def html(refused: Exchange) -> str:
    return view(refused)._repr_html_()


class Tags(HTMLParser):
    """The tags and attributes of a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_text_and_html_say_the_same() -> None:
    """Parts, rules, checks, HMAC, headers, causes, meaning and next step are in both."""
    for text in (repr(view(exchange(order()))), html(exchange(order()))):
        for word in ("timestamp", "method", "target", "body", "rule: ", "✓", "HMAC", "Base64"):
            assert word in text
        for word in ("? secret", "never the passphrase", "%okx_debug shows", "curl -X POST"):
            assert word in text


def test_the_prehash_is_there_in_four_colours() -> None:
    """Each part in its own colour and line, the same in the legend, and joined they are the prehash."""
    text = html(exchange(order()))
    painted = re.findall('<span style="(background:rgba[^"]*)">(.*?)</span>', text)
    legend, signed = painted[4:], painted[:4]
    assert [style for style, _ in legend] == [style for style, _ in signed]
    assert len({style for style, _ in signed}) == 4
    assert [name for _, name in legend] == ["timestamp", "method", "target", "body"]
    assert (
        "".join(part for _, part in signed)
        == "2024-05-06T07:08:09.010ZPOST/api/v5/trade/order{&quot;sz&quot;:&quot;1&quot;}"
    )


def test_no_text_colour_is_set() -> None:
    """Text keeps the colour of the theme, light or dark, but for the badge, which has its own."""
    text = html(exchange(order()))
    assert re.findall(r"(?<![-\w])color:[^;\"]*", text) == ["color:#fff"]


@pytest.mark.parametrize(
    "refused",
    [
        exchange(outcome=SCRIPT),
        exchange(answered=(("server", SCRIPT),), code="", outcome="HTML"),
        exchange(order(f'{{"a":"{SCRIPT}"}}')),
        exchange(order(SCRIPT)),
    ],
)
def test_what_servers_say_is_text(refused: Exchange) -> None:
    """Markup in an answer or a body is shown, and makes no tag and no attribute."""
    text = html(refused)
    assert Tags(text).tags == {"div", "pre", "span"}
    assert Tags(text).attributes == {"style"}
    assert "&lt;script&gt;" in text


def test_control_the_markup_would_make_tags() -> None:
    """The check does see tags."""
    assert Tags(SCRIPT).tags == {"script", "img"}


def test_an_unsigned_request_is_called_so() -> None:
    """No HMAC is shown where there was none."""
    text = repr(view(exchange(signed=False)))
    assert "no OK-ACCESS headers were sent" in text
    assert "HMAC" not in text


def test_a_long_line_in_a_terminal_goes_on_under_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row of a table and a line with a label keep their columns; without a terminal nothing wraps."""
    row = "GET  /api/v5/market/books  public  40 in 2 s  " + "Order book " * 6
    note = Note(("short", row.strip(), "  try     " + "again and again " * 6))
    assert len(repr(note).split("\n")) == 3
    monkeypatch.setattr("okx_magic.ui.console.terminal_width", lambda: 60)
    lines = repr(note).split("\n")
    assert lines[0] == "short"
    assert all(len(line) <= 60 for line in lines)
    assert lines[2].startswith(" " * 5 + "Order")
    assert lines[-1].startswith(" " * 10 + "again")
