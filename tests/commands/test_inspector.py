"""One exchange with its answer, as the panel's page Requests shows it (module: commands/inspector)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from okx_magic import connect
from okx_magic.cell import fill, parse
from okx_magic.commands.inspector import inspected, listed
from okx_magic.errors import OkxError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from okx_magic.session import Session

ORDER = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "100"}


@pytest.fixture
def okx(nobody: Path) -> Iterator[Session]:  # noqa: ARG001  # it must run first
    with connect("sandbox") as session:
        yield session


def last(okx: Session) -> dict[str, Any]:
    found = inspected("1", okx.log[-1], okx)
    # It travels as a message.
    assert json.loads(json.dumps(found)) == found
    return found


def test_an_answer_is_shown_as_typed_rows_and_as_it_came(okx: Session) -> None:
    """Columns as in the frame, numbers to the right, missing values empty, and the raw text."""
    okx.request("GET", "/api/v5/market/ticker?instId=BTC-USDT")
    found = last(okx)
    table = found["table"]
    assert table["columns"][:3] == ["instId", "last", "bidPx"]
    assert table["rows"][0][0] == "BTC-USDT"
    assert 1 in table["numbers"]
    assert table["more"] == [0, 0]
    assert json.loads(found["text"])["data"][0]["instId"] == "BTC-USDT"
    assert (found["refusal"], found["note"]) == (None, "")


def test_a_refusal_has_the_words_of_the_cell(okx: Session) -> None:
    """Headline, what the code means, and what to do."""
    with pytest.raises(OkxError) as raised:
        okx.request("GET", "/api/v5/market/ticker?instId=NO-SUCH")
    found = last(okx)
    assert found["refusal"]["headline"] == raised.value.message
    labels = [label for label, _ in found["refusal"]["lines"]]
    assert labels[0] == "means"
    assert "51001" in found["text"]


def test_large_answers_are_cut_and_say_so(okx: Session) -> None:
    """The first rows and columns with the count of those left, the beginning of the text."""
    okx.request("GET", "/api/v5/market/candles?instId=BTC-USDT&limit=300")
    found = last(okx)
    assert len(found["table"]["rows"]) == 50
    assert found["table"]["more"] == [250, 0]
    okx.request("GET", "/api/v5/market/books?instId=BTC-USDT&sz=400")
    okx.request("GET", "/api/v5/public/instruments?instType=SPOT")
    found = last(okx)
    assert len(found["text"]) <= 80_000


def test_what_is_copied_is_the_same_request(okx: Session) -> None:
    """The cell parses to it, the Python compiles, curl has its body and no secret."""
    okx.request("POST", "/api/v5/trade/order", ORDER)
    done = okx.log[-1]
    copies = last(okx)["copies"]
    magic, _, text = copies["cell"].partition("\n")
    assert magic == "%%okx -a sandbox"
    (template,) = parse(text).templates
    request = fill(template, {})
    assert (request.method, request.target, request.body) == (
        done.request.method,
        done.request.target,
        done.request.body,
    )
    compile(copies["Python"], "copied", "exec")
    assert done.request.target in copies["curl"]
    assert "OK-ACCESS-SIGN: …" in copies["curl"]


def test_a_line_of_the_list_has_no_answer(okx: Session) -> None:
    """The list is small whatever came."""
    okx.request("GET", "/api/v5/public/instruments?instType=SPOT")
    row = listed("1", okx.log[-1])
    assert len(json.dumps(row)) < 400
    assert (row["code"], row["status"], row["attempt"]) == ("0", 200, 1)
