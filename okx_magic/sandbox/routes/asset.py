"""The funding account: balances, currencies, transfers, worth; and play money.

OKX docs: Funding Account; Trading Account, Adjust demo balance.

Tested in ``tests/sandbox/test_sandbox_money.py``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from okx_magic.sandbox import params
from okx_magic.sandbox.account.ledger import Bill
from okx_magic.sandbox.account.positions import rounded
from okx_magic.sandbox.account.rules import CLIENT_ID
from okx_magic.sandbox.market.instruments import instruments
from okx_magic.sandbox.replies import RefusalError, plain, refuse_if
from okx_magic.sandbox.routes.rows import Row, asked

if TYPE_CHECKING:
    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.params import Params

# OKX's numbers of the two accounts.
_FUNDING, _TRADING = "6", "18"
# OKX docs, types of bills: of the trading account 1 is a transfer, with sub-types for in and out; of
# the funding account 130 came from the trading account and 131 went there.
_IN, _OUT = ("1", "11"), ("1", "12")
_CAME, _WENT = ("130", ""), ("131", "")

# OKX docs: so many increases of play money a day. What it comes and goes with is not documented;
# system transfers are what is nearest.
_INCREASES = 3
_GIVEN, _TAKEN = ("1", "200"), ("1", "202")
_MOST_CURRENCIES = 20
_DAY_MS = 86_400_000
_ZERO = Decimal(0)


def funding_balances(desk: Desk, query: Params) -> list[Row]:
    """What lies in the funding account."""
    held = sorted(desk.account.funding.balances.items())
    rows = ({"ccy": ccy, "bal": amount, "availBal": amount} for ccy, amount in held)
    return list(asked(query, rows, "ccy"))


def currencies(_: Desk, query: Params) -> list[Row]:
    """Every currency of the spot pairs, on one chain; nothing comes in or goes out."""
    rows = ({"ccy": ccy, "name": ccy, "chain": f"{ccy}-Sandbox"} for ccy in sorted(_names()))
    return list(asked(query, rows, "ccy"))


def valuation(desk: Desk, query: Params) -> list[Row]:
    """What both accounts are worth, in ``ccy`` (BTC, unless it is given)."""
    unit = query.get("ccy", "BTC")
    refuse_if(unit not in {*_names(), "USD"}, "51000", "ccy")
    account, price = desk.account, desk.dollars(unit)
    held = account.funding.balances.items()
    funding = sum((amount * desk.dollars(ccy) for ccy, amount in held), _ZERO)
    pools = ((desk.pool(ccy), desk.dollars(ccy)) for ccy in account.trading.balances)
    trading = sum((pool.equity * dollars for pool, dollars in pools), _ZERO)
    return [
        {
            "totalBal": rounded((funding + trading) / price),
            "ts": str(desk.ms),
            "details": {"funding": rounded(funding / price), "trading": rounded(trading / price)},
        }
    ]


def transfer(desk: Desk, wanted: Params) -> list[Row]:
    """Moves money between the funding account and the trading account."""
    ccy, source, target = wanted["ccy"], wanted["from"], wanted["to"]
    # All other types have to do with sub-accounts, of which there are none.
    refuse_if(wanted.get("type") not in {None, "", "0"}, "58115")
    refuse_if(source == target, "58123")
    refuse_if(ccy not in _names(), "51012")
    amount = params.positive(wanted, "amt", zero="58114")
    account = desk.account
    into = target == _TRADING
    there = account.funding.of(ccy) if into else desk.pool(ccy).spendable
    refuse_if(amount > there, "58350")
    values = {
        "transId": desk.ids.next(desk.now),
        "clientId": params.matching(wanted, "clientId", CLIENT_ID),
        "ccy": ccy,
        "from": source,
        "amt": plain(amount),
        "to": target,
    }
    change = amount if into else -amount
    notes = "From Funding Account" if into else "To Funding Account"
    about = values | {"notes": notes, "sz": plain(change)}
    account.funding.book(Bill(desk.ms, ccy, -change, _WENT if into else _CAME, values))
    account.trading.book(Bill(desk.ms, ccy, change, _IN if into else _OUT, about))
    return [values]


def transfer_state(desk: Desk, query: Params) -> list[Row]:
    """How a transfer, found by ``transId`` or ``clientId``, went: they all succeed at once."""
    trans_id, client_id = query.get("transId", ""), query.get("clientId", "")
    refuse_if(not (trans_id or client_id), "50014", "transId")
    name, value = ("transId", trans_id) if trans_id else ("clientId", client_id)
    for bill in reversed(desk.account.funding.bills):
        if bill.about.get(name) == value:
            return [{**bill.about}]
    raise RefusalError("58129", name)


def adjust_demo_balance(desk: Desk, wanted: Params) -> list[Row]:
    """Adds play money, three times a day, or takes it away."""
    refuse_if(desk.keys.environment != "demo", "50053")
    kind = wanted["type"]
    account = desk.account
    today = desk.ms // _DAY_MS
    done = account.raised[1] if account.raised[0] == today else 0
    refuse_if(kind == "increase" and done >= _INCREASES, "59691", str(_INCREASES))
    changes: dict[str, Decimal] = {}
    for item in params.objects(wanted, "adjustments", most=_MOST_CURRENCIES):
        ccy, amount = params.required(item, "ccy"), params.positive(item, "amt")
        refuse_if(ccy not in account.trading.balances, "51000", "ccy")
        changes[ccy] = changes.get(ccy, _ZERO) + amount
    if kind == "reduce":
        for ccy, amount in changes.items():
            refuse_if(amount > account.trading.of(ccy), "59692", ccy)
            refuse_if(amount > desk.pool(ccy).spendable, "59693", ccy)
    else:
        done += 1
        account.raised = (today, done)
    sign, bill = (1, _GIVEN) if kind == "increase" else (-1, _TAKEN)
    details = []
    for ccy, amount in changes.items():
        booked = account.trading.book(
            Bill(desk.ms, ccy, sign * amount, bill, {"sz": plain(amount)})
        )
        details.append({"ccy": ccy, "amt": amount, "bal": booked.balance})
    left, most = str(_INCREASES - done), str(_INCREASES)
    return [{"remainCnt": left, "totalCnt": most, "details": details}]


def _names() -> set[str]:
    # The currencies of the spot pairs.
    spot = [one for one in instruments().values() if one.is_spot]
    return {one.base for one in spot} | {one.quote for one in spot}
