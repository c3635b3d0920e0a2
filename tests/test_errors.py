from __future__ import annotations

import io
import pickle

import pytest

from okx_magic.errors import (
    CellError,
    OkxError,
    OkxMagicError,
    OutcomeUnknown,
    PartlyRefused,
    Place,
    TransportError,
)
from okx_magic.model import Envelope, Request

REQUEST = Request("POST", "/api/v5/trade/order?x=1", "{}")


def refused(code: str = "50113", **kwargs: object) -> OkxError:
    envelope = Envelope(code, "Invalid Sign", None, status=401)
    return OkxError(code, "Invalid Sign", envelope=envelope, request=REQUEST, **kwargs)  # type: ignore[arg-type]


def test_the_block_is_what_a_person_needs() -> None:
    """Code, text, request, account and place stand in the first line, meaning and remedy below."""
    error = refused(means="the signature does not fit", remedy="%%okx --dry-run", account="demo")
    error.place = Place(number=2, total=3, line=4, sent=1)
    assert error._render_traceback_() == [
        "OkxError 50113 Invalid Sign · POST /api/v5/trade/order · demo · request 2 of 3, line 4 · 1 sent",
        "  means   the signature does not fit",
        "  try     %%okx --dry-run",
    ]


def test_the_text_of_an_error_does_not_begin_with_its_kind() -> None:
    """Python's traceback and a log name the kind themselves; all else that the block's first line says
    is there.
    """
    error = refused(account="demo")
    assert str(error) == "50113 Invalid Sign · POST /api/v5/trade/order · demo"
    assert error.headline() == f"OkxError {error}"
    assert str(CellError("not JSON", line=3)) == "not JSON · line 3 · nothing sent"


def test_the_base_is_abstract() -> None:
    """Only the kinds are raised, so that each can be told from the others."""
    with pytest.raises(TypeError, match="abstract"):
        OkxMagicError("x")


def test_a_cell_that_cannot_be_sent_says_where_and_that_nothing_was() -> None:
    """The line is the one of the cell."""
    shown = CellError("the body is not JSON", line=3, remedy="mend it")._render_traceback_()
    assert shown == ["CellError the body is not JSON · line 3 · nothing sent", "  try     mend it"]


def test_the_kinds_can_be_caught_by_what_they_mean() -> None:
    """An unknown outcome is a transport failure, a partly refused batch a refusal."""
    assert issubclass(OutcomeUnknown, TransportError)
    assert issubclass(PartlyRefused, OkxError)


def test_errors_cross_processes() -> None:
    """A pickled error keeps its kind, its facts and its text."""
    error = refused(items=(("51008", "no"),), remedy="pay in")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert isinstance(again, OkxError)
    assert (again.code, again.items, again.remedy) == ("50113", (("51008", "no"),), "pay in")
    assert str(again) == str(error)


def test_long_lines_go_on_under_their_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a screen none is longer than it, none begins among the labels, and no word is lost; where nobody
    looks, each stays one line.
    """
    words = "the signature does not fit the bytes that arrived " * 3
    error = refused(means=words.strip(), remedy="GET /api/v5/" + "x" * 80)
    whole = error._render_traceback_()
    assert [line.count("\n") for line in whole] == [0, 0, 0]
    monkeypatch.setattr("sys.stdout", _Terminal())
    monkeypatch.setenv("COLUMNS", "60")
    shown = error._render_traceback_()
    assert " ".join("\n".join(shown).split()) == " ".join("\n".join(whole).split())
    first, *more = shown[1].split("\n")
    assert first.startswith("  means   the signature")
    assert more
    assert all(line.startswith(" " * 10) and len(line) <= 60 for line in more)
    # What is meant to be pasted stays whole, however long.
    assert shown[2].split("\n")[-1].strip().endswith("x" * 80)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True
