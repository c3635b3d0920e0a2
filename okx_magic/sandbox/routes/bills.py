"""The ledgers of both accounts, to be read back. OKX docs: Get bills details; Asset bills details."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from okx_magic.sandbox.market.instruments import instruments
from okx_magic.sandbox.replies import plain
from okx_magic.sandbox.routes.rows import Row, fields_of, filled, page, selector
from okx_magic.sandbox.routes.trade import reference_prices

if TYPE_CHECKING:
    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.account.ledger import Bill
    from okx_magic.sandbox.account.orders import Fill
    from okx_magic.sandbox.params import Params

_BILLS = "/api/v5/account/bills"
_ASSET_BILLS = "/api/v5/asset/bills"


def bills(desk: Desk, query: Params) -> list[Any]:
    """The bills of the trading account, newest first; paged by ``billId``."""
    names = ("instType", "instId", "ccy", "mgnMode", "ctType", "type", "subType")
    select = selector(query, *names, time="ts")

    def row(bill: Bill) -> Row | None:
        facts = _facts(bill)
        return filled(fields_of(_BILLS), _values(desk, bill, facts)) if select(facts) else None

    return page(
        query, ((int(one.bill_id), one) for one in reversed(desk.account.trading.bills)), row
    )


def asset_bills(desk: Desk, query: Params) -> list[Any]:
    """The bills of the funding account, newest first; paged by time."""
    select = selector(query, "ccy", "type", "clientId")

    def row(bill: Bill) -> Row | None:
        values = {
            **bill.about,
            "billId": bill.bill_id,
            "ccy": bill.ccy,
            "balChg": plain(bill.change),
            "bal": plain(bill.balance),
            "type": bill.kind[0],
            "ts": str(bill.ms),
        }
        return filled(fields_of(_ASSET_BILLS), values) if select(values) else None

    entries = ((one.ms, one) for one in reversed(desk.account.funding.bills))
    return page(query, entries, row, whole=True)


def _facts(bill: Bill) -> dict[str, str]:
    facts = {
        **bill.about,
        "ccy": bill.ccy,
        "type": bill.kind[0],
        "subType": bill.kind[1],
        "ts": str(bill.ms),
    }
    if bill.fill is not None:
        ticket = bill.fill.ticket
        facts["instId"] = ticket.instrument.inst_id
        facts["instType"] = ticket.instrument.inst_type
        facts["mgnMode"] = ticket.td_mode
    instrument = instruments().get(facts.get("instId", ""))
    facts["ctType"] = instrument.listing.get("ctType", "") if instrument else ""
    return facts


def _values(desk: Desk, bill: Bill, facts: dict[str, str]) -> dict[str, str]:
    values = {"pnl": "0", "fee": "0", "interest": "0"} | facts
    if bill.fill is not None:
        values |= _traded(bill, bill.fill) | reference_prices(desk, bill.fill)
    return values | {
        "billId": bill.bill_id,
        "balChg": plain(bill.change),
        "bal": plain(bill.balance),
        "posBalChg": plain(bill.moved),
        "posBal": plain(bill.margin),
    }


def _traded(bill: Bill, fill: Fill) -> dict[str, str]:
    ticket = fill.ticket
    earned = bill.ccy == ticket.earns
    # The fee is in what a spot trade brings; sz is in the currency of the bill.
    size = fill.sz
    if ticket.instrument.is_spot:
        size = ticket.gross(fill.px, fill.sz) if earned else fill.paid
    return {
        "sz": plain(size),
        "px": plain(fill.px),
        "pnl": plain(fill.pnl),
        "fee": plain(fill.fee) if earned else "0",
        "ordId": fill.ord_id,
        "clOrdId": ticket.cl_ord_id,
        "tradeId": fill.trade_id,
        "execType": fill.exec_type,
        "tag": ticket.tag,
        "fillTime": str(fill.ms),
    }
