"""Private channels: what is the account's, as REST has it at that instant.

A feed is one subscription: ``first`` is what it begins with, ``next`` what has changed since, ``again``
the state that OKX repeats every few seconds. OKX docs: Trading Account, WebSocket; Order Book Trading,
Trade, WS / Order channel.

Tested in ``tests/sandbox/test_sandbox_streams_equal.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from okx_magic.catalogue import endpoints
from okx_magic.sandbox.market.instruments import instruments
from okx_magic.sandbox.routes import account, positions
from okx_magic.sandbox.routes.rows import asked, written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from okx_magic.sandbox.account.account import Account
    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.account.positions import Position
    from okx_magic.sandbox.streams.messages import Frame

_BALANCE = endpoints()["GET", "/api/v5/account/balance"]
_POSITIONS = endpoints()["GET", "/api/v5/account/positions"]
# OKX's type of a bill, and what the channel of balances and positions calls it.
_EVENTS = {
    "1": "transferred", "2": "filled", "3": "delivered", "5": "liquidation", "6": "adjust_margin",
    "8": "funding_fee",
}  # fmt: skip
_BALANCE_NAMES = ("ccy", "cashBal", "uTime")
_POSITION_NAMES = (
    "posId", "tradeId", "instId", "instType", "mgnMode", "posSide", "pos", "ccy", "posCcy", "avgPx",
    "nonSettleAvgPx", "settledPnl", "uTime",
)  # fmt: skip
# OKX docs, Position risk warning: from a margin ratio of 300 %.
_NEAR = 3
_WARNING = (
    "instId", "instType", "posId", "pos", "posSide", "posCcy", "mgnMode", "mgnRatio", "markPx", "lever",
    "ccy", "cTime", "uTime", "pTime",
)  # fmt: skip
# Of a position that is closed nothing is left but who it was.
_CLOSED = dict.fromkeys(("pos", "availPos", "upl", "uplRatio", "notionalUsd", "mmr", "imr"), "0")


class AccountFeed:
    """Balances: of all currencies or of those of ``ccy``."""

    def __init__(self, arg: Mapping[str, str]) -> None:
        self._query = {"ccy": arg["ccy"]} if arg.get("ccy") else {}
        self.every = _interval(arg)
        self._last: dict[str, Any] = {}

    def first(self, desk: Desk) -> list[Frame]:
        """All of them."""
        self._last = _money(desk.account)
        return self.again(desk)

    def again(self, desk: Desk) -> list[Frame]:
        """All of them."""
        return [_paged("snapshot", written(_BALANCE, account.balance(desk, self._query)))]

    def next(self, desk: Desk) -> list[Frame]:
        """The currencies in which cash, orders or positions have changed."""
        before, self._last = self._last, _money(desk.account)
        changed = [ccy for ccy, money in self._last.items() if before.get(ccy) != money]
        if not changed:
            return []
        rows = written(_BALANCE, account.balance(desk, self._query))
        rows[0]["details"] = [row for row in rows[0]["details"] if row["ccy"] in changed]
        return [_paged("event_update", rows)] if rows[0]["details"] else []


class PositionFeed:
    """Positions: of an instType or ANY, of a family, of an instrument."""

    def __init__(self, arg: Mapping[str, str]) -> None:
        self._arg = arg
        self.every = _interval(arg)
        self._held: dict[Any, Position] = {}
        self._told: list[Any] = []

    def first(self, desk: Desk) -> list[Frame]:
        """All of them."""
        return self.again(desk)

    def again(self, desk: Desk) -> list[Frame]:
        """All of them, as they are worth now."""
        self._look(desk)
        return [_paged("snapshot", self._told)]

    def next(self, desk: Desk) -> list[Frame]:
        """Those that were traded, changed or closed."""
        if desk.account.positions == self._held:
            return []
        held, told = self._held, self._told
        self._look(desk)
        same = {one.pos_id for key, one in self._held.items() if held.get(key) == one}
        left = {row["posId"] for row in self._told}
        ended = [row | _CLOSED | _times(desk) for row in told if row["posId"] not in left]
        changed = [*(row for row in self._told if row["posId"] not in same), *ended]
        return [_paged("event_update", changed)] if changed else []

    def _look(self, desk: Desk) -> None:
        self._held = dict(desk.account.positions)
        rows = written(_POSITIONS, positions.positions(desk, {}))
        self._told = [row | {"pTime": str(desk.ms)} for row in among(self._arg, rows)]


class WarningFeed(PositionFeed):
    """Positions whose margin ratio is near the end."""

    def again(self, desk: Desk) -> list[Frame]:
        """Those that are so now."""
        self._look(desk)
        near = [row for row in self._told if row["mgnRatio"] <= _NEAR]
        return [{"data": [{name: row[name] for name in _WARNING} for row in near]}] if near else []

    def next(self, _: Desk) -> list[Frame]:
        """Nothing: it is told every few seconds."""
        return []


class BothFeed:
    """Balances and positions, at each trade, transfer and payment."""

    every = 0

    def __init__(self, _: Mapping[str, str]) -> None:
        self._positions = PositionFeed({"instType": "ANY"})
        self._bill = 0

    def first(self, desk: Desk) -> list[Frame]:
        """All of them."""
        self._new_bills(desk.account)
        ccys = sorted(desk.account.trading.balances)
        held = self._positions.first(desk)[0]["data"]
        return [_both(desk, "snapshot", ccys, held, [])]

    def next(self, desk: Desk) -> list[Frame]:
        """What new bills say."""
        bills = self._new_bills(desk.account)
        changed = [row for frame in self._positions.next(desk) for row in frame["data"]]
        if not bills:
            return []
        event = _EVENTS.get(bills[0].kind[0], "transferred")
        fills = {bill.fill.trade_id: bill.fill for bill in bills if bill.fill}
        trades = [
            {"instId": fill.ticket.instrument.inst_id, "tradeId": number}
            for number, fill in fills.items()
        ]
        return [_both(desk, event, sorted({bill.ccy for bill in bills}), changed, trades)]

    again = first

    def _new_bills(self, account: Account) -> list[Any]:
        found = []
        for bill in reversed(account.trading.bills):
            if int(bill.bill_id) <= self._bill:
                break
            found.append(bill)
        self._bill = int(found[0].bill_id) if found else self._bill
        return found


FEEDS: Mapping[str, Callable[[Mapping[str, str]], AccountFeed | PositionFeed | BothFeed]] = {
    "account": AccountFeed,
    "positions": PositionFeed,
    "balance_and_position": BothFeed,
    "liquidation-warning": WarningFeed,
}


def among(arg: Mapping[str, str], rows: list[Any]) -> list[Any]:
    """The ``rows`` about instruments that a subscription names; of instType ANY all of them."""
    names = ("instType", "instFamily", "instId")
    query = {name: arg[name] for name in names if arg.get(name, "ANY") != "ANY"}
    listings = (instruments()[row["instId"]].listing for row in rows)
    return [row for row, of in zip(rows, listings, strict=True) if any(asked(query, [of], *names))]


def _interval(arg: Mapping[str, str]) -> int:
    # OKX docs, Account channel, updateInterval: 0 is never; it knows 2000, 3000 and 4000 ms beside 5 s.
    extra = arg.get("extraParams", "")
    told = next((ms for ms in ("0", "2000", "3000", "4000") if f'"{ms}"' in extra), "5000")
    return int(told)


def _times(desk: Desk) -> dict[str, str]:
    return dict.fromkeys(("uTime", "pTime"), str(desk.ms))


def _money(account: Account) -> dict[str, Any]:
    held = list(account.positions.values())
    return {
        ccy: (
            balance,
            account.frozen(ccy),
            [(one.key, one.size, one.margin, one.lever) for one in held if one.ccy == ccy],
        )
        for ccy, balance in account.trading.balances.items()
    }


def _paged(event: str, rows: list[Any]) -> Frame:
    return {"eventType": event, "curPage": 1, "lastPage": True, "data": rows}


def _both(desk: Desk, event: str, ccys: list[str], held: list[Any], trades: list[Any]) -> Frame:
    details = written(_BALANCE, account.balance(desk, {"ccy": ",".join(ccys)}))[0]["details"]
    row = {
        "pTime": str(desk.ms),
        "eventType": event,
        "balData": [{name: row[name] for name in _BALANCE_NAMES} for row in details],
        "posData": [{name: row[name] for name in _POSITION_NAMES} for row in held],
        "trades": trades,
    }
    return {"data": [row]}
