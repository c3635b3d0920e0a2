"""What an account is and has: configuration, balances, instruments. OKX docs: Trading Account."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from okx_magic.sandbox import params
from okx_magic.sandbox.account.positions import rounded
from okx_magic.sandbox.keys import PERMISSIONS
from okx_magic.sandbox.replies import plain
from okx_magic.sandbox.routes.public import listed
from okx_magic.sandbox.routes.rows import fields_of, filled

if TYPE_CHECKING:
    from okx_magic.sandbox.account.desk import Desk, Pool
    from okx_magic.sandbox.params import Params

_CONFIG = "/api/v5/account/config"
_BALANCE = "/api/v5/account/balance"
_INSTRUMENTS = "/api/v5/account/instruments"

_ZERO = Decimal(0)


def config(desk: Desk, _: Params) -> list[Any]:
    """The account's settings, and what the key may do."""
    values = {
        "uid": desk.account.uid,
        "mainUid": desk.account.uid,
        "acctLv": desk.account.level,
        "acctStpMode": "cancel_maker",
        "posMode": desk.account.pos_mode,
        "autoLoan": False,
        "greeksType": desk.account.greeks,
        "feeType": "0",
        "level": "Lv1",
        "ctIsoMode": "automatic",
        "mgnIsoMode": "automatic",
        "stgyType": "0",
        "roleType": "0",
        "traderInsts": [],
        "spotRoleType": "0",
        "spotTraderInsts": [],
        "opAuth": "0",
        "kycLv": "3",
        "label": desk.keys.label,
        "ip": ",".join(desk.keys.rights.addresses),
        "perm": ",".join(name for name in PERMISSIONS if name in desk.keys.rights.permissions),
        "liquidationGear": "-1",
        "enableSpotBorrow": False,
        "spotBorrowAutoRepay": False,
        "type": "0",
        "settleCcyList": [],
    }
    return [filled(fields_of(_CONFIG), values)]


def balance(desk: Desk, query: Params) -> list[Any]:
    """One object: the account's worth in dollars, and in ``details`` a row a currency."""
    asked = params.listed(query, "ccy")
    details, total, isolated = [], _ZERO, _ZERO
    for ccy in sorted(desk.account.trading.balances):
        pool, dollars = desk.pool(ccy), desk.dollars(ccy)
        total += pool.equity * dollars
        isolated += pool.isolated_equity * dollars
        if not asked or ccy in asked:
            values = _detail(desk, ccy, pool, dollars)
            details.append(filled(fields_of(_BALANCE, "details"), values))
    values = {
        "uTime": str(desk.ms),
        "totalEq": plain(total),
        "isoEq": plain(isolated),
        "details": details,
    }
    return [filled(fields_of(_BALANCE), values)]


def _detail(desk: Desk, ccy: str, pool: Pool, dollars: Decimal) -> dict[str, Any]:
    held = [*pool.cross, *pool.isolated]
    frozen = pool.frozen + pool.imr
    values: dict[str, Any] = {
        "ccy": ccy,
        "eq": plain(pool.equity),
        "cashBal": plain(pool.cash),
        "availBal": plain(max(pool.spendable, _ZERO)),
        "availEq": plain(max(pool.available, _ZERO)),
        "frozenBal": plain(frozen),
        "ordFrozen": plain(pool.frozen),
        "eqUsd": plain(pool.equity * dollars),
        "disEq": plain(pool.equity * dollars),
        "spotBal": plain(pool.cash),
        "isoEq": plain(pool.isolated_equity),
        "upl": plain(pool.upl + sum(one.upl for one in pool.isolated)),
        "isoUpl": plain(sum((one.upl for one in pool.isolated), _ZERO)),
        "imr": plain(pool.imr),
        "mmr": plain(sum((one.mmr for one in pool.cross), _ZERO)),
        "fixedBal": "0",
        "stgyEq": "0",
        "spotIsoBal": "0",
        "collateralEnabled": False,
        "collateralRestrict": False,
        "uTime": str(desk.account.trading.changed),
    }
    if held and pool.equity > 0:
        worth = sum((one.value for one in held), _ZERO)
        values["notionalLever"] = plain(rounded(worth / pool.equity))
    if pool.cross:
        values["mgnRatio"] = plain(rounded((pool.cash + pool.upl) / pool.needed))
    return values


def account_instruments(_: Desk, query: Params) -> list[Any]:
    """The instruments this account may trade, with its own fields."""
    return listed(query, _INSTRUMENTS)
