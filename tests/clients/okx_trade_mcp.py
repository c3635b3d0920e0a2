"""OKX's own toolkit for language models, unmodified, on the sandbox; run by hand, as it comes from npm.

    npm install @okx_ai/okx-trade-mcp
    python tests/clients/okx_trade_mcp.py node_modules/.bin/okx-trade-mcp

Each of its tools is called once, stops of every kind included. Ends with 1 unless what is refused is what
``toolkit`` has, for its reasons.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from typing import Any

import toolkit
from toolkit import environment

from okx_magic.sandbox import Sandbox

SPOT, SWAP = "BTC-USDT", "BTC-USDT-SWAP"


class Toolkit:
    """The toolkit's server, asked over its standard input."""

    def __init__(self, program: str, sandbox: Sandbox, home: str) -> None:
        pipe = subprocess.PIPE
        self._server = subprocess.Popen(
            [program, "--modules", "all", "--no-log"],
            stdin=pipe,
            stdout=pipe,
            stderr=subprocess.DEVNULL,
            env=environment(sandbox, home),
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
            return text or str(result), []
        if result.get("isError"):
            return f"{found.get('code', '')} {found.get('message', '')}", []
        data = found.get("data", found)
        rows = data.get("data", data) if isinstance(data, dict) else data
        # The toolkit calls a request well done whose orders were refused.
        refused = [row for row in rows if isinstance(row, dict) and row.get("sCode", "0") != "0"]
        return " ".join(f"{row['sCode']} {row['sMsg']}" for row in refused), rows

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


def others(kit: Toolkit, tools: list[str], option: str, home: str) -> dict[str, str]:
    """What is only read, and what is left out."""
    given: dict[str, Any] = {
        "instId": SPOT, "instType": "SWAP", "ccy": "USDT", "tdMode": "cash", "uly": "BTC-USD",
        "from": "6", "to": "18", "amt": "1", "posMode": "net_mode", "algoOrdType": "grid",
        "instCategory": "4", "indicator": "ma", "algoId": "1", "ordId": "1", "rate": "0.01",
        "action": "turn_on", "productId": "1", "investData": [{"ccy": "ETH", "amt": "1"}],
        "protocolType": "defi", "notionalSz": "0.1", "notionalCcy": "BTC", "name": "x",
        "targetDir": home, "baseCcy": "BTC", "quoteCcy": "USDT", "optType": "C",
    }  # fmt: skip
    of_option = {"instId": option, "tdMode": "cash", "sz": "1"}
    stop = {"side": "sell", "ordType": "conditional", "slTriggerPx": "0.001", "slOrdPx": "-1"}
    dca = {"instId": SWAP, "algoOrdType": "contract_dca", "lever": "3", "direction": "long",
           "initOrdAmt": "100", "maxSafetyOrds": "0", "tpPct": "0.03"}  # fmt: skip
    grid = {"maxPx": "50000", "minPx": "40000", "gridNum": "10", "quoteSz": "100"}
    named = {"instId": option, "ordId": "1", "algoId": "1"}
    own: dict[str, Any] = {
        "market_get_funding_rate": {"instId": SWAP},
        "market_get_index_candles": {"instId": "BTC-USD"},
        "market_get_index_ticker": {"instId": "BTC-USD"},
        "account_get_trade_fee": {"instType": "SPOT"},
        "option_place_order": of_option | {"side": "buy", "ordType": "limit", "px": "0.01"},
        "option_place_algo_order": of_option | stop,
        "option_batch_cancel": {"orders": [named]},
        "option_cancel_algo_orders": {"orders": [named]},
        "option_amend_order": named | {"newSz": "2"},
        "option_amend_algo_order": named | {"newSz": "2"},
        "option_get_order": named,
        "option_cancel_order": named,
        "grid_create_order": grid,
        "dca_create_order": dca,
        "dca_stop_order": {"algoOrdType": "contract_dca"},
        "dca_get_order_details": {"algoOrdType": "contract_dca"},
        "dca_get_sub_orders": {"algoOrdType": "contract_dca"},
    }
    # The toolkit hands on what it has been given, needed or not.
    needs = {
        tool["name"]: tool["inputSchema"].get("required") or []
        for tool in kit.ask("tools/list", {})["tools"]
    }
    return {
        tool: kit.call(
            tool, **{name: given[name] for name in needs[tool] if name in given} | own.get(tool, {})
        )[0]
        for tool in tools
    }


def main(program: str) -> int:
    """The exit status."""
    with Sandbox.start(seed=1, limits=False) as sandbox, tempfile.TemporaryDirectory() as home:
        kit = Toolkit(program, sandbox, home)
        tools = [tool["name"] for tool in kit.ask("tools/list", {})["tools"]]
        last = float(kit.call("market_get_ticker", instId=SWAP)[1][0]["last"])
        future = kit.call("market_get_instruments", instType="FUTURES", instFamily=SPOT)[1][-1]
        option = kit.call("option_get_instruments", uly="BTC-USD")[1][-1]
        told: dict[str, str] = {}
        for family, inst_id in (("spot", SPOT), ("swap", SWAP), ("futures", future["instId"])):
            told |= acts(kit, family, inst_id, last)
        told = {tool: how for tool, how in told.items() if tool in tools}
        told |= others(kit, [tool for tool in tools if tool not in told], option["instId"], home)
        kit.close()
    return toolkit.told(toolkit.MCP, told)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
