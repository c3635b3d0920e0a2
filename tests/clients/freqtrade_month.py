"""freqtrade, unmodified, downloads a month from the sandbox; run by hand, as it needs many packages.

    python tests/clients/freqtrade_month.py FREQTRADE

FREQTRADE is its program. It asks for candles of five minutes and an hour of two swaps, for those of the
mark price and for funding. Ends with 1 unless each is whole and freqtrade logged no error.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from freqtrade_stops import PAIRS, futures

from okx_magic.sandbox import Sandbox

DAYS = 30
# Rows of a day by the ends of the files' names.
A_DAY = {"5m-futures": 288, "1h-futures": 24, "1h-mark": 24, "1h-funding_rate": 3}


def main(program: str) -> int:
    """The exit status."""
    with Sandbox.start(seed=1) as sandbox, tempfile.TemporaryDirectory() as name:
        home = Path(name)
        (home / "config.json").write_text(json.dumps(futures(sandbox)), "utf-8")
        command = [
            program,
            "download-data",
            "-c",
            str(home / "config.json"),
            "--userdir",
            str(home),
        ]
        command += ["--days", str(DAYS), "-t", "5m", "1h", "--data-format-ohlcv", "jsongz"]
        done = subprocess.run(
            command, cwd=home, env={**os.environ, "NO_COLOR": "1"}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        rows = {
            path.name.partition(".")[0]: json.loads(gzip.decompress(path.read_bytes()))
            for path in home.rglob("*.json.gz")
        }
    wrong = [
        line for line in done.stderr.splitlines() if " - ERROR - " in line or "Exception" in line
    ]
    whole = {
        name: len(found)
        for name, found in rows.items()
        for end, each in A_DAY.items()
        if name.endswith(end) and each * DAYS <= len(found) <= each * (DAYS + 2)
    }
    report = {"rows": {name: len(found) for name, found in rows.items()}, "wrong": wrong}
    print(json.dumps(report, indent=1))  # noqa: T201 - a script run by hand
    return int(len(whole) < len(PAIRS) * len(A_DAY) or bool(wrong) or done.returncode != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
