"""What the kill switch says of the positions that it leaves, and of their stops (live_and_kill)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from scripted_rest import scripted

from okx_magic.commands.live_and_kill import kill

if TYPE_CHECKING:
    from okx_magic.model import Request
    from okx_magic.ui.console import Note

POSITION = {"instId": "BTC-USDT-SWAP", "posSide": "net", "pos": "2", "closeOrderAlgo": []}
STOP = {
    "instId": "BTC-USDT-SWAP",
    "algoId": "7",
    "posSide": "net",
    "ordType": "conditional",
    "slTriggerPx": "90000",
    "tpTriggerPx": "",
    "triggerPx": "",
    "callbackRatio": "",
}
PENDING, CANCEL = "/api/v5/trade/orders-algo-pending", "/api/v5/trade/cancel-algos"


def told(
    monkeypatch: pytest.MonkeyPatch, positions: list[dict[str, Any]], *algos: dict[str, str]
) -> list[str]:
    """The lines of a kill switch at an exchange with these positions and algo orders."""
    left = list(algos)

    def answers(request: Request) -> Any:
        asked = dict(request.query)
        if request.path == PENDING:
            return [each for each in left if each["ordType"] == asked["ordType"]]
        if request.path == CANCEL:
            ended = [each["algoId"] for each in request.items]
            left[:] = [each for each in left if each["algoId"] not in ended]
            return [{"algoId": each, "sCode": "0", "sMsg": ""} for each in ended]
        if request.path.endswith("/account/positions"):
            return positions
        if request.path.endswith("cancel-all-after"):
            return [{"triggerTime": "0", "ts": "1"}]
        return [] if request.method == "GET" else "50038"

    monkeypatch.setattr("okx_magic.orders.kill._PAUSE", 0)
    notes: list[Note] = []
    kill(scripted(answers), notes.append)
    return [line for note in notes for line in note.lines if "position" in line]


@pytest.mark.parametrize(
    ("position", "algos", "line"),
    [
        ({}, [], "BTC-USDT-SWAP 2, without a stop"),
        (
            {},
            [STOP],
            "BTC-USDT-SWAP 2, without a stop: what waited at 90000 was cancelled",
        ),
        (
            {"posSide": "long"},
            [STOP | {"posSide": "long"}, STOP | {"posSide": "short", "algoId": "8"}],
            "BTC-USDT-SWAP long 2, without a stop: what waited at 90000 was cancelled",
        ),
        ({}, [STOP | {"instId": "ETH-USDT-SWAP"}], "BTC-USDT-SWAP 2, without a stop"),
        ({}, [STOP | {"slTriggerPx": "", "tpTriggerPx": "9"}], "BTC-USDT-SWAP 2, without a stop"),
        (
            {},
            [STOP | {"ordType": "move_order_stop", "slTriggerPx": "", "callbackRatio": "0.1"}],
            "BTC-USDT-SWAP 2, without a stop: what waited at a distance was cancelled",
        ),
        (
            {"closeOrderAlgo": [{"algoId": "9", "slTriggerPx": "91000", "tpTriggerPx": ""}]},
            [],
            "BTC-USDT-SWAP 2, its stop at 91000 stays, too",
        ),
        (
            {"closeOrderAlgo": [{"algoId": "9", "slTriggerPx": "", "tpTriggerPx": "99000"}]},
            [],
            "BTC-USDT-SWAP 2, without a stop",
        ),
    ],
)
def test_a_position_that_stays_says_whether_it_has_a_stop(
    monkeypatch: pytest.MonkeyPatch,
    position: dict[str, Any],
    algos: list[dict[str, str]],
    line: str,
) -> None:
    """The switch cancels stops and closes nothing: who is left without one is told, and of which."""
    (said,) = told(monkeypatch, [POSITION | position], *algos)
    assert said == f"main · position stays open: {line}"


def test_what_is_closed_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of positions of nothing there is nothing to say."""
    assert told(monkeypatch, [POSITION | {"pos": "0"}], STOP) == []
