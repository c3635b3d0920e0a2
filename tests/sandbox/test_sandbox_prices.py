"""The price process and what hangs on it, as pure functions."""

from __future__ import annotations

import math
import statistics
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from asked import forget
from documented import BARS
from hypothesis import assume, example, given
from hypothesis import strategies as st

from okx_magic.sandbox.market.dates import bar_named
from okx_magic.sandbox.market.instruments import indices, instruments, tiers
from okx_magic.sandbox.market.market import Market
from okx_magic.sandbox.routes.public import MOST_FUNDING

NOW = 1_772_508_800
MARKET = Market(3)
NAMES = sorted(instruments())

seconds = st.integers(1_600_000_000, 1_900_000_000)
names = st.sampled_from(NAMES)
beats = st.integers(16_000_000_000, 19_000_000_000).map(lambda beat: beat / 10)


@pytest.mark.slow
@given(names, beats, st.lists(st.integers(1, 100_000), min_size=1, max_size=6))
def test_a_stretch_is_made_of_its_parts(name: str, start: float, lengths: list[int]) -> None:
    """However a stretch is cut, its open, high, low, close and volume are those of the parts."""
    instrument = instruments()[name]
    cuts = [start]
    for length in lengths:
        cuts.append(cuts[-1] + length / 10)
    parts = [MARKET.candle(instrument, left, right) for left, right in pairwise(cuts)]
    whole = MARKET.candle(instrument, cuts[0], cuts[-1])
    assert whole.open == parts[0].open
    assert whole.high == max(part.high for part in parts)
    assert whole.low == min(part.low for part in parts)
    assert whole.close == parts[-1].close
    assert whole.vol == sum(part.vol for part in parts)
    assert all(left.close == right.open for left, right in pairwise(parts))


@given(names, seconds, st.integers(1, 10_000_000))
def test_prices_stay_within_high_and_low(name: str, start: int, length: int) -> None:
    """Open and close lie within low and high, all are above zero and on the tick."""
    instrument = instruments()[name]
    candle = MARKET.candle(instrument, start, start + length)
    assert 0 < candle.low <= min(candle.open, candle.close)
    assert candle.high >= max(candle.open, candle.close)
    assert not any(price % instrument.tick for price in candle[:4])


@pytest.mark.slow
@given(names, beats)
def test_book_trades_and_candles_tell_one_story(name: str, second: float) -> None:
    """At every tenth of a second the last trade is the close so far, the book encloses it and is
    sorted, best price first.
    """
    instrument = instruments()[name]
    last = MARKET.last(instrument, second)
    book = MARKET.book(instrument, second)
    assert MARKET.candle(instrument, second - 60, second).close == last
    asks, bids = [level.px for level in book.asks], [level.px for level in book.bids]
    assert asks == sorted(set(asks))
    assert bids == sorted(set(bids), reverse=True)
    for trade in MARKET.trades(instrument, MARKET.trade_numbers(instrument, second)[-1:]):
        assert trade.px == last == (asks if trade.side == "buy" else bids)[0]
    assert last in {asks[0], *bids[:1]}
    assert asks[0] > max(bids, default=Decimal(0))
    assert all(level.sz >= instrument.min_size for level in book.asks + book.bids)
    assert not any(level.sz % instrument.lot for level in book.asks + book.bids)
    shallow = MARKET.book(instrument, second, depth=5)
    assert shallow.asks == book.asks[:5]
    assert shallow.bids == book.bids[:5]


@given(beats)
def test_no_profit_around_the_triangle(second: float) -> None:
    """ETH in BTC is ETH in dollars over BTC in dollars, as near as trades follow each other: far below
    the three fees of going round.
    """
    eth, btc, cross = (
        MARKET.last(instruments()[name], second) for name in ("ETH-USDT", "BTC-USDT", "ETH-BTC")
    )
    assert abs(eth / btc - cross) < Decimal("0.00001") + cross * Decimal("0.002")


@given(st.sampled_from([name for name in NAMES if instruments()[name].turnover]), seconds)
@example("AAVE-USDT", 1_632_527_940)  # the last minute of a day
def test_trades_are_what_candles_are_made_of(name: str, second: int) -> None:
    """The trades of a minute, and of a second, make its open, high, low, close and volume; they are
    numbered without a gap, and in order.
    """
    instrument = instruments()[name]
    assume(second > instrument.listed + 60)
    minute = second // 60 * 60
    counted = [MARKET.trade_numbers(instrument, at) for at in (minute, minute + 60)]
    numbers = range(counted[0].stop, counted[1].stop)
    trades = list(MARKET.trades(instrument, numbers))
    assert [trade.number for trade in trades] == list(numbers)
    assert trades[-1:] == list(MARKET.trades(instrument, numbers[-1:]))
    assert minute * 1000 <= trades[0].ms
    assert trades[-1].ms < (minute + 60) * 1000
    assert all(left.ms <= right.ms for left, right in pairwise(trades))
    # A quiet minute may have buyers only.
    assert {trade.side for trade in trades} <= {"buy", "sell"}
    for start, end in ((minute, minute + 60), (second, second + 1)):
        made = [trade for trade in trades if start * 1000 <= trade.ms < end * 1000]
        candle = MARKET.candle(instrument, start, end)
        assert sum(trade.sz for trade in made) == candle.vol
        prices = [trade.px for trade in made] or [candle.open]
        assert candle[:4] == (prices[0], max(prices), min(prices), prices[-1])


