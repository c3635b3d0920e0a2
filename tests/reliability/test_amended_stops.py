"""A stop that an amendment adds to an order is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attached import ALGO, BUY, PLACE
from scripted_rest import post, scripted, sent

from okx_magic.errors import PositionWithoutStop

if TYPE_CHECKING:
    from lab import Lab

    from okx_magic.model import Request
    from okx_magic.session import Session


NEW = {"attachAlgoClOrdId": "guards", "newSlTriggerPx": "90000", "newSlOrdPx": "-1"}
HELD = {"attachAlgoClOrdId": "guards", "tpTriggerPx": "99000", "slTriggerPx": ""}


def amending(row: dict[str, Any], algo: Any = "51603", **new: str) -> Session:
    """Amends an order that look-ups then show as ``row``; its algo order is ``algo``."""
    shown = {"ordId": "0", "cTime": "1700000000000", "ordType": "limit", **BUY, "posSide": "net"}

    def answers(request: Request) -> Any:
        if request.method == "POST":
            return [{"ordId": "0", "clOrdId": "", "sCode": "0", "sMsg": "", "reqId": "", "ts": "1"}]
        return [shown | row] if request.path == PLACE else algo

    session = scripted(answers)
    order = {"instId": BUY["instId"], "ordId": "0", "attachAlgoOrds": [NEW | new]}
    session.send(post("/api/v5/trade/amend-order", order))
    return session


@pytest.mark.parametrize(
    ("row", "algo"),
    [
        ({"state": "live", "attachAlgoOrds": [HELD | {"slTriggerPx": "90000"}]}, "51603"),
        (
            {
                "state": "filled",
                "accFillSz": "2",
                "attachAlgoOrds": [HELD | {"slTriggerPx": "90000"}],
            },
            [{"algoId": "9", "algoClOrdId": "guards", "state": "live", "cTime": "1700000000000"}],
        ),
        ({"state": "canceled", "accFillSz": "0", "attachAlgoOrds": []}, "51603"),
    ],
)
def test_a_stop_that_an_amendment_adds_is_looked_at(row: dict[str, Any], algo: Any) -> None:
    """It is in the order, or alive by itself, or there is nothing to protect: nothing is said."""
    session = amending(row, algo)
    assert f"{PLACE}?instId={BUY['instId']}&ordId=0" in sent(session, "GET")
    assert sent(session, "POST") == ["/api/v5/trade/amend-order"]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"state": "live", "attachAlgoOrds": [HELD]}, "is not in the order"),
        ({"state": "live", "attachAlgoOrds": []}, "is not in the order"),
        ({"state": "filled", "accFillSz": "2", "attachAlgoOrds": [HELD]}, "is not in the order"),
        (
            {
                "state": "filled",
                "accFillSz": "2",
                "attachAlgoOrds": [HELD | {"slTriggerPx": "90000"}],
            },
            "is not there",
        ),
        (
            {"state": "filled", "accFillSz": "2", "attachAlgoOrds": [HELD | {"failCode": "51280"}]},
            "was refused: 51280",
        ),
    ],
)
def test_a_stop_that_an_amendment_did_not_add_is_told(row: dict[str, Any], why: str) -> None:
    """OKX takes an amendment before it is carried out: what sets a stop that is not there is told."""
    with pytest.raises(
        PositionWithoutStop, match=f"position without a stop: buy .* its stop {why}"
    ) as caught:
        amending(row)
    (request,) = caught.value.sets
    assert (request.path, request.json["side"], request.json["slTriggerPx"]) == (
        ALGO,
        "sell",
        "90000",
    )
    assert (request.json["sz"], request.json["reduceOnly"], request.json["tdMode"]) == (
        "2",
        True,
        "cross",
    )


def test_an_amendment_that_takes_a_stop_away_is_not_looked_at() -> None:
    """Nor is one of a price."""
    asked = sent(amending({}, newSlTriggerPx="0", newSlOrdPx="0"), "GET")
    assert not [each for each in asked if "time" not in each]


def test_on_the_sandbox_a_stop_that_is_added_is_seen(bench: Lab) -> None:
    """A take-profit gets a stop beside it, by an amendment."""
    profit = {"tpTriggerPx": "99999", "tpOrdPx": "-1", "attachAlgoClOrdId": "guards"}
    order = BUY | {"ordType": "limit", "px": "10000", "sz": "1", "attachAlgoOrds": [profit]}
    ack = bench.session.send(post(PLACE, order)).envelope.data[0]
    named = {"instId": BUY["instId"], "ordId": ack["ordId"]}
    new = NEW | {"newSlTriggerPx": "9000"}
    bench.session.send(post("/api/v5/trade/amend-order", named | {"attachAlgoOrds": [new]}))
    ((attached,),) = [each.ticket.attached for each in bench.orders()]
    assert set(attached.legs) == {"tp", "sl"}
