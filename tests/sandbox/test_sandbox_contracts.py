"""Contracts that expire: which there are, how they roll, what options are worth."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from okx_magic.sandbox.market.dates import date_of, futures_expiries
from okx_magic.sandbox.market.instruments import instruments
from okx_magic.sandbox.market.market import Market, Moment
from okx_magic.sandbox.params import from_query
from okx_magic.sandbox.routes.endpoints import PUBLIC

if TYPE_CHECKING:
    from sandbox_caller import Caller, Clock

    from okx_magic.sandbox.market.instruments import Instrument

NOW = 1_772_508_800
HOUR = 3600
MARKET = Market(3)
MARKET_AT = Moment(MARKET, NOW)
LAST = max(one.expires for one in MARKET.offered("OPTION", NOW))


@pytest.mark.parametrize("week", range(0, 60, 3))
def test_futures_roll(week: int) -> None:
    """At any time there are this and next week's, the month's and two quarters', of each family once a
    date, on Fridays at eight; what is there now was there an hour before, or has just been listed.
    """
    now = NOW + week * 7 * 24 * HOUR
    offered = MARKET.offered("FUTURES", now)
    dates = defaultdict(list)
    for one in offered:
        assert one.listed <= now < one.expires
        assert MARKET.offers(one, now)
        assert not MARKET.offers(one, one.expires)
        assert (one.expires - 28_800 - 86_400) % (7 * 86_400) == 0
        dates[one.listing["instFamily"]].append(one.expires)
    assert set(dates) == {"BTC-USDT", "BTC-USD", "ETH-USDT", "ETH-USD"}
    for found in dates.values():
        assert sorted(set(found)) == found
        assert found == list(futures_expiries(now).values())
        assert "quarter" in futures_expiries(now)
        assert max(found) > now + 80 * 86_400
    before = {one.inst_id for one in MARKET.offered("FUTURES", now - HOUR)}
    assert all(one.inst_id in before or now - one.listed <= HOUR for one in offered)


def test_an_expired_contract_is_gone(call: Caller, clock: Clock) -> None:
    """Until its expiry a future has a price, after it neither that nor an order; it was delivered near
    the index.
    """
    [first, *_] = call.public("/api/v5/public/instruments?instType=FUTURES&uly=BTC-USDT").data
    assert first["alias"] == "this_week"
    ticker = f"/api/v5/market/ticker?instId={first['instId']}"
    clock.now = int(first["expTime"]) / 1000 - 60
    last = float(call.public(ticker).data[0]["last"])
    [told] = call.public(f"/api/v5/public/estimated-price?instId={first['instId']}").data
    clock.now += 60
    assert call.public(ticker).json["code"] == "51001"
    order = {"instId": first["instId"], "tdMode": "cross", "side": "buy", "ordType": "market"}
    refused = call.post("/api/v5/trade/order", order | {"sz": "1"}).json
    assert refused["data"][0]["sCode"] == "51001"
    history = "/api/v5/public/delivery-exercise-history?instType=FUTURES&instFamily=BTC-USDT"
    delivered = call.public(history).data[0]
    assert delivered["ts"] == first["expTime"]
    [row] = delivered["details"]
    assert row["insId"] == first["instId"]
    assert float(row["px"]) == pytest.approx(last, rel=0.01)
    assert float(told["settlePx"]) == pytest.approx(float(row["px"]), rel=0.001)


def test_futures_end_at_spot() -> None:
    """A future is near spot, the nearer the sooner it expires, and at its expiry there."""
    spot = instruments()["BTC-USDT"]
    for one in MARKET.offered("FUTURES", NOW):
        if one.listing["instFamily"] == "BTC-USDT":
            apart = abs(MARKET.last(one, NOW) / MARKET.last(spot, NOW) - 1)
            assert apart < 0.003
            end = one.expires - 0.1
            assert abs(MARKET.last(one, end) / MARKET.last(spot, end) - 1) < 0.001


def chain(now: float) -> dict[int, dict[tuple[float, str], Instrument]]:
    found: dict[int, dict[tuple[float, str], Instrument]] = defaultdict(dict)
    for one in MARKET.offered("OPTION", now):
        if one.base == "BTC":
            found[one.expires][one.strike, one.opt_type] = one
    return found


def test_options_have_no_free_lunch() -> None:
    """In each expiry calls fall and puts rise with the strike, both convex, and a call less a put is
    the forward less the strike: to the ticks that prices are rounded to.
    """
    for expires, options in chain(NOW).items():
        strikes = sorted({strike for strike, _ in options})
        assert len(strikes) > 10, date_of(expires)
        marks = {key: float(MARKET.mark(one, NOW)) for key, one in options.items()}
        tick = 1e-5
        for low, middle, high in zip(strikes, strikes[1:], strikes[2:], strict=False):
            assert marks[low, "C"] >= marks[middle, "C"] >= marks[high, "C"]
            assert marks[low, "P"] <= marks[middle, "P"] <= marks[high, "P"]
            butterfly = marks[low, "C"] - 2 * marks[middle, "C"] + marks[high, "C"]
            assert butterfly > -3 * tick
        for strike in strikes:
            call, put = marks[strike, "C"], marks[strike, "P"]
            forward, _, _ = MARKET.volatility(options[strike, "C"], NOW)
            assert call - put == pytest.approx(1 - strike / forward, abs=2.5 * tick)


def test_a_smile_and_greeks_that_fit() -> None:
    """Volatility is least near the money; delta and gamma are what the price does when the forward
    moves.
    """
    rows = PUBLIC["/api/v5/public/opt-summary"](
        MARKET_AT, from_query(f"instFamily=BTC-USD&expTime={date_of(LAST)}")
    )
    calls = [row for row in rows if row["instId"].endswith("C")]
    vols = [float(row["markVol"]) for row in calls]
    lowest = vols.index(min(vols))
    assert vols[0] > vols[lowest] < vols[-1]
    assert min(vols) > 0.2
    deltas = [float(row["deltaBS"]) for row in calls]
    assert deltas == sorted(deltas, reverse=True)
    assert 0 < min(deltas) < 0.3
    assert 0.7 < max(deltas) < 1
    for row in calls:
        forward, deviation = float(row["fwdPx"]), float(row["markVol"])
        years, strike = (LAST - NOW) / 86_400 / 365, float(row["instId"].split("-")[3])

        def dollars(
            at: float, dev: float = deviation, k: float = strike, t: float = years
        ) -> float:
            upper = math.log(at / k) / dev / t**0.5 + dev * t**0.5 / 2
            below = [0.5 * math.erfc(-x / 2**0.5) for x in (upper, upper - dev * t**0.5)]
            return at * below[0] - k * below[1]

        step = forward * 1e-3
        up, here, down = (dollars(forward + move) for move in (step, 0, -step))
        assert float(row["deltaBS"]) == pytest.approx((up - down) / 2 / step, abs=1e-3)
        assert float(row["gammaBS"]) == pytest.approx((up - 2 * here + down) / step**2, rel=0.05)
        option = instruments()[row["instId"]]
        assert float(MARKET.mark(option, NOW)) == pytest.approx(here / forward, abs=2e-5)
        assert float(row["delta"]) == pytest.approx(
            float(row["deltaBS"]) - here / forward, abs=1e-4
        )
