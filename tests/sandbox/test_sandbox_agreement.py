"""What the public endpoints say of the one market agrees, whatever the time."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from asked import INTEREST_HISTORY, MARKET, answer, ask, contracts, forget, swaps, times
from documented import PUBLIC_QUERIES
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from many import many

from okx_magic.catalogue import endpoint
from okx_magic.sandbox.market.dates import Bar, bar_named
from okx_magic.sandbox.market.instruments import Instrument, indices, instruments
from okx_magic.sandbox.market.market import FUNDING_PERIOD, Market, Moment
from okx_magic.sandbox.params import from_query

pytestmark = pytest.mark.slow
# The kind of candle, as in the path, and what it is of.
QUOTED = {"": instruments(), "index-": indices(), "mark-price-": instruments()}
quoted = st.one_of(
    st.tuples(st.just(kind), st.sampled_from(sorted(names))) for kind, names in QUOTED.items()
)

# Bars of which others can be made, finest first.
FINE = ("1m", "15m", "1H", "1D", "1Dutc")


def parts_of(coarse: Bar, number: int) -> str:
    """The finest bar that makes up the coarse one in at most 800 of it."""
    start, end = coarse.start(number), coarse.start(number + 1)
    for name in FINE:
        fine = bar_named(name)
        first, last = fine.number(start), fine.number(end - 1)
        if fine.start(first) == start and fine.start(last + 1) == end and last - first < 800:
            return name
    raise AssertionError(coarse)


def known_bars(kind: str) -> list[str]:
    """The bars that the history of these candles knows."""
    known = endpoint("GET", f"/api/v5/market/history-{kind}candles")
    assert known is not None
    return next(list(one.values) for one in known.params if one.name == "bar")


@given(quoted, times, st.data())
@settings(max_examples=many(60, 20))
def test_coarse_candles_are_made_of_fine_ones(
    asked: tuple[str, str], now: float, data: st.DataObject
) -> None:
    """Whatever the kind of candle and of bar, its open, high, low, close and volume are those of the
    finer bars in it, of which each opens where the one before closed.
    """
    kind, name = asked
    path = f"market/history-{kind}candles"
    bar = data.draw(st.sampled_from(sorted(set(known_bars(kind)) - {"1s", "1m"})))
    rows = ask(path, now, instId=name, bar=bar, limit=1)
    # None is over yet of what was just listed.
    assume(rows)
    whole = rows[0]
    start = int(whole[0]) // 1000
    number = bar_named(bar).number(start)
    fine, end = parts_of(bar_named(bar), number), bar_named(bar).start(number + 1)
    query = {"instId": name, "bar": fine, "before": start * 1000 - 1}
    parts: list[Any] = []
    while page := ask(path, now, after=parts[-1][0] if parts else end * 1000, **query):
        assert not parts or int(page[0][0]) < int(parts[-1][0])
        parts += page
    # The bar in which it was listed begins with the listing.
    listed = QUOTED[kind][name].listed
    assert (
        int(parts[-1][0])
        == bar_named(fine).start(bar_named(fine).number(max(start, listed))) * 1000
    )
    prices = [[Decimal(value) for value in row[1:5]] for row in reversed(parts)]
    assert Decimal(whole[1]) == prices[0][0]
    assert Decimal(whole[2]) == max(row[1] for row in prices)
    assert Decimal(whole[3]) == min(row[2] for row in prices)
    assert Decimal(whole[4]) == prices[-1][3]
    assert all(left[3] == right[0] for left, right in pairwise(prices))
    if not kind:
        _check_volumes(instruments()[name], whole, parts)


def _check_volumes(instrument: Instrument, whole: list[str], parts: list[list[str]]) -> None:
    # Size is summed to the last digit, and so is what it is worth where no price comes in; else
    # both lie between the lowest and the highest price.
    sums = [sum(Decimal(row[at]) for row in parts) for at in (5, 6, 7)]
    assert sums[0] == Decimal(whole[5])
    low, high = Decimal(whole[3]), Decimal(whole[2])
    if instrument.ct_val is not None:
        exact = 7 if instrument.inverse else 6
        assert sums[exact - 5] == Decimal(whole[exact])
    if instrument.is_spot:
        for quote in (sums[2], Decimal(whole[7])):
            assert low * sums[0] - 1 <= quote <= high * sums[0] + 1


@given(st.sampled_from(sorted(instruments())), times, st.data())
@settings(max_examples=many(20, 6))
def test_all_say_the_same_of_now(name: str, now: float, data: st.DataObject) -> None:
    """Ticker, candles, trades and books; index ticker, candles and components; mark price and its
    candles: each three have one price for the same moment.
    """
    one = instruments()[name]
    [ticker] = ask("market/ticker", now, instId=name)
    bar = data.draw(st.sampled_from(sorted(set(known_bars("")) - {"1s"})))
    candle = ask("market/candles", now, instId=name, bar=bar)[0]
    assert candle[4] == ticker["last"]
    for trade in ask("market/trades", now, instId=name, limit=1):
        assert (trade["px"], trade["sz"]) == (ticker["last"], ticker["lastSz"])
    [full] = ask("market/books-full", now, instId=name, sz=5000)
    [book] = ask("market/books", now, instId=name, sz=400)
    for side, prefix in (("asks", "ask"), ("bids", "bid")):
        assert [[row[0], row[1], row[3]] for row in book[side]] == full[side]
        assert full[side][:1] in (
            [],
            [[ticker[f"{prefix}Px"], ticker[f"{prefix}Sz"], full[side][0][2]]],
        )
    same = [row for row in ask("market/tickers", now, instType=one.inst_type) if row == ticker]
    assert same == [ticker]

    index = one.underlying
    [price] = ask("market/index-tickers", now, instId=index)
    assert price in ask("market/index-tickers", now, quoteCcy=index.partition("-")[2])
    assert ask("market/index-candles", now, instId=index)[0][4] == price["idxPx"]
    assert ask("market/index-components", now, index=index)["last"] == price["idxPx"]
    [mark] = ask("public/mark-price", now, instId=name)
    assert ask("market/mark-price-candles", now, instId=name)[0][4] == mark["markPx"]
    kind = "MARGIN" if one.is_spot else one.inst_type
    assert mark in ask("public/mark-price", now, instType=kind)
    [limits] = ask("public/price-limit", now, instId=name)
    low, high = Decimal(limits["sellLmt"]), Decimal(limits["buyLmt"])
    assert low <= Decimal(mark["markPx"]) + one.tick
    assert Decimal(mark["markPx"]) <= high + one.tick


@given(swaps, times)
@settings(max_examples=many(60, 20))
def test_funding_is_settled_as_announced(name: str, now: float) -> None:
    """The rate and time that stand there now are in the history once the time has come; the newest
    of the history is what was settled last.
    """
    [current] = ask("public/funding-rate", now, instId=name)
    assert current in ask("public/funding-rate", now, instId="ANY")
    due = int(current["fundingTime"]) // 1000
    assert now < due <= now + FUNDING_PERIOD
    assert int(current["nextFundingTime"]) // 1000 == due + FUNDING_PERIOD
    settled = ask("public/funding-rate-history", now, instId=name)
    assert len(settled) == 400 or int(now) - instruments()[name].listed < 401 * FUNDING_PERIOD
    assert settled[0]["realizedRate"] == current["settFundingRate"]
    assert int(settled[0]["fundingTime"]) // 1000 == due - FUNDING_PERIOD
    later = ask("public/funding-rate-history", due, instId=name, limit=2)
    assert later[1] == settled[0]
    assert later[0]["fundingRate"] == later[0]["realizedRate"] == current["fundingRate"]
    assert later[0]["fundingTime"] == current["fundingTime"]


@given(contracts, times, st.sampled_from(["5m", "1H", "1D"]))
@settings(max_examples=many(40, 15))
def test_open_interest_agrees(name: str, now: float, period: str) -> None:
    """What is open is above zero, and its history is what was said at the time; that of a currency
    is the sum of its contracts', with the volume of their candles.
    """
    one = instruments()[name]
    history = ask(INTEREST_HISTORY, now, instId=name, period=period)
    for ts, *amounts in (history[0], history[-1]):
        then = ask("public/open-interest", int(ts) / 1000, instType=one.inst_type, instId=name)
        assert [amounts] == [[row["oi"], row["oiCcy"], row["oiUsd"]] for row in then]
        assert all(Decimal(amount) > 0 for amount in amounts)
        assert Decimal(amounts[0]) % one.lot == 0
    volume = ask("rubik/stat/contracts/open-interest-volume", now, ccy=one.base, period=period)
    assert [row[0] for row in volume][: len(history)] == [row[0] for row in history]
    ids = [*MARKET.offered("SWAP", now), *MARKET.offered("FUTURES", now)]
    ids = [each for each in ids if each.base == one.base]
    oi = vol = Decimal(0)
    ms = int(volume[1][0])
    for each in [one for one in ids if one.listed * 1000 <= ms]:
        [row] = ask(
            "market/candles", now, instId=each.inst_id, bar=period, before=ms - 1, after=ms + 1
        )
        vol += Decimal(row[7])
        [row] = ask(
            INTEREST_HISTORY, now, instId=each.inst_id, period=period, begin=ms - 1, end=ms + 1
        )
        oi += Decimal(row[3])
    assert Decimal(volume[1][1]) == oi
    assert abs(Decimal(volume[1][2]) - vol) < Decimal("0.0001")


@given(st.sampled_from(sorted(PUBLIC_QUERIES)), times)
@settings(max_examples=many(60, 20))
def test_all_is_defined_at_any_time(path: str, now: float) -> None:
    """Every public endpoint answers at any time since the listing, without exponents, and always
    the same.
    """
    for documented in PUBLIC_QUERIES[path]:
        # What expires has another name at another time.
        [future, *_] = (one for one in MARKET.offered("FUTURES", now) if one.inverse)
        option = MARKET.offered("OPTION", now)[0]
        query = documented.replace("BTC-USD-260626-60000-C", option.inst_id)
        read = from_query(query.replace("BTC-USD-260626", future.inst_id))
        once = answer(path, Moment(MARKET, now), read)
        forget()
        assert once == answer(path, Moment(Market(5), now), read)
        assert all(not _has_exponent(value) for value in _texts(once))


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [text for each in inner for text in _texts(each)]
    return [str(value)]


def _has_exponent(text: str) -> bool:
    head, found, tail = text.partition("E")
    return bool(found) and head[-1:].isdigit() and tail.lstrip("+-").isdigit()
