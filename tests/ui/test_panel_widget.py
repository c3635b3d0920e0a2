"""The widget without a browser: what it keeps, what it says in text, and what its files hold."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import pytest

from okx_magic.ui.panel import PanelWidget

SECRET = "not-a-real-secret-0123456789"


@pytest.fixture
def widget() -> PanelWidget:
    return PanelWidget()


def static(name: str) -> str:
    return files("okx_magic").joinpath("ui", "static", name).read_text("utf-8")


def test_a_message_is_emptied_once_it_was_read(widget: PanelWidget) -> None:
    """The kernel keeps its last message: nothing of a log-in may stay in it."""
    seen: list[str] = []
    widget.receive = lambda message: seen.append(message["secret"])
    content = {"kind": "login", "secret": SECRET}
    widget._handle_custom_msg(content, [])
    assert seen == [SECRET]
    assert content == {}


def test_a_message_is_emptied_also_when_reading_it_fails(widget: PanelWidget) -> None:
    """What goes wrong is raised, without what was in the message."""

    def broken(message: Any) -> None:
        raise ZeroDivisionError(len(message))

    widget.receive = broken
    content = {"kind": "login", "secret": SECRET}
    with pytest.raises(ZeroDivisionError):
        widget._on_message(widget, content, [])
    assert content == {}


def test_messages_of_another_form_are_ignored(widget: PanelWidget) -> None:
    """Before anybody receives, and for a message that is no object, nothing happens."""
    widget._handle_custom_msg({"kind": "login"}, [])
    widget.receive = lambda message: pytest.fail(repr(message))
    widget._handle_custom_msg([SECRET], [])
    widget._handle_custom_msg("login", [])


def test_no_trait_can_hold_what_is_typed(widget: PanelWidget) -> None:
    """The synced state is what the kernel shows, and the widget's own files."""
    ours = {"account", "work", "requests", "signature", "verdict"}
    assert ours <= set(widget.get_state())
    assert not {name for name in widget.keys if re.search("secret|pass|key|value|typed", name)}


def test_what_is_shown_is_the_synced_state(widget: PanelWidget) -> None:
    """Each part is plain JSON and its own trait."""
    widget.show("work", {"number": 1, "busy": "", "text": "done", "refusal": None})
    widget.show("signature", None)
    state = json.loads(json.dumps(widget.get_state(["work", "signature"])))
    assert state == {
        "work": {"number": 1, "busy": "", "text": "done", "refusal": None},
        "signature": None,
    }


def test_text_says_what_to_do_where_there_are_no_widgets(widget: PanelWidget) -> None:
    """A terminal, or a notebook opened without its kernel, reads how to go on."""
    data, _ = widget._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == widget.model_id
    assert "%okx_login --prompt" in data["text/plain"]


def test_a_closed_widget_says_so(widget: PanelWidget) -> None:
    """So that the next %okx_login makes a new one."""
    assert not widget.closed
    widget.close()
    assert widget.closed


def test_the_front_end_puts_in_text_never_html() -> None:
    """No way by which text of a server could become elements or run."""
    script = static("panel.js")
    for way in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "DOMParser"):
        assert way not in script
    assert "save_changes" not in script, "the front end sets no trait"


def test_the_front_end_asks_nobody_else() -> None:
    """No address of another host in the widget's files."""
    for name in ("panel.js", "panel.css"):
        assert "//" not in re.sub(r"^\s*//.*$", "", static(name), flags=re.MULTILINE), name
        assert "import" not in re.sub(r"!important", "", static(name)), name
