"""OKX's own toolkit for the command line, unmodified, on the sandbox; run by hand, as it comes from npm.

    npm install @okx_ai/okx-trade-cli
    python tests/clients/okx_trade_cli.py node_modules/.bin/okx

Each command that its help names is called once, with what its help says of it. Ends with 1 unless what is
refused is what ``toolkit`` has, for its reasons. Its configuration and its look at the machine's network
are left alone.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any

import toolkit
from toolkit import environment

from okx_magic.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Mapping

READS = """
market ticker BTC-USDT
market tickers SWAP
market orderbook BTC-USDT --sz 5
market candles BTC-USDT --bar 1H --limit 5
market instruments --instType SPOT
market funding-rate BTC-USDT-SWAP --history --limit 5
market mark-price --instType SWAP --instId BTC-USDT-SWAP
market trades BTC-USDT --limit 5
market index-ticker --instId BTC-USD
market index-candles BTC-USD --bar 1H --limit 5 --history
market price-limit BTC-USDT-SWAP
market open-interest --instType SWAP --instId BTC-USDT-SWAP
market stock-tokens --instType SWAP
account balance USDT
account asset-balance --ccy USDT
account positions --instType SWAP
account positions-history --instType SWAP --limit 5
account bills --ccy USDT --limit 5 --archive
account fees --instType SPOT --instId BTC-USDT
account config
account max-size --instId BTC-USDT-SWAP --tdMode cross --px 40000
account max-avail-size --instId BTC-USDT --tdMode cash
account max-withdrawal --ccy USDT
account transfer --ccy USDT --amt 1 --from 18 --to 6
account audit --limit 5
option orders --uly BTC-USD
option positions --uly BTC-USD
option fills
option instruments --uly BTC-USD
option greeks --uly BTC-USD
account set-position-mode --posMode net_mode
"""
# What is there to be named in each family; what changes a thing that is there comes behind it.
ACTS = """
{of} orders --instId {id}
{of} place --instId {id} --side buy --ordType limit --sz {sz} --px {low} {stop}
{of} get --instId {id} --ordId {ordId}
{of} amend --instId {id} --ordId {ordId} --newPx {lower}
{of} cancel {id} --ordId {ordId}
{of} batch --action place --orders {batch}
{of} algo place --instId {id} --side sell --sz {sz} {stop}
{of} algo orders --instId {id} --ordType conditional
{of} algo amend --instId {id} --algoId {algoId} --newSlTriggerPx {low}
{of} algo cancel --instId {id} --algoId {algoId}
{of} fills --instId {id}
"""
OF_CONTRACTS = """
{of} leverage --instId {id} --lever 5 --mgnMode cross
{of} get-leverage --instId {id} --mgnMode cross
{of} place --instId {id} --side buy --ordType market --sz {sz} --tdMode cross
{of} positions
{of} algo trail --instId {id} --side sell --sz {sz} --callbackRatio 0.1
{of} close --instId {id} --mgnMode cross --autoCxl
"""
LEFT_OUT = """
option place --instId {id} --tdMode cash --side buy --ordType limit --sz 1 --px 0.01
option get --instId {id} --ordId 1
option amend --instId {id} --ordId 1 --newSz 2
option cancel --instId {id} --ordId 1
option batch-cancel --orders [{{"instId":"{id}","ordId":"1"}}]
earn savings balance USDT
earn savings purchase --ccy USDT --amt 1
earn savings redeem --ccy USDT --amt 1
earn savings set-rate --ccy USDT --rate 0.01
earn savings lending-history --ccy USDT
earn savings rate-summary USDT
earn savings rate-history --ccy USDT
earn onchain offers --ccy ETH
earn onchain purchase --productId 1 --ccy ETH --amt 1
earn onchain redeem --ordId 1 --protocolType defi
earn onchain cancel --ordId 1 --protocolType defi
earn onchain orders
earn onchain history
earn dcd pairs
earn dcd products --baseCcy BTC --quoteCcy USDT --optType C
earn dcd quote --productId BTC-USDT-260327-77000-C --sz 0.1 --notionalCcy BTC
earn dcd buy --quoteId 1
earn dcd quote-and-buy --productId BTC-USDT-260327-77000-C --sz 0.1 --notionalCcy BTC
earn dcd redeem-quote --ordId 1
earn dcd redeem --ordId 1 --quoteId 1
earn dcd redeem-execute --ordId 1
earn dcd order --ordId 1
earn dcd orders
bot grid orders --algoOrdType grid
bot grid details --algoOrdType grid --algoId 1
bot grid sub-orders --algoOrdType grid --algoId 1
bot grid create --instId BTC-USDT --algoOrdType grid --maxPx 50000 --minPx 40000 --gridNum 9 --quoteSz 9
bot grid stop --algoId 1 --algoOrdType grid --instId BTC-USDT
bot dca orders
bot dca details --algoId 1
bot dca sub-orders --algoId 1
bot dca create --instId BTC-USDT-SWAP --lever 3 --direction long {dca}
bot dca stop --algoId 1
"""
GROUPS = (
    *("market", "account", "spot", "spot algo", "swap", "swap algo", "futures", "futures algo"),
    *("option", "earn savings", "earn onchain", "earn dcd", "bot grid", "bot dca"),
)
DCA = "--initOrdAmt 100 --maxSafetyOrds 0 --tpPct 0.03"


class Commands:
    """The program, and what each of its commands said: "" where it went well."""

    def __init__(self, program: str, env: Mapping[str, str]) -> None:
        self._program = program
        self._env = env
        self.told: dict[str, str] = {}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [self._program, *words]
        return subprocess.run(command, env=self._env, capture_output=True, text=True, check=False)

    def names(self) -> list[str]:
        """All commands that its help names."""
        found = ((group, self.run(*group.split(), "--help").stdout) for group in GROUPS)
        listed = ((group, text.partition("Subgroups:")[0]) for group, text in found)
        return [
            f"{group} {name}"
            for group, text in listed
            for name in re.findall(r"^  ([a-z-]+)  +\S", text, re.MULTILINE)
        ]

    def rows(self, line: str) -> list[Any]:
        """The rows that a command brings."""
        words = line.split()
        name = " ".join(words[: 3 if " ".join(words[:2]) in GROUPS else 2])
        done = self.run("--json", *words)
        rows = json.loads(done.stdout) if done.returncode == 0 else []
        rows = rows if isinstance(rows, list) else [rows]
        # Orders that were refused end with 0 as well.
        refused = [row for row in rows if isinstance(row, dict) and row.get("sCode", "0") != "0"]
        says = done.stderr if done.returncode else " ".join(row["sMsg"] for row in refused)
        # One that is called twice is right only both times.
        self.told[name] = self.told.get(name) or says
        return rows


def act(commands: Commands, lines: str, **facts: str) -> None:
    """The commands of a family, each with the ids of what is there."""
    for line in lines.strip().splitlines():
        for row in commands.rows(line.format(**facts))[:1]:
            facts |= {name: row[name] for name in ("ordId", "algoId") if name in row}


def facts_of(family: str, inst_id: str, last: float) -> dict[str, str]:
    """What stands in the lines of a family."""
    mode, size = ("cash", "0.01") if family == "spot" else ("cross", "1")
    low, lower = f"{last * 0.97:.1f}", f"{last * 0.9:.1f}"
    order = {"instId": inst_id, "tdMode": mode, "side": "buy", "ordType": "limit"}
    batch = json.dumps([order | {"sz": size, "px": low}], separators=(",", ":"))
    stop = f"--slTriggerPx {lower} --slOrdPx=-1"
    return {
        "of": family, "id": inst_id, "sz": size, "low": low, "lower": lower, "stop": stop, "batch": batch
    }  # fmt: skip


def main(program: str) -> int:
    """The exit status."""
    with Sandbox.start(seed=1, limits=False) as sandbox, tempfile.TemporaryDirectory() as home:
        commands = Commands(program, environment(sandbox, home))
        named = commands.names()
        act(commands, READS)
        last = float(commands.rows("market ticker BTC-USDT")[0]["last"])
        futures = commands.rows("market instruments --instType FUTURES")
        linear = [one["instId"] for one in futures if one["instId"].startswith("BTC-USDT-")]
        option = commands.rows("option instruments --uly BTC-USD")[-1]["instId"]
        act(commands, ACTS, **facts_of("spot", "BTC-USDT", last))
        for family, inst_id in (("swap", "BTC-USDT-SWAP"), ("futures", linear[-1])):
            act(commands, OF_CONTRACTS, **facts_of(family, inst_id, last))
            act(commands, ACTS, **facts_of(family, inst_id, last))
        act(commands, LEFT_OUT, id=option, dca=DCA)
    missed = dict.fromkeys(set(named) - commands.told.keys(), "not called")
    return toolkit.told(toolkit.CLI, commands.told | missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
