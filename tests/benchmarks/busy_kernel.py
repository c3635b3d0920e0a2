"""Ten thousand trades a second into a kernel that runs a pure-Python cell: is any of them lost?

python tests/benchmarks/busy_kernel.py [RATE] [SECONDS]

The trades come from a process of its own, by the clock. The kernel's cell counts in a loop until all must
have come; another cell then says how many rows the stream has, how many different trades, and how far it
was behind the clock at most. It ends with 1 if one was lost.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from jupyter_client.manager import start_new_kernel

_SERVER = Path(__file__).with_name("stream_server.py")
_OPEN = """
import json, time
from okx_magic.credentials.account import Account
from okx_magic.session import Session
session = Session(Account("demo", "demo", None, "http://127.0.0.1:{port}", "here"))
stream = session.stream("trades", keep={count}, instId="BTC-USDT")
stream.wait(rows=1, timeout=60)
began = time.monotonic()
"""
_BUSY = """
turns, behind = 0, 0
took = 0.0
while took < {seconds} + 1 or (stream.total < {count} and took < 120):
    for number in range(2000):
        turns += number & 1
    took = time.monotonic() - began
    if stream.total < {count}:
        behind = max(behind, took - stream.total / {rate})
"""
_TOLD = """
numbers = stream.frame(all=True)["tradeId"].astype(int)
told = {"rows": stream.total, "kept": stream.kept, "different": int(numbers.nunique())}
told |= {"gaps": len(stream.gaps), "turns": turns, "seconds": round(took, 1)}
print(json.dumps(told | {"most_behind_ms": round(behind * 1000)}))
"""


def main(rate: int = 10_000, seconds: int = 10) -> int:
    """Prints the kernel's answer; 1 if a trade is missing."""
    count = rate * seconds
    words = [sys.executable, str(_SERVER), "", str(count), "1", str(rate)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        manager, client = start_new_kernel()
        try:
            known = {"port": port, "count": count, "seconds": seconds, "rate": rate}
            _run(client, _OPEN.format(**known))
            _run(client, _BUSY.format(**known))
            told = json.loads(_run(client, _TOLD))
        finally:
            client.stop_channels()
            manager.shutdown_kernel()
            server.terminate()
    print(told)
    return int(told["different"] != count or told["rows"] != count)


def _run(client: Any, code: str) -> str:
    said: list[str] = []

    def hear(message: Any) -> None:
        content = message["content"]
        said.append(content.get("text", "") + "\n".join(content.get("traceback", [])))

    reply = client.execute_interactive(code, timeout=300, output_hook=hear)
    if reply["content"]["status"] != "ok":
        raise RuntimeError("".join(said))
    return "".join(said)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
