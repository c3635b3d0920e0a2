"""``python -m okx_magic.sandbox``: the sandbox for other programs, until Ctrl-C.

The first line is JSON and says that it is ready: {"url": …, "environment": "demo" or "live",
"key": …, "secret": …, "passphrase": …}.

Tested in ``tests/sandbox/test_sandbox_http.py``.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import sys
import time

from okx_magic.sandbox import faults
from okx_magic.sandbox.data import text
from okx_magic.sandbox.keys import ENVIRONMENTS, PERMISSIONS
from okx_magic.sandbox.server import Sandbox

_LOOK_SECONDS = 0.5


def main(arguments: list[str] | None = None) -> int:
    """Runs until interrupted; gives the exit status: 0, or 1 for options that cannot be used."""
    options = _parser().parse_args(arguments)
    # A failed handshake is no news.
    logging.getLogger("tornado").addHandler(logging.NullHandler())
    # Whoever reads the ready line may interrupt before print has returned: every step ends well.
    with contextlib.suppress(KeyboardInterrupt):
        try:
            sandbox = Sandbox.start(**vars(options))
        except (OSError, OverflowError, ValueError) as error:
            print(f"Cannot start (--port {options.port}): {error}", file=sys.stderr)  # noqa: T201 - an edge
            return 1
        with sandbox:
            print(_how_to_connect(sandbox), flush=True)  # noqa: T201 - an edge
            # A wait without end would sleep through an interrupt that comes as it begins.
            while True:
                time.sleep(_LOOK_SECONDS)
    return 0


def _parser() -> argparse.ArgumentParser:
    listed = (f"  {name:12} {says}" for name, says in faults.described().items())
    parser = argparse.ArgumentParser(
        prog="python -m okx_magic.sandbox",
        # Where it is tested is said to those who read the file.
        description=str(__doc__).rpartition("\n\nTested in")[0],
        epilog="\n".join((str(faults.__doc__).partition("\n\n")[2], *listed)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--port", type=int, default=0, help="0 (the default) takes a free one")
    add("--seed", type=int, help="the same keys, market and chance each time")
    add("--faults", default="", metavar="RULES", help="what goes wrong: see below")
    add("--no-limits", dest="limits", action="store_false", help="without OKX's rate limits")
    dress = "whose keys it hands out; okx_magic itself sends live ones over https only"
    add("--dress", choices=ENVIRONMENTS, default="demo", help=dress)
    names = ",".join(PERMISSIONS)
    add("--permissions", type=_words, default="read_only,trade", help=f"of the keys: {names}")
    add("--addresses", type=_words, default="", help="bind the keys to these IP addresses")
    certificate = "PEM file of key and certificate: then it speaks https"
    add("--certificate", dest="tls", metavar="FILE", help=certificate)
    return parser


def _words(text: str) -> list[str]:
    return [word for word in text.split(",") if word]


def _how_to_connect(sandbox: Sandbox) -> str:
    keys = sandbox.keys
    triple = {"key": keys.key, "secret": keys.secret, "passphrase": keys.passphrase}
    ready = {"url": sandbox.url, "environment": keys.environment} | triple
    is_demo = keys.environment == "demo"
    words = {"triple": json.dumps([*triple.values()])[1:-1], "is_demo": is_demo}
    how = text("connect.txt").format(of=sandbox, demo_flag=int(is_demo), **words)
    return f"{json.dumps(ready)}\n{how}"


if __name__ == "__main__":
    sys.exit(main())
