"""freqtrade, unmodified, with its WebSocket on the sandbox; run by hand, as it needs many packages.

    python tests/clients/freqtrade_streams.py FREQTRADE [SECONDS]

FREQTRADE is its program. It trades dry, by a strategy that always buys, on one-minute candles. Ends with
1 unless it listened to the candles of both pairs, bought by what it heard, and logged no error.
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

from okx_magic.sandbox import Sandbox

PAIRS = ["BTC/USDT", "ETH/USDT"]
STRATEGY = """
from freqtrade.strategy import IStrategy

class Always(IStrategy):
    timeframe, minimal_roi, stoploss, startup_candle_count = "1m", {"0": 10}, -0.9, 20

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        dataframe["enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        return dataframe
"""


def config(sandbox: Sandbox) -> dict[str, object]:
    """Freqtrade's configuration, with the sandbox in the place of OKX."""
    keys, ws = sandbox.demo, sandbox.url.replace("http", "ws", 1) + "/ws/v5"
    urls = {"api": {"rest": sandbox.url, "ws": ws}}
    pricing = {"price_side": "same", "use_order_book": True, "order_book_top": 1}
    return {
        "initial_state": "running",
        "dry_run": True,
        "dry_run_wallet": 10_000,
        "stake_currency": "USDT",
        "stake_amount": 100,
        "max_open_trades": 2,
        "entry_pricing": pricing,
        "exit_pricing": pricing,
        "pairlists": [{"method": "StaticPairList"}],
        "exchange": {
            "name": "okx",
            "key": keys.key,
            "secret": keys.secret,
            "password": keys.passphrase,
            "enable_ws": True,
            "pair_whitelist": PAIRS,
            "ccxt_config": {"urls": urls, "headers": {"x-simulated-trading": "1"}},
        },
        "internals": {"process_throttle_secs": 5},
    }


def main(program: str, seconds: float = 150) -> int:
    """The exit status."""
    with Sandbox.start(seed=1) as sandbox, tempfile.TemporaryDirectory() as name:
        home, end = Path(name), time.monotonic() + seconds
        (home / "strategies").mkdir()
        (home / "strategies" / "always.py").write_text(STRATEGY, "utf-8")
        (home / "config.json").write_text(json.dumps(config(sandbox)), "utf-8")
        command = [program, "trade", "-c", str(home / "config.json"), "--userdir", str(home)]
        command += [
            "-s",
            "Always",
            "-vv",
            "--logfile",
            str(home / "log.txt"),
            "--db-url",
            "sqlite://",
        ]
        heard: set[str] = set()
        with subprocess.Popen(command, cwd=home, env={**os.environ, "NO_COLOR": "1"}) as bot:
            while time.monotonic() < end and bot.poll() is None:
                time.sleep(1)
                for socket in list(sandbox._hub.sockets):
                    heard |= {str(arg) for arg, _, _ in socket._subscriptions.values()}
            bot.send_signal(signal.SIGINT)
        log = (home / "log.txt").read_text("utf-8").splitlines()
        wrong = [line for line in log if " - ERROR - " in line or "Exception" in line]
        bought = [line for line in log if "Long signal found" in line]
        watched = [line for line in log if "watch" in line.lower()]
        listened = [one for one in heard if "candle1m" in one]
        report = {
            "listened": listened,
            "bought": len(bought),
            "watched": len(watched),
            "wrong": wrong,
        }
        print(json.dumps(report, indent=1))  # noqa: T201 - a script run by hand
        return int(len(listened) < len(PAIRS) or not bought or bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(float, sys.argv[2:3])))
