"""The magics that look things up, in a shell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Notebook


def test_find_shows_a_table_and_a_card_without_a_session(notebook: Notebook) -> None:
    """Words give endpoints; a path gives its card, whose cell can be run as it stands."""
    assert "/api/v5/public/funding-rate" in notebook.run("%okx_find funding rate")
    assert "<div" in notebook.html
    card = notebook.run("%okx_find /api/v5/market/candles")
    assert notebook.shell.magics_manager.registry["OkxMagic"].opened() is None
    notebook.run(card[card.index("%%okx") :].strip())
    assert notebook.error is None


def test_the_log_is_a_frame_without_secrets(sandbox_notebook: Notebook) -> None:
    """Success and refusal are there in order, with code and time."""
    sandbox_notebook.run("%okx GET /api/v5/market/ticker?instId=NO-SUCH")
    sandbox_notebook.run("log = %okx_log")
    log = sandbox_notebook["log"]
    assert list(log.code) == ["0", "51001"]
    assert log.index.is_monotonic_increasing
    assert str(log.index.dtype) == "datetime64[ms, UTC]"


def test_explain_says_what_a_code_means(notebook: Notebook) -> None:
    """No session is needed to look up a code."""
    assert "never the passphrase" in notebook.run("%okx_explain 50113")


def test_words_may_be_asked_as_a_person_says_them(notebook: Notebook) -> None:
    """A question with an apostrophe, and a text that OKX said, are no mistake of the line."""
    assert "/api/v5/trade/cancel-all-after" in notebook.run("%okx_find dead man's switch")
    assert "50113" in notebook.run("%okx_explain Invalid Sign")
    assert "an OKX code" in notebook.run("%okx_explain --help")


def test_okx_alone_shows_every_magic_by_task(notebook: Notebook) -> None:
    """The map names all magics that are registered, and none that is not."""
    text = notebook.run("%okx")
    known = {
        name
        for names in notebook.shell.magics_manager.magics.values()
        for name in names
        if name.startswith("okx")
    }
    named = set(re.findall(r"%(okx\w*)", text))
    assert named == known
    assert notebook.error is None


def test_the_log_shows_what_failed(notebook: Notebook) -> None:
    """Only that; without the option all that was sent."""
    notebook.run("%okx_login sandbox")
    notebook.run("%okx GET /api/v5/market/ticker?instId=NO-SUCH")
    notebook.run("failed = %okx_log --failed")
    notebook.run("log = %okx_log")
    assert list(notebook["failed"].code) == ["51001"]
    assert len(notebook["log"]) == 2
