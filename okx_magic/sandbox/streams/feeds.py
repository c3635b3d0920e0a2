"""What is pushed: at an instant that which REST has at that instant, or what changed in it.

A feed is one subscription: it gives the frames, without their ``arg``, that it begins with, and for each
later instant that it is sent those that say what has happened since, however long that is. OKX docs:
Market Data, Public Data, Trading Account, Trade and Algo Trading, each under WebSocket.

Tested in ``tests/sandbox/test_sandbox_streams_equal.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from okx_magic.catalogue import endpoints
from okx_magic.sandbox.account.algos import Algo
from okx_magic.sandbox.account.ledger import Bill
from okx_magic.sandbox.account.orders import Order
from okx_magic.sandbox.market.instruments import instruments, worth
from okx_magic.sandbox.replies import RefusalError
from okx_magic.sandbox.routes.rows import Row, asked, written
from okx_magic.sandbox.routes.trade import algo_row, order_row

if TYPE_CHECKING:
    from okx_magic.sandbox.account.account import Account
    from okx_magic.sandbox.exchange import Exchange
    from okx_magic.sandbox.params import Params
    from okx_magic.sandbox.streams.channels import Channel

# What happened: an order as it is since, with the amendResult that tells it, or a bill.
Event = tuple[Order | Algo | Bill, str]

_QUIET_SECONDS = 60
_BALANCE, _POSITIONS = "/api/v5/account/balance", "/api/v5/account/positions"
# OKX's type of a bill, and what the channel of balances and positions calls it.
_EVENTS = {
    "1": "transferred", "2": "filled", "3": "delivered", "5": "liquidation", "6": "adjust_margin",
    "8": "funding_fee",
}  # fmt: skip
# OKX docs, Position risk warning: from a margin ratio of 300 %, every few seconds.
_NEAR, _WARNED_MS = 3, 5000
_PAGE = {"curPage": 1, "lastPage": True}
# Of a position that is closed nothing is left but who it was.
_CLOSED = dict.fromkeys(("pos", "availPos", "upl", "uplRatio", "notionalUsd", "mmr", "imr"), "0")


class Answers:
    """What REST answers at one instant, a ``moment`` of the market or a desk: each answer is made once,
    for all who listen. ``events`` are what has happened to the orders there since the instant before.
    """

    def __init__(self, exchange: Exchange, moment: Any, events: Sequence[Event] = ()) -> None:
        self._exchange, self.moment, self.events = exchange, moment, events
        self._made: dict[Hashable, Any] = {}

    def rows(self, path: str, query: Mapping[str, str]) -> Any:
        """The data of a GET; not to be changed."""
        make = partial(self._exchange.rows, path, query, self.moment)
        return self.once((path, *query.items()), make)

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What ``make`` gives."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


Feed = Generator[list[Row], Answers, None]


def _rows(at: Answers, channel: Channel, arg: Params) -> Feed:
    # The rows in which anything but the time is new.
    query = channel.query(arg)
    last: list[Any] = []
    while True:
        rows = at.rows(channel.path, query)
        before, last = last, [{**row, "ts": ""} for row in rows]
        told = [] if last == before else zip(rows, last, strict=True)
        new = [row for row, timeless in told if timeless not in before]
        # A book does not say whose it is.
        named = [row if "instId" in row else {"instId": arg["instId"], **row} for row in new]
        at = yield [{"data": named}] if named else []


def _newest(at: Answers, channel: Channel, arg: Params) -> Feed:
    # The newest row, then those from there on that are new or have changed, a frame each, oldest first:
    # bars, told apart by when they open, and trades, by their numbers.
    query, path = channel.query(arg), channel.path
    key: Any = 0 if channel.known.bar else "tradeId"
    page: int = (endpoints()["GET", path].paging or {})["limit_max"]
    last: list[Any] = []
    while True:
        least = int(last[0][key]) if last else 0
        for limit in (2, 20, page) if last else (1,):
            rows = at.rows(path, {**query, "limit": str(limit)})
            if not last or len(rows) < limit or int(rows[-1][key]) <= least:
                break
        else:
            # More than is held for a client.
            raise RefusalError("4005")
        new = [row for row in reversed(rows) if int(row[key]) >= least and row not in last]
        last = rows[:1]
        at = yield [{"data": [{**row, **channel.more} if channel.more else row]} for row in new]


def _book(at: Answers, channel: Channel, arg: Params) -> Feed:
    # OKX docs, Order book channel: a book as a whole, then what changes in it. ``prevSeqId`` is the
    # ``seqId`` of the frame before (-1 in the first), a level of size 0 is gone, and a book that does not
    # change says so with two equal ids. The checksum is retired: always 0.
    query = channel.query(arg)
    row: Any = {"seqId": -1, "asks": [], "bids": []}
    seq, said = -1, 0.0
    while True:
        before, (row,) = row, at.rows(channel.path, query)
        if row["seqId"] == before["seqId"] and at.moment.now - said < _QUIET_SECONDS:
            at = yield []
            continue
        key = ("changes", before["seqId"], *query.items())
        sides = at.once(key, partial(_changes, before, row))
        ids = {"prevSeqId": seq, "seqId": row["seqId"] if any(sides.values()) else seq}
        data = [{**sides, "ts": row["ts"], "checksum": 0, **ids}]
        action, said = "snapshot" if seq < 0 else "update", at.moment.now
        at = yield [{"action": action, "data": data}]
        # A fault may have numbered it anew.
        seq = data[0]["seqId"]


def _changes(before: Any, after: Any) -> dict[str, list[Any]]:
    sides = {}
    for side in ("asks", "bids"):
        was, now = ({level[0]: level for level in row[side]} for row in (before, after))
        gone = [[px, "0", "0", "0"] for px in was if px not in now]
        sides[side] = [*gone, *(level for px, level in now.items() if was.get(px) != level)]
    return sides


def _quiet(_: Answers, __: Channel, ___: Params) -> Feed:
    while True:
        yield []


def _state(at: Answers, channel: Channel, arg: Params) -> Feed:
    # All balances or positions, and again every few seconds; between, those that something was done to.
    of_money, told = channel.known.key == "ccy", 0
    path, query = (_BALANCE, {"ccy": arg.get("ccy", "")}) if of_money else (_POSITIONS, {})
    # OKX docs, Account channel, updateInterval: 0 is never; it knows 2000, 3000 and 4000 ms beside 5 s.
    extra = arg.get("extraParams", "")
    every = int(next((ms for ms in ("0", "2000", "3000", "4000") if f'"{ms}"' in extra), "5000"))
    rows: dict[str, Row] = {}
    known: Mapping[str, Any] = {}
    while True:
        ms, pages = at.moment.ms, {}
        before, known = known, _touched(at.moment.account, of_money=of_money)
        again = not told or 0 < every <= ms - told
        if again or before != known:
            was, whole = rows, at.rows(path, query)
            some = whole[0]["details"] if of_money else _among(arg, whole, pTime=str(ms))
            rows = {row[channel.known.key or "posId"]: row for row in some}
            new = [row for name, row in rows.items() if before.get(name) != known[name]]
            closed = [row for name, row in was.items() if name not in known]
            new += [{**row, **_CLOSED, "uTime": str(ms), "pTime": str(ms)} for row in closed]
            pages = {"event_update": new} if told and new else {}
            pages |= {"snapshot": some} if again else {}
            told = ms if again else told
        if of_money:
            pages = {event: [{**whole[0], "details": page}] for event, page in pages.items()}
        at = yield [{"eventType": event, **_PAGE, "data": page} for event, page in pages.items()]


def _touched(account: Account, *, of_money: bool) -> dict[str, Any]:
    # What changes by what is done, and not with prices.
    held = account.positions.values()
    if not of_money:
        return {one.pos_id: one for one in held}
    return {
        ccy: (balance, account.frozen(ccy), [one for one in held if one.ccy == ccy])
        for ccy, balance in account.trading.balances.items()
    }


def _warnings(at: Answers, channel: Channel, arg: Params) -> Feed:
    # Positions whose margin ratio is near the end.
    told = 0
    while True:
        near = []
        if at.moment.ms - told >= _WARNED_MS:
            told = at.moment.ms
            held = _among(arg, at.rows(_POSITIONS, {}), pTime=str(told))
            near = _some(channel, "data", [row for row in held if row["mgnRatio"] <= _NEAR])
        at = yield [{"data": near}] if near else []


def _both(at: Answers, channel: Channel, _: Params) -> Feed:
    # Balances and positions at each trade, transfer and payment.
    positions = _state(at, channel, {"extraParams": '"0"'})
    held = next(positions)[0]["data"]
    fills: dict[str, str] = {}
    event, ccys = "snapshot", set(at.moment.account.trading.balances)
    while True:
        frames = []
        if event:
            details = at.rows(_BALANCE, {"ccy": ""})[0]["details"]
            row = {
                "pTime": str(at.moment.ms),
                "eventType": event,
                "balData": _some(
                    channel, "balData", [one for one in details if one["ccy"] in ccys]
                ),
                "posData": _some(channel, "posData", held),
                "trades": [{"instId": of, "tradeId": number} for number, of in fills.items()],
            }
            frames = [{"data": [row]}]
        at = yield frames
        held = [row for page in positions.send(at) for row in page["data"]]
        bills = [one for one, _ in reversed(at.events) if isinstance(one, Bill)]
        event = _EVENTS.get(bills[0].kind[0], "transferred") if bills else ""
        ccys, traded = {bill.ccy for bill in bills}, [bill.fill for bill in bills if bill.fill]
        fills = {fill.trade_id: fill.ticket.instrument.inst_id for fill in traded}


def _orders(at: Answers, channel: Channel, arg: Params) -> Feed:
    # Orders, or algo orders, each time that one is taken, filled, amended, set off or ended.
    at = yield []
    while True:
        rows = at.once(channel, partial(_happened, at, channel))
        at = yield [{"data": [row]} for row in _among(arg, rows)]


def _happened(at: Answers, channel: Channel) -> list[Row]:
    # REST's rows of them as they then were, and what the channel tells beside.
    desk, kind = at.moment, Algo if channel.known.key == "algoId" else Order
    rows = []
    for one, amended in at.events:
        if isinstance(one, kind):
            ticket, instrument = one.ticket, one.ticket.instrument
            last, dollars = desk.market.last(instrument, desk.now), desk.dollars(instrument.quote)
            sz = ticket.sz / last if ticket.tgt_ccy == "quote_ccy" else ticket.sz
            value = round(worth(instrument, sz, ticket.px or last)[1] * dollars, 8)
            row = algo_row(desk, one) if isinstance(one, Algo) else order_row(one)
            row |= {"amendResult": amended, "lastPx": last, "notionalUsd": value}
            if "fillSz" in row:
                value = worth(instrument, row["fillSz"], row["fillPx"])[1] * dollars
                row["fillNotionalUsd"] = round(value, 8)
            more = {name: row.get(name, usual) for name, usual in channel.more.items()}
            rows.append({**written(endpoints()["GET", channel.path], row), **more})
    return rows


def _among(arg: Params, rows: list[Row], **more: str) -> list[Row]:
    # Those about instruments that a subscription names; of instType ANY all of them.
    names, known = ("instType", "instFamily", "instId"), instruments()
    query = {name: arg[name] for name in names if arg.get(name, "ANY") != "ANY"}
    listings = ((row, known[row["instId"]].listing) for row in rows)
    return [{**row, **more} for row, listing in listings if any(asked(query, [listing], *names))]


def _some(channel: Channel, what: str, rows: list[Row]) -> list[Row]:
    return [{name: row[name] for name in channel.fields[what]} for row in rows]


FEEDS = {
    "rows": _rows, "newest": _newest, "book": _book, "quiet": _quiet, "state": _state, "both": _both,
    "warnings": _warnings, "orders": _orders,
}  # fmt: skip


def hear(events: list[Event], before: Any, now: Any) -> None:
    """Adds to ``events`` that an order is what it was ``before`` no more, or that there is a bill."""
    # The fill that completes an order is told once.
    match events[-1:], now:
        case [(Order(last=fill), _)], Order(state="filled", last=last) if last is fill:
            events.pop()
    amended = before is not None and before.ticket != now.ticket
    events.append((now, "0" if amended else ""))
