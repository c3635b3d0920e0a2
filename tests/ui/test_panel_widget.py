"""The widget without a browser: what it keeps, what it says in text, and what its files hold."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from okx_magic.credentials.account import Account
from okx_magic.credentials.choices import Choices
from okx_magic.credentials.credentials import Credentials
from okx_magic.credentials.sources import Ports
from okx_magic.orders.gate import Gate
from okx_magic.orders.latch import Latch
from okx_magic.session import Session
from okx_magic.ui import panel_widget as panel
from okx_magic.ui.panel_widget import PanelWidget

if TYPE_CHECKING:
    from pathlib import Path

    from okx_magic.model import Environment


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


NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)


def session(environment: Environment, folder: Path) -> Session:
    credentials = Credentials("985d5b66-57ce-40fb-b714-afc0b9787083", "F" * 32, "Drawn-only-1!")
    host = "http://127.0.0.1:8700" if environment == "sandbox" else "https://openapi.okx.com"
    account = Account("mine", environment, credentials, host, "here", created=date(2026, 6, 1))
    return Session(account, gate=Gate(account, latch=Latch(folder, "hash")))


def drawn(of: Session) -> dict[str, Any]:
    return panel.account(of, [], NOW)


@pytest.mark.parametrize(
    ("environment", "money"),
    [
        ("sandbox", "invented money"),
        ("demo", "simulated money"),
        ("live", "real money · read-only until %okx_live"),
    ],
)
def test_the_bar_says_whose_money_it_is(
    tmp_path: Path, environment: Environment, money: str
) -> None:
    """In words, whatever the colour."""
    assert drawn(session(environment, tmp_path))["money"] == money


def test_the_bar_says_until_when_live_orders_are_sent(tmp_path: Path) -> None:
    """Once the sentence was typed, a quarter of an hour; not any more with the kill switch on."""
    live = session("live", tmp_path)
    assert live.gate.arming.arm(live.gate.arming.sentence)
    # The quarter may have begun some milliseconds ago.
    until = "real money · ORDERS ARE SENT until 12:"
    assert drawn(live)["money"] in {f"{until}14 UTC", f"{until}15 UTC"}
    live.gate.kill()
    assert "kill switch" in drawn(live)["money"]


def test_what_is_not_known_is_said_to_be_so(tmp_path: Path) -> None:
    """Before a log-in has asked there are no permissions, and never a guess."""
    facts = dict(drawn(session("demo", tmp_path))["facts"])
    assert facts["permissions"] == "not known yet: log in"
    assert "addresses" not in facts
    assert "clock" not in facts
    assert facts["key's age"] == "29 days, made 2026-06-01"


def test_on_a_machine_of_strangers_only_the_sandbox_is_offered(tmp_path: Path) -> None:
    """With the reason; credentials that are set up there are not offered."""
    variables = {
        "OKX_API_KEY": "985d5b66-57ce-40fb-b714-afc0b9787083",
        "OKX_SECRET_KEY": "F" * 32,
        "OKX_PASSPHRASE": "Drawn-only-1!",
    }
    here = panel.offered(Choices(variables, tmp_path, Ports()), ())
    assert [choice["key"] for choice in here["choices"]] == ["variables", "sandbox"]
    there = Choices({**variables, "BINDER_REQUEST": "v2/gh/x/y/HEAD"}, tmp_path, Ports())
    state = panel.offered(there, ())
    assert [choice["key"] for choice in state["choices"]] == ["sandbox"]
    assert state["first"] == "sandbox"
    assert "Binder" in state["refusal"]


def test_unread_sources_come_before_the_sandbox_in_words(tmp_path: Path) -> None:
    """A cell would look into the keyring first, if nothing before it has credentials."""
    choices = Choices({}, tmp_path, Ports(keyring=lambda: None, colab=lambda: str))
    state = panel.offered(choices, choices.unread())
    assert state["usual"] == "the Colab secrets, else the built-in sandbox"
