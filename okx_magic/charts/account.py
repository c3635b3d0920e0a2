"""Frames of an account as pictures: fills, orders, positions, balances, bills.

Tested in ``tests/charts/test_choice.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, cast

import numpy as np
import pandas as pd

from okx_magic.charts import columns as col
from okx_magic.charts.market import series_picture
from okx_magic.charts.pictures import Bars, Level, Lines, Mark, NoPictureError, Pane, Series
from okx_magic.charts.scales import short

if TYPE_CHECKING:
    from collections.abc import Iterable

    from okx_magic.charts.pictures import Floats

Side = Literal["buy", "sell"]
# What the codes of a bill's ``type`` mean (OKX docs: Trading Account, REST API, Get bills details).
_KINDS: Final = {
    "1": "transfer", "2": "trade", "3": "delivery", "4": "auto conversion", "5": "liquidation",
    "6": "margin transfer", "7": "interest", "8": "funding fee", "9": "ADL", "10": "clawback",
    "12": "strategy transfer", "22": "repay",
}  # fmt: skip
_OPEN: Final = frozenset({"live", "partially_filled"})
_MOST: Final = 4


def marks_of(frame: pd.DataFrame) -> tuple[Mark, ...]:
    """Fills of a frame of fills or of orders: when, at what price, on which side."""
    if not col.has(frame, "side") or not len(frame):
        return ()
    price = _first(frame, ("fillPx", "avgPx"))
    size = _first(frame, ("fillSz", "accFillSz", "sz"))
    times = col.times_of(frame, ("fillTime",))
    if price is None or size is None or times is None:
        return ()
    sides = col.texts(frame["side"])
    return tuple(
        Mark(float(time), float(each), cast("Side", side), f"{side} {short(float(much))}")
        for time, each, side, much in zip(times, price, sides, size, strict=True)
        if np.isfinite(time) and np.isfinite(each) and each > 0 and side in {"buy", "sell"}
    )


def levels_of(frame: pd.DataFrame) -> tuple[Level, ...]:
    """Prices that hold: of open orders, average prices and liquidations of positions."""
    if col.has(frame, "avgPx", "pos"):
        return tuple(_of_positions(frame))
    if not col.has(frame, "px", "state", "side"):
        return ()
    rows = zip(
        col.numbers(frame["px"]), col.texts(frame["state"]), col.texts(frame["side"]), strict=True
    )
    return tuple(
        Level(float(px), "order", side) for px, state, side in rows if state in _OPEN and px > 0
    )


def _of_positions(frame: pd.DataFrame) -> Iterable[Level]:
    for price in col.numbers(frame["avgPx"]):
        if np.isfinite(price) and price > 0:
            yield Level(float(price), "average", "average price")
    if "liqPx" in frame:
        for price in col.numbers(frame["liqPx"]):
            if np.isfinite(price) and price > 0:
                yield Level(float(price), "liquidation", "liquidation")


def _first(frame: pd.DataFrame, names: Iterable[str]) -> Floats | None:
    return next((col.numbers(frame[name]) for name in names if name in frame), None)


def fills_alone(frame: pd.DataFrame) -> Lines:
    """Fills without the candles of their market: the prices of buys and sells, by instrument."""
    names = col.texts(frame["instId"]) if "instId" in frame else [""] * len(frame)
    rows = [
        (mark.time, name, mark)
        for name in dict.fromkeys(names)
        for mark in marks_of(frame[[each == name for each in names]])
    ]
    if not rows:
        raise NoPictureError("nothing in it was filled")
    rows.sort(key=lambda row: row[0])
    panes = []
    for name in list(dict.fromkeys(row[1] for row in rows))[:_MOST]:
        lines = []
        for side in ("buy", "sell"):
            prices = [
                mark.price if of == name and mark.side == side else np.nan for _, of, mark in rows
            ]
            if np.isfinite(prices).any():
                lines.append(Series(f"{name} {side}".strip(), np.array(prices)))
        panes.append(Pane(tuple(lines), "points"))
    return Lines("fills", np.array([row[0] for row in rows]), tuple(panes))


def positions(frame: pd.DataFrame) -> Bars:
    """The unrealised PnL of each position, and how far its liquidation is."""
    held = frame[col.numbers(frame["pos"]) != 0]
    if not len(held):
        raise NoPictureError("no position is open")
    sides = col.texts(held["posSide"]) if "posSide" in held else [""] * len(held)
    labels = tuple(
        f"{name} {side}".removesuffix(" net").strip()
        for name, side in zip(col.texts(held["instId"]), sides, strict=True)
    )
    unit = col.texts(held["ccy"]) if "ccy" in held else [""] * len(held)
    pnl = col.numbers(held["upl"])
    said = tuple(f"{short(value)} {ccy}".strip() for value, ccy in zip(pnl, unit, strict=True))
    found = [("unrealised PnL", pnl, said)]
    if col.has(held, "liqPx", "markPx"):
        mark, limit = col.numbers(held["markPx"]), col.numbers(held["liqPx"])
        known = (limit > 0) & (mark > 0)
        away = np.abs(limit / np.where(known, mark, np.nan) - 1) * 100
        texts = tuple(f"{value:.1f}%" if np.isfinite(value) else "none" for value in away)
        found.append(("distance to liquidation", away, texts))
    return Bars("positions", labels, tuple(found))


def balance(frame: pd.DataFrame) -> Bars | Lines:
    """What each currency is worth; balances of several times as lines."""
    value = "eqUsd" if "eqUsd" in frame else "eq"
    worth = col.numbers(frame[value])
    names = col.texts(frame["ccy"])
    times = col.times_of(frame)
    if times is not None and len(set(names)) < len(names):
        wide = pd.DataFrame({"time": times, "ccy": names, "worth": worth}).pivot_table(
            index="time", columns="ccy", values="worth", aggfunc="last"
        )
        return series_picture("equity" + (" in USD" if value == "eqUsd" else ""), wide)
    order = np.argsort(-np.nan_to_num(worth), kind="stable")
    order = order[np.nan_to_num(worth[order]) != 0]
    if not order.size:
        raise NoPictureError("the account holds nothing")
    worth = worth[order]
    share = worth / (worth.sum() or 1.0) * 100
    texts = tuple(f"{short(each)} · {part:.1f}%" for each, part in zip(worth, share, strict=True))
    unit = "USD" if value == "eqUsd" else "own currency"
    labels = tuple(names[index] for index in order)
    return Bars("balance", labels, ((f"equity in {unit}", worth, texts),))


def bills(frame: pd.DataFrame) -> Lines:
    """The balance of each currency by time, and of the busiest what came and went, by kind."""
    times = col.needed_times(frame)
    # Bills of one moment come newest first, and the newest says what is left.
    if times[0] > times[-1]:
        frame, times = frame[::-1], times[::-1]
    order = np.argsort(times, kind="stable")
    order = order[np.isfinite(times[order])]
    rows = pd.DataFrame(
        {
            "time": times[order],
            "ccy": np.array(col.texts(frame["ccy"]))[order],
            "bal": col.numbers(frame["bal"])[order],
            "change": np.nan_to_num(col.numbers(frame["balChg"]))[order],
            "kind": np.array(_kinds(frame))[order],
        }
    )
    busiest = [str(name) for name in rows["ccy"].value_counts().index[: _MOST - 1]]
    panes = []
    for name in busiest:
        values = rows["bal"].where(rows["ccy"] == name).ffill().to_numpy(float)
        if np.isfinite(values).any():
            panes.append(Pane((Series(f"{name} balance", values),), "steps"))
    panes.append(_by_kind(rows, busiest[0]))
    return Lines("bills", rows["time"].to_numpy(float), tuple(panes))


def _by_kind(rows: pd.DataFrame, name: str) -> Pane:
    mine = rows[rows["ccy"] == name]
    totals = mine["change"].abs().groupby(mine["kind"]).sum().sort_values(ascending=False)
    lines = []
    for kind in map(str, totals.index[:_MOST]):
        change = rows["change"].where((rows["ccy"] == name) & (rows["kind"] == kind), 0.0)
        lines.append(Series(f"{kind}, {name}", change.cumsum().to_numpy(float)))
    return Pane(tuple(lines), "steps")


def _kinds(frame: pd.DataFrame) -> list[str]:
    if "type" not in frame:
        return ["all"] * len(frame)
    return [_KINDS.get(code, f"type {code}") for code in col.texts(frame["type"])]


def pnl(frame: pd.DataFrame) -> Lines:
    """Realised PnL of closed positions or fills, added up by time."""
    name = "realizedPnl" if "realizedPnl" in frame else "fillPnl" if "fillPnl" in frame else "pnl"
    times = col.needed_times(frame, ("uTime",))
    order = np.argsort(times, kind="stable")
    order = order[np.isfinite(times[order])]
    total = np.cumsum(np.nan_to_num(col.numbers(frame[name])[order]))
    return Lines("realised PnL", times[order], (Pane((Series("realised PnL", total),), "area"),))
