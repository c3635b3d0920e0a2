"""freqtrade, unmodified, with live futures and its stops on the sandbox; run by hand, as it needs many
packages.

    python tests/clients/freqtrade_stops.py FREQTRADE [SECONDS]

FREQTRADE is its program. It buys two swaps by a strategy that always buys, each with a stop on the
exchange near the price. Ends with 1 unless every position had its stop within seconds, a stop was seen to
be set off, and freqtrade logged no error.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from freqtrade_streams import STRATEGY, config

from okx_magic.sandbox import Sandbox

STOPPED = STRATEGY.replace("stoploss, startup", "stoploss, can_short, startup").replace(
    "-0.9, 20", "-0.0015, False, 20"
)
PAIRS = ["BTC/USDT:USDT", "ETH/USDT:USDT"]
# So long may a position stand without its stop: freqtrade sets it after the fill, on its next round.
PATIENCE = 30


def futures(sandbox: Sandbox) -> dict[str, object]:
    """The configuration for futures, with real orders."""
    found = config(sandbox)
    exchange = {**found["exchange"], "pair_whitelist": PAIRS, "enable_ws": False}  # type: ignore[dict-item]
    kinds = {"entry": "market", "exit": "market", "stoploss": "limit", "stoploss_on_exchange": True}
    return found | {
        "dry_run": False,
        "trading_mode": "futures",
        "margin_mode": "isolated",
        "exchange": exchange,
        "order_types": kinds | {"stoploss_on_exchange_interval": 10},
        "entry_pricing": {"price_side": "other", "use_order_book": True, "order_book_top": 1},
        "exit_pricing": {"price_side": "other", "use_order_book": True, "order_book_top": 1},
        "stake_amount": 2000,
    }


def main(program: str, seconds: float = 300) -> int:
    """The exit status."""
    with Sandbox.start(seed=1) as sandbox, tempfile.TemporaryDirectory() as name:
        home, end = Path(name), time.monotonic() + seconds
        (home / "strategies").mkdir()
        (home / "strategies" / "always.py").write_text(STOPPED, "utf-8")
        (home / "config.json").write_text(json.dumps(futures(sandbox)), "utf-8")
        command = [program, "trade", "-c", str(home / "config.json"), "--userdir", str(home)]
        command += ["-s", "Always", "--logfile", str(home / "log.txt"), "--db-url", "sqlite://"]
        account = sandbox._exchange._exchange.accounts["demo"]
        alone: dict[object, float] = {}
        longest = 0.0
        with subprocess.Popen(command, cwd=home, env={**os.environ, "NO_COLOR": "1"}) as bot:
            while time.monotonic() < end and bot.poll() is None:
                time.sleep(1)
                guarded = {algo.key for algo in list(account.algos.open.values())}
                for key in list(account.positions):
                    since = alone.setdefault(key, time.monotonic())
                    longest = max(longest, 0 if key in guarded else time.monotonic() - since)
                alone = {key: at for key, at in alone.items() if key not in guarded}
                alone = {key: at for key, at in alone.items() if key in account.positions}
            bot.send_signal(signal.SIGINT)
        log = (home / "log.txt").read_text("utf-8").splitlines()
        states = [algo.state for algo in account.algos.values()]
        report = {
            "positions": len(account.positions) + len(account.closed),
            "stops": {state: states.count(state) for state in sorted(set(states))},
            "longest_without_a_stop": round(longest, 1),
            "wrong": [line for line in log if " - ERROR - " in line or "Exception" in line],
        }
        print(json.dumps(report, indent=1))  # noqa: T201 - a script run by hand
        good = report["positions"] and states.count("effective") and longest < PATIENCE
        return int(not good or bool(report["wrong"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(float, sys.argv[2:3])))
