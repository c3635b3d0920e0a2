"""The sub-codes beside an item's code, which tell why of several reasons: ``wire/replies``."""

from __future__ import annotations

import json
from typing import Any

import pytest

from okx_magic import catalogue
from okx_magic.catalogue.texts import explain
from okx_magic.errors import OkxError, PartlyRefused
from okx_magic.model import Request
from okx_magic.wire.replies import judge
from okx_magic.wire.transport import Answer

FINER = [code for code in catalogue.codes() if "_" in code]


def refusal(*items: dict[str, Any], code: str = "1") -> OkxError:
    body = {"code": code, "msg": "All operations failed", "data": items}
    request = Request("POST", "/api/v5/trade/order", "{}")
    with pytest.raises(OkxError) as caught:
        judge(Answer(200, {}, json.dumps(body).encode()), request)
    return caught.value


def item(code: str = "51008", sub: object = "1002") -> dict[str, Any]:
    return {"ordId": "", "sCode": code, "sMsg": "Order failed.", "subCode": sub}


@pytest.mark.parametrize("known", FINER)
def test_each_sub_code_has_its_own_meaning_and_way_out(known: str) -> None:
    """In a refusal and in %okx_explain, with a blank or joined as in OKX's docs."""
    code, _, sub = known.partition("_")
    error, plain = refusal(item(code, sub)), catalogue.explain(code)
    assert plain
    assert error.code == code
    assert error.means.endswith(f" (sub-code {sub})")
    assert not error.means.startswith(plain.meaning)
    assert error.remedy
    assert explain(f"{code} {sub}") == explain(known)
    assert sub in next(line for line in explain(code) if line.startswith("  sub "))


def test_their_meanings_differ() -> None:
    """The control: of each code no two sub-codes say the same."""
    known = catalogue.codes()
    assert len({known[code].meaning for code in FINER}) == len(FINER) == 41


@pytest.mark.parametrize(
    ("code", "sub", "said"),
    [
        ("51008", "1999", "Not enough of the currency"),
        ("51000", "1000", "bad value"),
        ("51999", "1000", ""),
    ],
)
def test_one_that_no_table_has_is_shown_beside_the_code(code: str, sub: str, said: str) -> None:
    """The code's own meaning stays, and its way out."""
    error, known = refusal(item(code, sub)), catalogue.explain(code)
    assert said in error.means
    assert error.means.endswith(f"(sub-code {sub})")
    assert error.remedy == (known.remedy if known else "")


@pytest.mark.parametrize("sub", ["", "0", None, 1002, "x", "1002\x1b[2J", ["1002"], "1002 or so"])
def test_what_is_no_sub_code_is_not_shown(sub: object) -> None:
    """OKX leaves it empty where there is none; nothing else of a server's gets in by this way."""
    error, known = refusal(item(sub=sub)), catalogue.explain("51008")
    assert known
    assert error.means == known.meaning


def test_each_item_of_a_batch_shows_its_own() -> None:
    """Where all are refused, and where some stand."""
    refused = refusal(item(sub="1000"), item(sub="1001"))
    lines = [text for label, text in refused.details() if label == "item"]
    assert [line[-15:] for line in lines] == ["(sub-code 1000)", "(sub-code 1001)"]
    placed = {"ordId": "7", "sCode": "0", "sMsg": "", "subCode": ""}
    partly = refusal(placed, item(sub="1001"), item("51000", ""), code="2")
    assert isinstance(partly, PartlyRefused)
    assert [msg for _, msg in partly.items] == ["Order failed. (sub-code 1001)", "Order failed."]
