"""What an account has: configuration, balances, instruments, currencies.

OKX docs: Trading Account; Funding Account.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from okx_magic.sandbox.instruments import instruments
from okx_magic.sandbox.keys import PERMISSIONS
from okx_magic.sandbox.routes_public import listed
from okx_magic.sandbox.rows import fields_of, filled, plain

if TYPE_CHECKING:
    from okx_magic.sandbox.params import Params
    from okx_magic.sandbox.trading import Desk

_CONFIG = "/api/v5/account/config"
_BALANCE = "/api/v5/account/balance"
_INSTRUMENTS = "/api/v5/account/instruments"
_CURRENCIES = "/api/v5/asset/currencies"

_ZERO = Decimal(0)


def config(desk: Desk, _: Params) -> list[Any]:
    """The account's settings (Spot mode, net positions), and what the key may do."""
    values = {
        "uid": desk.account.uid,
        "mainUid": desk.account.uid,
        "acctLv": "1",
        "acctStpMode": "cancel_maker",
        "posMode": "net_mode",
        "autoLoan": False,
        "greeksType": "PA",
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
    asked = _currencies(query)
    account = desk.account
    details, total = [], _ZERO
    for ccy, cash in sorted(account.cash.items()):
        worth = cash * _dollars(desk, ccy)
        total += worth
        if asked and ccy not in asked:
            continue
        frozen = account.frozen(ccy)
        zeros = dict.fromkeys(("isoEq", "fixedBal", "imr", "mmr", "stgyEq", "spotIsoBal"), "0")
        values: dict[str, Any] = zeros | {
            "ccy": ccy,
            "eq": plain(cash),
            "cashBal": plain(cash),
            "availBal": plain(cash - frozen),
            "availEq": plain(cash - frozen),
            "frozenBal": plain(frozen),
            "ordFrozen": plain(frozen),
            "eqUsd": plain(worth),
            "disEq": plain(worth),
            "spotBal": plain(cash),
            "collateralEnabled": False,
            "collateralRestrict": False,
            "uTime": str(account.changed),
        }
        details.append(filled(fields_of(_BALANCE, "details"), values))
    values = {
        "uTime": str(desk.ms),
        "totalEq": plain(total),
        "isoEq": "0",
        "details": details,
    }
    return [filled(fields_of(_BALANCE), values)]


def positions(_: Desk, __: Params) -> list[Any]:
    """None: an account in Spot mode has balances only."""
    return []


def account_instruments(_: Desk, query: Params) -> list[Any]:
    """The instruments this account may trade, with its own fields."""
    return listed(query, _INSTRUMENTS)


def funding_balances(desk: Desk, query: Params) -> list[Any]:
    """What lies in the funding account."""
    asked = _currencies(query)
    return [
        {"ccy": ccy, "bal": plain(amount), "frozenBal": "0", "availBal": plain(amount)}
        for ccy, amount in sorted(desk.account.funding.items())
        if not asked or ccy in asked
    ]


def currencies(_: Desk, query: Params) -> list[Any]:
    """Every currency of the spot pairs, on one chain; nothing comes in or goes out."""
    asked = _currencies(query)
    spot = [one for one in instruments().values() if one.is_spot]
    names = sorted({one.base for one in spot} | {one.quote for one in spot})
    zeros = dict.fromkeys(
        ("minDep", "minWd", "minInternal", "maxWd", "wdQuota", "usedWdQuota", "fee", "minFee",
         "maxFee", "minFeeForCtAddr", "maxFeeForCtAddr", "burningFeeRate",
         "minDepArrivalConfirm", "minWdUnlockConfirm"),
        "0",
    )  # fmt: skip
    return [
        filled(
            fields_of(_CURRENCIES),
            zeros
            | {
                "ccy": name,
                "name": name,
                "chain": f"{name}-Sandbox",
                "canDep": False,
                "canWd": False,
                "canInternal": False,
                "mainNet": True,
                "needTag": False,
                "wdTickSz": "8",
            },
        )
        for name in names
        if not asked or name in asked
    ]


def _currencies(query: Params) -> set[str]:
    return {ccy for ccy in query.get("ccy", "").split(",") if ccy}


def _dollars(desk: Desk, ccy: str) -> Decimal:
    # USDT stands for the dollar.
    pair = instruments().get(f"{ccy}-USDT")
    return Decimal(1) if pair is None else desk.market.last(pair, desk.second)
