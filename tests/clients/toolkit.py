"""What OKX's own toolkit for language models is refused on the sandbox, and why; in ``calls.md``, too.

The scripts that call each of its tools and commands once hold that this is all, and that it is so. What
nothing goes by the name of ("1" for an order) is refused as OKX refuses it.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.sandbox import Sandbox

MCP, CLI = "okx-trade-mcp 1.2.9", "okx-trade-cli 1.2.4"
NOT_SERVED = "The sandbox does not offer "
QUOTED = "options are quoted only"
NOTHING = "as OKX answers: there is no such order"
BOTS = "no bots"
EARN = "nothing is lent or staked"
DEMO = "the toolkit's own refusal in demo trading"
# The docs of June 2026 have it in table and example, and OKX took it from ccxt (its pull request 20693);
# what OKX does with the other spelling nobody has shown.
MISSPELT = (
    "the toolkit sends callBackRatio for contracts; OKX's docs have callbackRatio, which OKX takes"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The ``names`` of a ``program`` that are refused with ``says`` for a ``reason``."""

    program: str
    names: tuple[str, ...]
    says: str
    reason: str


def _refusal(program: str, says: str, reason: str, *families: str) -> Refusal:
    """Each family is what its names begin with, and how they go on."""
    split = (family.split(": ") for family in families)
    names = tuple(head + tail for head, tails in split for tail in tails.split(", "))
    return Refusal(program, names, says, reason)


REFUSED = (
    _refusal(MCP, NOT_SERVED, QUOTED, "option_place_: order, algo_order"),
    _refusal(MCP, "rder", NOTHING, "option_: get_order, cancel_order, amend_order, batch_cancel, "
             "amend_algo_order, cancel_algo_orders"),
    _refusal(MCP, "callbackRatio", MISSPELT, "swap_: place_move_stop_order",
             "futures_: place_move_stop_order"),
    _refusal(MCP, NOT_SERVED, BOTS,
             "grid_: create_order, stop_order, get_order_details, get_sub_orders",
             "dca_: create_order, stop_order, get_orders, get_order_details, get_sub_orders"),
    _refusal(MCP, NOT_SERVED, EARN,
             "earn_get_: savings_balance, lending_history, lending_rate_history",
             "onchain_earn_get_: offers, active_orders, order_history",
             "dcd_: get_currency_pairs, get_products, get_order_state, get_orders, redeem"),
    _refusal(MCP, "not available in simulated trading", DEMO,
             "earn_: savings_purchase, savings_redeem, set_lending_rate, auto_set",
             "onchain_earn_: purchase, redeem, cancel", "dcd_: subscribe"),
    _refusal(MCP, NOT_SERVED, "OKX computes them for its toolkit alone", "market_get_: indicator"),
    _refusal(MCP, "", "a market of programs, not part of OKX's API",
             "skills_: get_categories, search, download"),
    _refusal(CLI, NOT_SERVED, QUOTED, "option : place"),
    _refusal(CLI, "rder", NOTHING, "option : get, cancel, amend, batch-cancel"),
    _refusal(CLI, "callbackRatio", MISSPELT, "swap algo : trail", "futures algo : trail"),
    _refusal(CLI, NOT_SERVED, BOTS, "bot grid : details, sub-orders, create, stop",
             "bot dca : orders, details, sub-orders, create, stop"),
    _refusal(CLI, NOT_SERVED, EARN, "earn savings : balance, lending-history, rate-summary, rate-history",
             "earn onchain : offers, orders, history",
             "earn dcd : pairs, products, order, orders",
             "earn dcd : quote, quote-and-buy, redeem-quote, redeem-execute"),
    _refusal(CLI, "not supported in simulated trading", DEMO, "earn savings : purchase, redeem, set-rate",
             "earn onchain : purchase, redeem, cancel",
             "earn dcd : buy, redeem"),
)  # fmt: skip


def environment(sandbox: Sandbox, home: str) -> Mapping[str, str]:
    """With the sandbox in the place of OKX, and no files of the person's."""
    keys = sandbox.demo
    env = {**os.environ, "HOME": home, "OKX_API_BASE_URL": sandbox.url, "OKX_DEMO": "1"}
    env |= {"OKX_API_KEY": keys.key, "OKX_SECRET_KEY": keys.secret}
    return env | {"OKX_PASSPHRASE": keys.passphrase}


def told(program: str, said: Mapping[str, str]) -> int:
    """The exit status for what each call ``said``, "" where it went well: 0 if the table has it so."""
    table = {name: each for each in REFUSED if each.program == program for name in each.names}
    wrong = {
        name: says
        for name, says in said.items()
        if bool(says) != (name in table) or (says and table[name].says not in says)
    }
    wrong |= dict.fromkeys(table.keys() - said.keys(), "not called")
    report = {"calls": len(said), "refused": sum(map(bool, said.values())), "wrong": wrong}
    print(json.dumps(report, indent=1))  # noqa: T201 - a script run by hand
    return int(bool(wrong))


def lines() -> list[str]:
    """What ``calls.md`` has of programs that are run by hand."""
    return [
        "",
        "freqtrade 2026.9: `freqtrade_stops.py` (ten minutes of live futures, each position with",
        "its stop on the exchange within seconds, stops set off), `freqtrade_streams.py` (ten minutes on",
        "its WebSocket) and `freqtrade_month.py` (a month of candles, marks and funding) end with 0.",
        "",
        "OKX's own toolkit: `okx_trade_mcp.py` and `okx_trade_cli.py` call each of its tools and",
        "commands once; refused are these alone.",
        "",
        "| program | refused | reason |",
        "|---|---|---|",
        *(f"| {each.program} | {', '.join(each.names)} | {each.reason} |" for each in REFUSED),
    ]
