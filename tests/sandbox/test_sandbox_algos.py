"""Algo orders: how they are set off, and what comes of it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from algo_calls import SWAP, TRADE, algo, buy, path, px, sent, shown, taken

from okx_magic.sandbox.market.instruments import instruments

if TYPE_CHECKING:
    from sandbox_caller import Caller, Clock


DAY = 86_400


@pytest.mark.parametrize(("by", "of"), [("last", ""), ("mark", "mark-price-"), ("index", "index-")])
def test_a_stop_is_set_off_in_the_minute_its_price_comes(
    call: Caller, clock: Clock, by: str, of: str
) -> None:
    """Of each kind of price: not before the price is there, and then at once, also when nobody asks; the
    order that it places closes the position, and says whose it is.
    """
    buy(call, "1", side="sell")
    name = SWAP if by != "index" else "BTC-USDT"
    bars = path(call, clock, 4 * 3600, name, of)
    highs, tick = [Decimal(row[2]) for row in bars], instruments()[SWAP].tick
    trigger = sorted(highs)[len(highs) * 9 // 10] // tick * tick
    hit = next(int(row[0]) for row, high in zip(bars, highs, strict=True) if high >= trigger)
    stop = {"slTriggerPx": f"{trigger:f}", "slOrdPx": "-1", "slTriggerPxType": by}
    algo_id = taken(call, "conditional", side="buy", **stop)
    clock.now = hit / 1000 - 0.5
    assert shown(call, algo_id)["state"] == "live"
    clock.now += DAY
    row = shown(call, algo_id)
    assert row["state"] == "effective"
    assert hit <= int(row["triggerTime"]) < hit + 60_000
    order = call.order(row["ordId"], SWAP)
    assert (order["algoId"], order["source"], order["state"]) == (algo_id, "7", "filled")
    assert 0 <= int(order["cTime"]) - int(row["triggerTime"]) <= 100
    assert (row["actualSide"], row["actualSz"], row["ordIdList"]) == ("sl", "1", [row["ordId"]])
    assert call.get("/api/v5/account/positions").data == []
    assert call.get(f"{TRADE}/fills").data[0]["ordId"] == row["ordId"]


def test_of_two_legs_one_is_set_off_and_the_other_ends(call: Caller, clock: Clock) -> None:
    """An oco order is over with its first leg, and says which that was."""
    for share in (0.999, 0.99):
        buy(call, "1")
        legs = {"slTriggerPx": px(call, share), "slOrdPx": "-1"}
        legs |= {"tpTriggerPx": px(call, 2 - share - 0.0005), "tpOrdPx": "-1"}
        algo_id = taken(call, "oco", reduceOnly="true", **legs)
        clock.now += 10 * DAY
        row = shown(call, algo_id)
        assert row["state"] == "effective"
        assert row["actualSide"] in {"sl", "tp"}
        assert call.get("/api/v5/account/positions").data == []
    assert len(call.get(f"{TRADE}/orders-algo-history?ordType=oco&state=effective").data) == 2


def test_of_both_legs_of_a_conditional_order_only_the_stop_counts(
    call: Caller, clock: Clock
) -> None:
    """As OKX documents it: the take-profit is never looked at."""
    bars = path(call, clock, 4 * 3600)
    top = max(Decimal(row[2]) for row in bars)
    assert top > Decimal(px(call, 1.0001))
    legs = {"tpTriggerPx": px(call, 1.0001), "tpOrdPx": "-1"}
    both = taken(call, "conditional", slTriggerPx=px(call, 0.5), slOrdPx="-1", **legs)
    alone = taken(call, "conditional", **legs)
    clock.now += 4 * 3600
    assert (shown(call, both)["state"], shown(call, alone)["state"]) == ("live", "effective")


@pytest.mark.parametrize("up", [True, False])
def test_a_trigger_order_comes_from_either_side(call: Caller, clock: Clock, *, up: bool) -> None:
    """A trigger above the last price waits for a rise, one below it for a fall; at a limit its order
    rests in the book as any other.
    """
    bars = path(call, clock, 4 * 3600)
    extreme = max(Decimal(row[2]) for row in bars) if up else min(Decimal(row[3]) for row in bars)
    order_px = px(call, 0.9)
    algo_id = taken(call, "trigger", side="buy", triggerPx=f"{extreme:f}", orderPx=order_px)
    clock.now += 4 * 3600
    row = shown(call, algo_id)
    assert (row["state"], row["ordPx"], row["actualPx"]) == ("effective", order_px, order_px)
    order = call.order(row["ordId"], SWAP)
    assert (order["state"], order["px"], order["source"]) == ("live", order_px, "6")
    waits = taken(call, "trigger", triggerPx=px(call, 1.5 if up else 0.5), orderPx="-1")
    clock.now += 3600
    assert shown(call, waits)["state"] == "live"


@pytest.mark.parametrize("distance", [{"callbackRatio": "0.001"}, {"callbackSpread": "50"}])
@pytest.mark.parametrize("side", ["sell", "buy"])
def test_a_trailing_stop_follows_the_best_price(
    call: Caller, clock: Clock, distance: dict[str, str], side: str
) -> None:
    """It is set off where the price first came back from its best by the distance: the candles say in
    which minute at the earliest and at the latest.
    """
    bars = path(call, clock, 5 * 3600)
    algo_id = taken(call, "move_order_stop", side=side, **distance)
    sign = 1 if side == "sell" else -1
    best = sign * Decimal(px(call, 1))
    earliest = latest = 0
    for ts, _, high, low, close, *_ in bars:
        reach, worst = (Decimal(high), Decimal(low))[::sign]
        gap = abs(best) * Decimal("0.001") if "callbackRatio" in distance else Decimal(50)
        widest = max(best, sign * reach)
        if not earliest and sign * worst <= widest - gap * Decimal("0.98"):
            earliest = int(ts)
        if sign * Decimal(close) <= widest - gap * Decimal("1.02"):
            latest = int(ts) + 60_000
            break
        best = widest
    assert 0 < earliest < latest
    clock.now += 5 * 3600
    row = shown(call, algo_id)
    assert row["state"] == "effective"
    assert earliest <= int(row["triggerTime"]) <= latest
    assert call.order(row["ordId"], SWAP)["source"] == "25"


def test_a_trailing_stop_is_active_from_its_price_on(call: Caller, clock: Clock) -> None:
    """Until activePx is reached it follows nothing."""
    far = taken(call, "move_order_stop", callbackRatio="0.0001", activePx=px(call, 1.5))
    now = taken(call, "move_order_stop", callbackRatio="0.0001")
    assert shown(call, far)["moveTriggerPx"] == ""
    clock.now += 3600
    assert (shown(call, far)["state"], shown(call, now)["state"]) == ("live", "effective")


def test_attached_stops_live_from_the_fill_on(call: Caller, clock: Clock) -> None:
    """They are told with the order, become an algo order when it is filled (its attachAlgoClOrdId is the
    algoClOrdId then), and close what it opened.
    """
    legs = {"tpTriggerPx": px(call, 1.1), "tpOrdPx": "-1", "slTriggerPx": px(call, 0.998)}
    item = {**legs, "slOrdPx": "-1", "attachAlgoClOrdId": "guards"}
    resting = {"ordType": "limit", "px": px(call, 0.9992), "attachAlgoOrds": [item]}
    order = call.order(buy(call, "1", **resting)["ordId"], SWAP)
    [told] = order["attachAlgoOrds"]  # type: ignore[misc]
    assert told["attachAlgoClOrdId"] == "guards"  # type: ignore[index]
    assert told["slTriggerPx"] == legs["slTriggerPx"]  # type: ignore[index]
    assert call.get(f"{TRADE}/orders-algo-pending?ordType=oco").data == []
    clock.now += 10 * DAY
    filled = call.order(order["ordId"], SWAP)
    [row] = call.get(f"{TRADE}/order-algo?algoClOrdId=guards").data
    assert (row["ordType"], row["side"], row["sz"], row["reduceOnly"]) == (
        "oco",
        "sell",
        "1",
        "true",
    )
    assert (row["cTime"], row["state"]) == (filled["fillTime"], "effective")
    assert call.get("/api/v5/account/positions").data == []


def test_attached_stops_can_be_amended_and_end_with_the_order(call: Caller) -> None:
    """A new price is told with the order; a cancelled order leaves no stop."""
    item = {"slTriggerPx": px(call, 0.8), "slOrdPx": "-1", "attachAlgoClOrdId": "guards"}
    order_px = px(call, 0.97)
    ack = buy(call, "1", ordType="limit", px=order_px, attachAlgoOrds=[item])
    new = {"attachAlgoClOrdId": "guards", "newSlTriggerPx": px(call, 0.7), "newSlOrdPx": "-1"}
    named = {"instId": SWAP, "ordId": ack["ordId"]}
    assert sent(call, "amend-order", named | {"attachAlgoOrds": [new]})["sCode"] == "0"
    [told] = call.order(ack["ordId"], SWAP)["attachAlgoOrds"]
    assert told["slTriggerPx"] == new["newSlTriggerPx"]  # type: ignore[index]
    for changed, code in (
        ({"attachAlgoClOrdId": "x"}, "51527"),
        ({"newSlTriggerPx": "0"}, "51531"),
        ({"newSlTriggerRatio": "0"}, "51531"),
        ({"newSlOrdPx": "0"}, "51531"),
    ):
        assert (
            sent(call, "amend-order", named | {"attachAlgoOrds": [new | changed]})["sCode"] == code
        )
    wrong = new | {"newSlTriggerPx": px(call, 1.2)}
    assert sent(call, "amend-order", named | {"attachAlgoOrds": [wrong]})["sCode"] == "51047"
    sent(call, "cancel-order", named)
    assert call.get(f"{TRADE}/orders-algo-pending?ordType=conditional").data == []


@pytest.mark.parametrize(
    ("side", "profit", "prices"), [("buy", "0.1", ("1.1", "0.9")), ("sell", "-0.1", ("0.9", "1.1"))]
)
def test_ratios_are_of_the_price_of_the_fill(
    call: Caller, side: str, profit: str, prices: tuple[str, str]
) -> None:
    """tp- and slTriggerRatio become prices when the order is filled: that of a stop-loss is a distance,
    that of a take-profit has a sign.
    """
    item = {"tpTriggerRatio": profit, "tpOrdPx": "-1", "slTriggerRatio": "0.1", "slOrdPx": "-1"}
    order = call.order(buy(call, "1", side=side, attachAlgoOrds=[item])["ordId"], SWAP)
    [row] = call.get(f"{TRADE}/orders-algo-pending?ordType=oco").data
    for name, share in zip(("tpTriggerPx", "slTriggerPx"), prices, strict=True):
        away = Decimal(row[name]) - Decimal(order["avgPx"]) * Decimal(share)
        assert abs(away) <= instruments()[SWAP].tick


def test_split_take_profits(call: Caller) -> None:
    """Each takes its part; a stop-loss takes all."""
    items = [{"tpTriggerPx": px(call, 1.1), "tpOrdPx": "-1", "sz": "1"},
             {"tpTriggerPx": px(call, 1.2), "tpOrdPx": "-1", "sz": "1"},
             {"slTriggerPx": px(call, 0.9), "slOrdPx": "-1"}]  # fmt: skip
    buy(call, "2", attachAlgoOrds=items)
    rows = call.get(f"{TRADE}/orders-algo-pending?ordType=conditional").data
    assert sorted(row["sz"] for row in rows) == ["1", "1", "2"]
    order = {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "market", "sz": "2"}
    same = [items[0], items[0]]
    for wrong, code in (
        ([*items[:2], items[2], items[2]], "51084"),
        ([items[0], items[1] | {"sz": "2"}], "51083"),
        ([items[0], {name: value for name, value in items[1].items() if name != "sz"}], "51089"),
        (same, "51081"),
        ([items[0] | items[2], items[1]], "51076"),
    ):
        assert sent(call, "order", order | {"attachAlgoOrds": wrong})["sCode"] == code


def test_a_batch_has_stops_of_its_own(call: Caller) -> None:
    """Each order of a batch brings its own, and one that is refused brings none."""
    order = {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "market", "sz": "1"}
    right = {"slTriggerPx": px(call, 0.9), "slOrdPx": "-1"}
    wrong = right | {"slTriggerPx": px(call, 1.1)}
    orders = [order | {"attachAlgoOrds": [item]} for item in (right, wrong, right)]
    answer = call.post(f"{TRADE}/batch-orders", orders).json
    assert [item["sCode"] for item in answer["data"]] == ["0", "51051", "0"]
    assert len(call.get(f"{TRADE}/orders-algo-pending?ordType=conditional").data) == 2


def test_a_stop_for_the_whole_position(call: Caller, clock: Clock) -> None:
    """CloseFraction takes what there is when it is set off; it is told with the position, there is one a
    position, and it ends with it.
    """
    stop = {"slOrdPx": "-1", "closeFraction": "1", "reduceOnly": "true"}
    assert algo(call, "conditional", slTriggerPx=px(call, 0.9), **stop)["sCode"] == "51058"
    buy(call, "1")
    algo_id = taken(call, "conditional", slTriggerPx=px(call, 0.998), **stop)
    assert algo(call, "conditional", slTriggerPx=px(call, 0.9), **stop)["sCode"] == "51088"
    [position] = call.get("/api/v5/account/positions").data
    assert [each["algoId"] for each in position["closeOrderAlgo"]] == [algo_id]
    buy(call, "4")
    clock.now += 10 * DAY
    assert (shown(call, algo_id)["state"], shown(call, algo_id)["actualSz"]) == ("effective", "5")
    buy(call, "1")
    algo_id = taken(call, "conditional", slTriggerPx=px(call, 0.5), **stop)
    call.post(f"{TRADE}/close-position", {"instId": SWAP, "mgnMode": "cross"})
    assert shown(call, algo_id)["state"] == "canceled"


def test_a_stop_ends_with_its_position_if_it_is_asked_to(call: Caller) -> None:
    """CxlOnClosePos does that; without it a stop stays, and needs reduceOnly."""
    buy(call)
    stop = {"slTriggerPx": px(call, 0.5), "slOrdPx": "-1"}
    stays = taken(call, "conditional", reduceOnly="true", **stop)
    ends = taken(call, "conditional", reduceOnly="true", cxlOnClosePos="true", **stop)
    assert algo(call, "conditional", cxlOnClosePos="true", **stop)["sCode"] == "51000"
    call.post(f"{TRADE}/close-position", {"instId": SWAP, "mgnMode": "cross"})
    assert (shown(call, stays)["state"], shown(call, ends)["state"]) == ("live", "canceled")


def test_a_stop_freezes_nothing_and_fails_where_nothing_is_left(call: Caller, clock: Clock) -> None:
    """It takes what is left of the balance and, where that is too little, fails with OKX's code."""
    stop = {"instId": "BTC-USDT", "tdMode": "cash", "slOrdPx": "-1", "tgtCcy": ""}
    low = px(call, 0.999, "BTC-USDT")
    partly = taken(call, "conditional", **stop, sz="1", slTriggerPx=low)
    fails = taken(call, "conditional", **stop, sz="1", slTriggerPx=low)
    assert call.details()["BTC"]["frozenBal"] == "0"
    call.place(side="sell", ordType="market", sz="0.6")
    clock.now += 10 * DAY
    rows = [shown(call, algo_id) for algo_id in (partly, fails)]
    assert sorted((row["state"], row["actualSz"], row["failCode"]) for row in rows) == [
        ("effective", "0.4", ""), ("order_failed", "", "51008"),
    ]  # fmt: skip
    history = f"{TRADE}/orders-algo-history?ordType=conditional&state=order_failed"
    assert len(call.get(history).data) == 1


def test_a_trigger_that_is_moved_waits_on_its_new_side(call: Caller, clock: Clock) -> None:
    """Moved through the price, it waits for the way back; its own stops stand by its price."""
    algo_id = taken(call, "trigger", side="buy", triggerPx=px(call, 0.5), orderPx="-1")
    far = {"instId": SWAP, "algoId": algo_id, "newTriggerPx": px(call, 1.5)}
    assert sent(call, "amend-algos", far)["sCode"] == "0"
    clock.now += 3600
    assert shown(call, algo_id)["state"] == "live"
    wanted = {"side": "buy", "triggerPx": px(call, 1.2), "orderPx": "-1"}
    for low, code in ((1.1, "0"), (1.3, "51047")):
        stop = {"slTriggerPx": px(call, low), "slOrdPx": "-1"}
        assert algo(call, "trigger", **wanted, attachAlgoOrds=[stop])["sCode"] == code
