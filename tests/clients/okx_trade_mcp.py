"""OKX's own toolkit for language models, unmodified, on the sandbox; run by hand, as it comes from npm.

    npm install okx-trade-mcp
    python tests/clients/okx_trade_mcp.py node_modules/.bin/okx-trade-mcp

Each of its tools is called once, stops of every kind included. Prints what was refused; ends with 1 if
that is anything but what the sandbox says it leaves out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from typing import Any

from okx_magic.sandbox import Sandbox

SPOT, SWAP = "BTC-USDT", "BTC-USDT-SWAP"
# Of what the sandbox leaves out, the beginnings of tools' names: options are quoted only; no bots;
# nothing is lent, staked or converted; and what the toolkit asks of other servers than OKX's API.
LEFT_OUT = ("option_", "grid_", "dca_", "earn_", "onchain_", "dcd_", "skills_",
            "market_get_indicator", "market_get_stock_tokens", "market_get_instruments_by")  # fmt: skip


class Toolkit:
    """The toolkit's server, asked over its standard input."""

    def __init__(self, program: str, sandbox: Sandbox, home: str) -> None:
        keys = sandbox.demo
        env = {**os.environ, "HOME": home, "OKX_API_BASE_URL": sandbox.url, "OKX_DEMO": "1"}
        env |= {"OKX_API_KEY": keys.key, "OKX_SECRET_KEY": keys.secret}
        env |= {"OKX_PASSPHRASE": keys.passphrase}
        command = [program, "--modules", "all", "--no-log"]
        pipe = subprocess.PIPE
        self._server = subprocess.Popen(
            command,
            stdin=pipe,
            stdout=pipe,
            stderr=subprocess.DEVNULL,
            env=env,
            text=True,
            bufsize=1,
        )
        self._count = 0
        about = {"protocolVersion": "2024-11-05", "capabilities": {}}
        self.ask("initialize", about | {"clientInfo": {"name": "sandbox", "version": "1"}})

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        self._count += 1
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        told = {"jsonrpc": "2.0", "id": self._count, "method": method, "params": params}
        self._server.stdin.write(json.dumps(told) + "\n")
        for line in self._server.stdout:
            answer = json.loads(line)
            if answer.get("id") == self._count:
                return answer.get("result", answer)
        raise SystemExit("the toolkit ended")

    def call(self, tool: str, **arguments: Any) -> tuple[str, Any]:
        """How a tool ended ("" if well), and the rows that it brought."""
        result = self.ask("tools/call", {"name": tool, "arguments": arguments})
        text = "".join(part.get("text", "") for part in result.get("content", []))
        try:
            found = json.loads(text)
        except ValueError:
            return text[:120] or str(result)[:120], []
        if result.get("isError"):
            return f"{found.get('code', '')} {found.get('message', '')}"[:120], []
        data = found.get("data", found)
        return "", data.get("data", data) if isinstance(data, dict) else data

    def close(self) -> None:
        self._server.terminate()
        self._server.wait()


def acts(kit: Toolkit, family: str, inst_id: str, last: float) -> dict[str, str]:
    """What orders, stops and positions of a family of tools say."""
    told: dict[str, str] = {}
    own = {"instId": inst_id, "tdMode": "cash" if family == "spot" else "cross"}
    size = "0.01" if family == "spot" else "1"

    def call(tool: str, **arguments: Any) -> Any:
        how, rows = kit.call(f"{family}_{tool}", **arguments)
        # One that is called twice is right only both times.
        told[f"{family}_{tool}"] = told.get(f"{family}_{tool}") or how
        return rows[0] if isinstance(rows, list) and rows else {}

    limit = own | {"side": "buy", "ordType": "limit", "sz": size, "px": f"{last * 0.97:.1f}"}
    attached = {"slTriggerPx": f"{last * 0.9:.1f}", "slOrdPx": "-1"}
    order = call("place_order", **limit, **attached)
    named = {"instId": inst_id, "ordId": order.get("ordId", "")}
    call("get_order", **named)
    call("get_orders")
    call("amend_order", **named, newPx=f"{last * 0.96:.1f}")
    call("cancel_order", **named)
    call("batch_orders", action="place", orders=[limit, limit])
    batch = [call("place_order", **limit).get("ordId", "") for _ in range(2)]
    call("batch_amend", orders=[named | {"ordId": each, "newSz": size} for each in batch])
    call("batch_cancel", orders=[named | {"ordId": each} for each in batch])
    market = own | {"side": "buy", "ordType": "market"}
    call("place_order", **market, sz="100" if family == "spot" else "1")
    stop = own | {"side": "sell", "ordType": "conditional", "sz": size}
    algo = call("place_algo_order", **stop, slTriggerPx=f"{last * 0.9:.1f}", slOrdPx="-1")
    named = {"instId": inst_id, "algoId": algo.get("algoId", "")}
    call("get_algo_orders")
    call("amend_algo_order", **named, newSlTriggerPx=f"{last * 0.89:.1f}")
    if family == "spot":
        call("cancel_algo_order", **named)
    else:
        call("cancel_algo_orders", orders=[named])
        call("place_move_stop_order", **own, side="sell", sz=size, callbackRatio="0.1")
        call("get_positions")
        call("set_leverage", instId=inst_id, lever="5", mgnMode="isolated")
        call("get_leverage", instId=inst_id, mgnMode="cross")
        call("close_position", instId=inst_id, mgnMode="cross", autoCxl=True)
    call("get_fills")
    return told


def reads(kit: Toolkit, tools: list[str]) -> dict[str, str]:
    """What is only read, and what is left out."""
    given: dict[str, Any] = {
        "instId": SPOT, "instType": "SWAP", "ccy": "USDT", "tdMode": "cash", "uly": "BTC-USD",
        "from": "6", "to": "18", "amt": "1", "posMode": "net_mode", "algoOrdType": "grid",
        "instCategory": "1", "indicator": "ma", "algoId": "1", "ordId": "1",
    }  # fmt: skip
    own = {
        "market_get_funding_rate": {"instId": SWAP},
        "account_get_trade_fee": {"instType": "SPOT"},
    }
    told = {}
    for tool in tools:
        arguments = given | own.get(tool, {})
        told[tool] = kit.call(tool, **arguments)[0]
    return told


def main(program: str) -> int:
    """The exit status."""
    with Sandbox.start(seed=1, limits=False) as sandbox, tempfile.TemporaryDirectory() as home:
        kit = Toolkit(program, sandbox, home)
        tools = [tool["name"] for tool in kit.ask("tools/list", {})["tools"]]
        last = float(kit.call("market_get_ticker", instId=SWAP)[1][0]["last"])
        future = kit.call("market_get_instruments", instType="FUTURES", instFamily=SPOT)[1][-1]
        told: dict[str, str] = {}
        for family, inst_id in (("spot", SPOT), ("swap", SWAP), ("futures", future["instId"])):
            told |= acts(kit, family, inst_id, last)
        told = {tool: how for tool, how in told.items() if tool in tools}
        told |= reads(kit, [tool for tool in tools if tool not in told])
        kit.close()
    refused = {tool: how for tool, how in told.items() if how}
    wrong = {tool: how for tool, how in refused.items() if not tool.startswith(LEFT_OUT)}
    print(json.dumps({"tools": len(told), "refused": refused, "wrong": wrong}, indent=1))  # noqa: T201
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
