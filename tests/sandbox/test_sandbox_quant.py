"""What who computes finds in the market: two years of hours, and what hangs on them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from okx_magic.sandbox.market import market, pricing
from okx_magic.sandbox.market.instruments import instruments
from okx_magic.sandbox.market.market import Market
from okx_magic.sandbox.market.noise import key_of, waves
from okx_magic.sandbox.market.pricing import premium
from okx_magic.sandbox.market.tape import CLOSE, MS, TICKS, VOLUME, day_of, events_of, merged

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Series = NDArray[np.float64]

# Two years of hours are made for each seed.
pytestmark = pytest.mark.slow

FIRST, DAYS = 19_800, 730
COINS = ("BTC", "ETH", "SOL", "XRP", "DOGE")
SEEDS = (1, 2, 3)
CASES = [(seed, coin) for seed in SEEDS for coin in COINS]
FEE = 0.0005


@cache
def hours(seed: int, coin: str) -> tuple[Series, Series]:
    """The log prices and the volumes of two years of hours."""
    instrument = instruments()[f"{coin}-USDT"]
    days = [day_of(seed, instrument, FIRST + day) for day in range(DAYS)]
    bars = np.array([merged(day[:, at : at + 60]) for day in days for at in range(0, 1440, 60)])
    closes, volumes = bars[:, CLOSE], bars[:, VOLUME]
    return np.log(closes.astype(float)), volumes.astype(float)


@cache
def former(seed: int) -> Series:
    """The control, the process that this one replaced, in short: noises each twice as slow as the one
    before, and lines between the days' ends that eight-hour blocks are kept to.
    """
    places = range(DAYS * 24)
    slow = [
        waves(key_of(seed, octave), ((24 << octave, 2 ** (octave / 2) * 0.012),), places)
        for octave in range(10)
    ]
    draws = np.random.default_rng(seed).standard_normal(len(places)) * 0.001
    return np.sum(slow, axis=0) + np.cumsum(draws)


def correlation(values: Series, lag: int) -> float:
    return float(np.corrcoef(values[:-lag], values[lag:])[0, 1])


def kurtosis(values: Series) -> float:
    centred = values - values.mean()
    return float((centred**4).mean() / (centred**2).mean() ** 2 - 3)


def of_days(returns: Series) -> Series:
    whole: Series = returns[: len(returns) // 24 * 24].reshape(-1, 24).sum(axis=1)
    return whole


def unpredictable(prices: Series) -> list[str]:
    """What the past says of the next hour, in words; nothing where prices are as good as random."""
    returns = np.diff(prices)
    found = [] if abs(correlation(returns, 1)) < 0.04 else ["the last hour"]
    if not 0.8 < of_days(returns).var() / 24 / returns.var() < 1.2:
        found.append("the day")
    for name, strategy in STRATEGIES.items():
        position = strategy(prices)[:-1]
        earned = position * returns
        if abs(earned.sum()) > 3.5 * earned.std() * len(earned) ** 0.5:
            found.append(name)
    return found


def _mean(values: Series, count: int) -> Series:
    sums = np.cumsum(np.insert(values, 0, 0.0))
    means = values.copy()
    means[count - 1 :] = (sums[count:] - sums[:-count]) / count
    return means


def _moved(values: Series, count: int) -> Series:
    moved = np.zeros(len(values))
    moved[count:] = values[count:] - values[:-count]
    return moved


STRATEGIES: dict[str, Callable[[Series], Series]] = {
    "follow an hour": lambda x: np.sign(_moved(x, 1)),
    "follow a day": lambda x: np.sign(_moved(x, 24)),
    "follow a week": lambda x: np.sign(_moved(x, 168)),
    "two means": lambda x: np.sign(_mean(x, 12) - _mean(x, 72)),
    "back to the mean": lambda x: np.sign(_mean(x, 48) - x),
    "after a large move": lambda x: -np.sign(_moved(x, 4)) * (abs(_moved(x, 4)) > 0.02),
    "three in a row": lambda x: np.sign(_moved(x, 1)) * (abs(_mean(np.sign(_moved(x, 1)), 3)) == 1),
    "in the American hours": lambda x: (np.arange(len(x)) % 24 // 6 == 2).astype(float),
}


@pytest.mark.parametrize(("seed", "coin"), CASES)
def test_the_past_says_nothing(seed: int, coin: str) -> None:
    """Returns of hours are uncorrelated, a day's variance is that of its hours, and none of eight
    plain strategies earns or loses more than chance.
    """
    assert unpredictable(hours(seed, coin)[0]) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_control_the_former_process_is_found_out(seed: int) -> None:
    """The same look sees through the process that was here before."""
    assert {"the last hour", "the day", "follow an hour"} <= set(unpredictable(former(seed)))


@pytest.mark.parametrize(("seed", "coin"), CASES)
def test_volatility_clusters_and_has_tails(seed: int, coin: str) -> None:
    """A wild hour is followed by wild ones, tomorrow and next week, too; tails are heavy; volume goes
    with movement; the day and the week have a rhythm.
    """
    prices, volumes = hours(seed, coin)
    returns = np.diff(prices)
    size = abs(returns)
    for lag, low, high in ((1, 0.15, 0.45), (24, 0.06, 0.3), (168, 0.03, 0.2)):
        assert low < correlation(size, lag) < high, lag
    assert 3 < kurtosis(returns) < 30
    assert 1 < kurtosis(of_days(returns)) < 12
    assert 0.35 < np.corrcoef(np.log(volumes[1:]), size)[0, 1] < 0.8
    for of_hours in (np.insert(size, 0, size[0]), volumes):
        by_hour = of_hours.reshape(-1, 24).mean(axis=0)
        assert 1.5 < by_hour.max() / by_hour.min() < 4
    by_day = volumes.reshape(-1, 24).sum(axis=1)
    weekend = (np.arange(FIRST, FIRST + DAYS) + 3) % 7 >= 5
    assert 0.4 < by_day[weekend].mean() / by_day[~weekend].mean() < 0.85


@pytest.mark.parametrize("seed", SEEDS)
def test_coins_move_together(seed: int) -> None:
    """BTC goes with ETH and with SOL, less than wholly."""
    btc, eth, sol = (np.diff(hours(seed, coin)[0]) for coin in ("BTC", "ETH", "SOL"))
    assert 0.65 < np.corrcoef(btc, eth)[0, 1] < 0.92
    assert 0.55 < np.corrcoef(btc, sol)[0, 1] < 0.88


@pytest.mark.parametrize(("seed", "coin"), CASES)
def test_funding_follows_the_basis(seed: int, coin: str) -> None:
    """The swap stays some hundredths of a per cent around spot; funding persists, follows it, is
    often exactly 0.01 % and never what holding both sides in turn would earn OKX's fees with.
    """
    swap, end = instruments()[f"{coin}-USDT-SWAP"], (FIRST + DAYS) * 86_400
    half = (FIRST + DAYS // 2) * 1440
    basis = premium(seed, swap, range(half, half + DAYS * 720, 15))
    assert 1e-4 < basis.std() < 10e-4
    times = Market(seed).funding_times(end - 400 * 28_800, end)
    rates = np.array([float(Market(seed).funding_rate(swap, second)) for second in times])
    assert correlation(rates, 1) > 0.4
    assert 0.1 < (rates == 0.0001).mean() < 0.9
    assert rates.min() < 0 < rates.max()
    # Receive funding by last time's sign; a change costs a taker's fee on spot and on the swap, twice.
    side = -np.sign(rates[:-1])
    changes = np.count_nonzero(np.diff(side)) + 1
    assert (-side * rates[1:]).sum() < changes * 2 * (FEE + 0.001)


def carry(seed: int, coin: str) -> tuple[Series, Series]:
    """Two years of a swap's funding, and its premium as each rate became known."""
    swap, end = instruments()[f"{coin}-USDT-SWAP"], (FIRST + DAYS) * 86_400
    times = Market(seed).funding_times(end - DAYS * 86_400, end)
    rates = [float(Market(seed).funding_rate(swap, second)) for second in times]
    known = range(times[0] // 60 - 481, times[-1] // 60 - 480, 480)
    return np.array(rates), premium(seed, swap, known)


def hedged(rates: Series, basis: Series, enter: float, leave: float) -> float:
    """What a position in the swap against spot earns after OKX's fees: opened on the side that is paid
    when the rate is beyond ``enter``, closed when that side is paid less than ``leave``.
    """
    held, earned = 0.0, 0.0
    moved = np.diff(basis, append=basis[-1])
    for rate, move in zip(rates.tolist(), moved.tolist(), strict=True):
        wanted = held if -held * rate >= leave else 0.0
        if not held and abs(rate) > enter:
            wanted = -float(np.sign(rate))
        earned += wanted * (move - rate) - abs(wanted - held) * (FEE + 0.001)
        held = wanted
    return earned


CARRIES = [(enter * 1e-4, leave * 1e-4) for enter in (2, 3, 4, 5) for leave in (-3, -1, 1)]
SWAPS = [(seed, coin) for seed in SEEDS[:2] for coin in ("BTC", "ETH", "SOL")]


def best_carry() -> float:
    """What the best of some carries, one that is never closed among them, earns on average in a year."""
    known = [carry(*each) for each in SWAPS]
    kept = np.mean([rates.sum() for rates, _ in known]) - 2 * (FEE + 0.001)
    found = [np.mean([hedged(*each, *bounds) for each in known]) for bounds in CARRIES]
    return float(max(kept, *found)) / 2


def test_no_carry_earns_its_fees() -> None:
    """Spot against the swap, for the funding: no plain rule earns what its trades cost."""
    assert best_carry() < 0.002


def test_control_a_premium_that_is_twice_as_wide_would(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rules earn per cents a year with the premium and the clamp that were here before."""
    wide = (2880, 3.4e-4), (960, 3e-4), (60, 1e-4), (7, 0.6e-4)
    monkeypatch.setattr(pricing, "_PREMIUM", wide)
    monkeypatch.setattr(market, "_CLAMP", 2e-4)
    assert best_carry() > 0.02


@cache
def minutes(seed: int, inst_id: str) -> Series:
    """The log prices of two weeks of minutes."""
    instrument = instruments()[inst_id]
    days = [day_of(seed, instrument, FIRST + day)[CLOSE] for day in range(14)]
    return np.log(np.concatenate(days).astype(float))


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_earned_between_instruments(seed: int) -> None:
    """Who follows the coin that moved first earns a hundredth of the fee; the premium of a swap comes
    back by less than both legs cost, twice; around the triangle there are a few ticks.
    """
    btc, eth = minutes(seed, "BTC-USDT"), minutes(seed, "ETH-USDT")
    for first, then in ((btc, eth), (eth, btc), (btc, minutes(seed, "BTC-USDT-SWAP"))):
        leads, follows = np.diff(first)[:-1], np.diff(then)[1:]
        assert abs((np.sign(leads) * follows).mean()) < FEE / 25
    basis = minutes(seed, "BTC-USDT-SWAP") - btc
    wide = abs(basis - basis.mean()) > 1.5 * basis.std()
    for wait in (60, 480, 1440, 4320):
        back = (basis[:-wait] - basis[wait:]) * np.sign(basis - basis.mean())[:-wait]
        assert back[wide[:-wait]].mean() < FEE + 0.001
    triangle = eth - btc - minutes(seed, "ETH-BTC")
    assert np.ptp(triangle) < 2 * FEE


@pytest.mark.parametrize("inst_id", ["BTC-USDT-SWAP", "SOL-USDT-SWAP"])
def test_nothing_is_earned_within_a_minute(inst_id: str) -> None:
    """At any second of a minute, who follows or fades what it did so far, or goes with the last trade,
    earns less than a tenth of a taker's fee until it ends.
    """
    instrument = instruments()[inst_id]
    paths = []
    for minute in range(FIRST * 1440, FIRST * 1440 + 2880, 2):
        events = events_of(1, instrument, minute)
        at = np.searchsorted(events[MS], np.arange(1000, 60_001, 1000)) - 1
        paths.append(np.log(events[TICKS, np.maximum(at, 0)].astype(float)))
    path = np.array(paths)
    for second in (5, 15, 30, 45, 55):
        so_far, rest = path[:, second] - path[:, 0], path[:, -1] - path[:, second]
        assert abs((np.sign(so_far) * rest).mean()) < FEE / 10
        large = abs(so_far) > 2 * so_far.std()
        assert abs((np.sign(so_far) * rest)[large].mean()) < FEE / 2
