"""A stream in a terminal is a line that stays in its place."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from okx_magic.ui import stream_lines
from okx_magic.ui.stream_lines import show_line

if TYPE_CHECKING:
    from collections.abc import Callable


class Ticks:
    """A stream as the line sees it: its rows come when ``come`` is called."""

    name = "ticks"
    running = True
    last: dict[str, Any] | None = None

    def watch(self, follow: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
        self.follow = follow
        return lambda: None

    def come(self, price: str) -> None:
        self.last = {"last": price}
        self.follow(self.last)

    def stop(self) -> None:
        self.running = False
        self.follow({})

    def __repr__(self) -> str:
        return "ticks"


@pytest.fixture
def drawn() -> SimpleNamespace:
    """A prompt as prompt_toolkit's, which counts how often it is drawn anew."""
    prompt = SimpleNamespace(bottom_toolbar="yours", count=0)
    prompt.app = SimpleNamespace(invalidate=lambda: setattr(prompt, "count", prompt.count + 1))
    return prompt


def test_it_follows_below_the_prompt_in_one_place(
    drawn: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Shown once above it, whatever comes; its end is named, and what stood there before comes back."""
    monkeypatch.setattr(stream_lines, "_EACH", 0)
    stream: Any = Ticks()
    show_line(stream, drawn)
    for price in ("1", "2", "3"):
        stream.come(price)
    assert drawn.bottom_toolbar() == "ticks · last 3 · %okx_streams stop ticks"
    assert drawn.count == 3
    assert len(capsys.readouterr().out.splitlines()) == 1
    stream.stop()
    assert drawn.bottom_toolbar == "yours"


def test_without_a_prompt_each_line_takes_the_place_of_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As a notebook's output does; the last says no more how to end it."""
    told: list[Any] = []
    monkeypatch.setattr(stream_lines, "_EACH", 0)
    monkeypatch.setattr(stream_lines, "show_live", lambda note: told.append(note) or told.append)
    stream: Any = Ticks()
    show_line(stream)
    stream.come("1")
    stream.stop()
    assert list(map(repr, told)) == [
        "ticks · %okx_streams stop ticks",
        "ticks · last 1 · %okx_streams stop ticks",
        "ticks · last 1",
    ]