def test_trades_come_in_bursts_and_runs() -> None:
    """Seconds are busy or quiet, sizes have heavy tails, and sides go on as they were."""
    swap = instruments()["BTC-USDT-SWAP"]
    trades = list(MARKET.trades(swap, MARKET.trade_numbers(swap, NOW)[-4000:]))
    sizes = sorted(float(trade.sz) for trade in trades)
    assert sum(sizes[-400:]) > 0.4 * sum(sizes)
    same = sum(left.side == right.side for left, right in pairwise(trades))
    assert same > 0.6 * len(trades)
    counts = [0] * 700
    for trade in trades:
        counts[(NOW * 1000 - trade.ms) // 1000] += 1
    counts = counts[: (NOW * 1000 - trades[0].ms) // 1000]
    assert statistics.variance(counts) > 2 * statistics.mean(counts)


@pytest.mark.parametrize("name", ["BTC-USDT", "ETH-USDT-SWAP", "DOGE-USDT"])
def test_a_book_changes_little_by_little(name: str) -> None:
    """Of 400 levels a few per cent change in a second, and some several times; nothing changes within
    a tenth of one.
    """
    instrument, changed = instruments()[name], []
    books = [MARKET.book(instrument, NOW + second) for second in range(60)]
    for before, after in pairwise(books):
        was, now = ({(one.px, one.sz) for one in book.asks + book.bids} for book in (before, after))
        changed.append(len(now - was) / len(now))
    assert 0.005 < statistics.mean(changed) < 0.08
    tenths = [MARKET.book(instrument, NOW + beat / 10).bids[0] for beat in range(50)]
    assert len(set(tenths)) > 5
    assert MARKET.book(instrument, NOW + 0.199) == MARKET.book(instrument, NOW + 0.1)


def test_the_seed_is_the_market() -> None:
    """The same seed gives the same prices, whatever was asked before; another seed others."""
    instrument = instruments()["SOL-USDT"]
    MARKET.candle(instrument, NOW - 10_000_000, NOW)
    told = MARKET.last(instrument, NOW)
    forget()
    assert told == Market(3).last(instrument, NOW)
    assert Market(4).last(instrument, NOW) != Market(3).last(instrument, NOW)


@pytest.mark.slow
def test_a_day_stays_within_what_days_do() -> None:
    """Of the days of many seeds 99.9 % range over less than 40 %, none over 90 %; their changes have
    the deviation that is meant, and years do not lead prices away.
    """
    ranges = []
    for name, deviation in (("BTC-USDT", 0.028), ("ETH-BTC", 0.021), ("SOL-USDT", 0.042)):
        instrument, changes = instruments()[name], []
        for seed in range(3):
            market = Market(seed)
            days = range(NOW // 86_400 - 250, NOW // 86_400)
            candles = [market.candle(instrument, 86_400 * day, 86_400 * (day + 1)) for day in days]
            ranges += [float(candle.high / candle.low) - 1 for candle in candles]
            changes += [math.log(candle.close / candle.open) for candle in candles]
            levels = [
                market.last(instrument, NOW + 30 * 86_400 * month) for month in range(-84, 84, 6)
            ]
            assert 1.5 < max(levels) / min(levels) < 500
        assert statistics.pstdev(changes) == pytest.approx(deviation, rel=0.2)
    ranges.sort()
    assert ranges[len(ranges) * 999 // 1000] < 0.4
    assert ranges[-1] < 0.9


def test_prices_move_as_prices_do() -> None:
    """A day moves by per cents, a minute by hundredths of them, on average."""
    instrument = instruments()["BTC-USDT"]
    for width, low, high in ((86_400, 0.008, 0.05), (60, 0.0002, 0.0015)):
        candles = [
            MARKET.candle(instrument, NOW - width * (n + 1), NOW - width * n) for n in range(400)
        ]
        ranges = [math.log(candle.high / candle.low) for candle in candles]
        assert low < sum(ranges) / len(ranges) < high


@given(names, beats, st.integers(1, 100_000), st.sampled_from(["buy", "sell"]))
def test_first_through(name: str, start: float, length: int, side: str) -> None:
    """The millisecond found trades through the price, and nothing before it does."""
    instrument, end = instruments()[name], start + length
    whole = MARKET.candle(instrument, start, end)
    px = whole.low + instrument.tick if side == "buy" else whole.high - instrument.tick
    # A price that stands there as it begins is not one that was traded through.
    assume(px <= whole.open if side == "buy" else px >= whole.open)
    found = MARKET.first_through(instrument, side, px, start, end)
    assert found is not None
    beat = found // 100 / 10
    hit = MARKET.candle(instrument, beat, beat + 0.1)
    assert hit.low < px if side == "buy" else hit.high > px
    if beat > start:
        before = MARKET.candle(instrument, start, beat)
        assert before.low >= px if side == "buy" else before.high <= px
    beyond = whole.low if side == "buy" else whole.high
    assert MARKET.first_through(instrument, side, beyond, start, end) is None


@pytest.mark.parametrize(
    ("bar", "begins"),
    [
        ("1m", "2026-03-03 03:33"),
        ("15m", "2026-03-03 03:30"),
        ("4H", "2026-03-03 00:00"),
        ("6H", "2026-03-02 22:00"),
        ("6Hutc", "2026-03-03 00:00"),
        ("12H", "2026-03-02 16:00"),
        ("1D", "2026-03-02 16:00"),
        ("1Dutc", "2026-03-03 00:00"),
        ("1W", "2026-03-01 16:00"),
        ("1Wutc", "2026-03-02 00:00"),
        ("1M", "2026-02-28 16:00"),
        ("1Mutc", "2026-03-01 00:00"),
        ("3M", "2025-12-31 16:00"),
        ("3Mutc", "2026-01-01 00:00"),
    ],
)
def test_bars_open_where_okx_opens_them(bar: str, begins: str) -> None:
    """From 6H on bars open at midnight of UTC+8, those in UTC at midnight of UTC."""
    kind = bar_named(bar)
    start = datetime.fromtimestamp(kind.start(kind.number(NOW)), UTC)
    assert f"{start:%Y-%m-%d %H:%M}" == begins


@given(st.sampled_from(BARS), st.integers(0, 4_000_000_000))
def test_every_second_is_in_its_bar(bar: str, second: int) -> None:
    """Bars follow each other without gap: a second lies from its bar's start to the next one's."""
    kind = bar_named(bar)
    number = kind.number(second)
    assert kind.start(number) <= second < kind.start(number + 1)


@given(names, beats)
def test_index_and_mark_are_near_the_last_price(name: str, second: float) -> None:
    """Mark and index are some hundredths of a per cent apart, the last price as near, but for what the
    last tenths of a second moved and a tick; the mark of a spot pair is its index.
    """
    instrument = instruments()[name]
    last, tick = MARKET.last(instrument, second), instrument.tick
    mark, index = MARKET.mark(instrument, second), MARKET.index(instrument, second)
    assert mark > 0
    if instrument.is_spot:
        assert mark == index
    assert abs(mark / index - 1) < Decimal("0.002") + tick / index
    assert abs(mark - last) <= tick + mark * Decimal("0.01")


def test_index_by_name_and_by_instrument() -> None:
    """An index has the name of the underlying; an unknown name is an error."""
    swap = instruments()["BTC-USD-SWAP"]
    assert MARKET.index(swap, NOW) == MARKET.last(indices()["BTC-USD"], NOW)
    with pytest.raises(LookupError):
        MARKET.last(indices()["BTC-EUR"], NOW)


def test_funding_is_settled_every_eight_hours() -> None:
    """Funding times are the multiples of eight hours after the start and up to the end."""
    eight = 8 * 3600
    midnight = NOW // 86_400 * 86_400
    assert list(MARKET.funding_times(midnight, midnight + 2 * eight)) == [
        midnight + eight,
        midnight + 2 * eight,
    ]
    assert not MARKET.funding_times(midnight, midnight + eight - 1)
    assert list(MARKET.funding_times(midnight - 1, midnight)) == [midnight]


@pytest.mark.slow
def test_funding_rates_vary_within_bounds() -> None:
    """Rates are fixed for a time, of both signs, within OKX's bounds and usually near 0.01 %."""
    swap = instruments()["BTC-USDT-SWAP"]
    times = MARKET.funding_times(NOW - 400 * 86_400, NOW)
    rates = [MARKET.funding_rate(swap, second) for second in times]
    forget()
    assert rates == [Market(3).funding_rate(swap, second) for second in times]
    # Calm times have the rate of interest alone.
    assert 400 < len(set(rates)) < 1100
    assert max(map(abs, rates)) <= MOST_FUNDING
    assert min(rates) < 0 < max(rates)
    assert abs(sum(rates) / len(rates)) < Decimal("0.0001")


@pytest.mark.parametrize("name", [name for name in NAMES if tiers(instruments()[name])])
def test_tiers_follow_each_other(name: str) -> None:
    """A tier begins where the one before ends, needs more margin and allows less leverage; the
    first allows what the listing says.
    """
    instrument = instruments()[name]
    table = tiers(instrument)
    assert table[0].min_sz == 0
    assert str(table[0].max_lever) == instrument.listing["lever"]
    for lower, upper in pairwise(table):
        assert lower.max_sz == upper.min_sz < upper.max_sz
        assert lower.mmr < upper.mmr
        assert lower.max_lever > upper.max_lever
    assert all(tier.mmr < tier.imr for tier in table)
    assert all(abs(tier.imr * tier.max_lever - 1) < Decimal("0.001") for tier in table)


def test_swaps_and_futures_have_tiers() -> None:
    """All that is held on margin has tiers; spot and options have none."""
    for instrument in instruments().values():
        assert bool(tiers(instrument)) == (instrument.inst_type in {"SWAP", "FUTURES"})
