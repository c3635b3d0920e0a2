"""``python -m okx_magic.sandbox``: the sandbox for other programs, until Ctrl-C."""

from __future__ import annotations

import argparse
import sys
import threading

from okx_magic.sandbox import faults
from okx_magic.sandbox.keys import PERMISSIONS
from okx_magic.sandbox.server import Sandbox

_CONNECT = """\
Sandbox ready at {url} (loopback only; these keys are worth nothing anywhere else)

  account  key                                   secret                            passphrase
  demo     {demo.key}  {demo.secret}  {demo.passphrase}
  live     {live.key}  {live.secret}  {live.passphrase}

# shell, for okx_magic and for OKX's own toolkit
export OKX_API_KEY={demo.key}
export OKX_SECRET_KEY={demo.secret}
export OKX_PASSPHRASE={demo.passphrase}
export OKX_API_BASE_URL={url}
export OKX_DEMO=1

# ccxt
import ccxt
okx = ccxt.okx()
okx.apiKey, okx.secret, okx.password = {demo_triple}
okx.set_sandbox_mode(True)
okx.urls["api"]["rest"] = "{url}"
print(okx.fetch_balance()["total"])

# python-okx
from okx import Account
account = Account.AccountAPI(
    {demo_triple},
    flag="1",
    domain="{url}",
)
print(account.get_account_balance())

Ctrl-C stops it.
"""


def main(arguments: list[str] | None = None) -> int:
    """Runs until interrupted; gives the exit status: 0, or 1 when the port is taken."""
    options = _parser().parse_args(arguments)
    try:
        sandbox = Sandbox.start(**vars(options))
    except ValueError as error:
        print(f"These options cannot be used: {error}", file=sys.stderr)  # noqa: T201 - an edge
        return 1
    except (OSError, OverflowError) as error:
        print(f"Port {options.port} cannot be used: {error}", file=sys.stderr)  # noqa: T201 - an edge
        return 1
    with sandbox:
        print(_how_to_connect(sandbox), flush=True)  # noqa: T201 - an edge
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


def _parser() -> argparse.ArgumentParser:
    listed = (f"  {name:12} {says}" for name, says in faults.described().items())
    parser = argparse.ArgumentParser(
        prog="python -m okx_magic.sandbox",
        description=__doc__,
        epilog="\n".join((str(faults.__doc__).partition("\n\n")[2], *listed)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--port", type=int, default=0, help="0 (the default) takes a free one")
    add("--seed", type=int, help="the same keys, market and chance each time")
    add("--faults", default="", metavar="RULES", help="what goes wrong: see below")
    add("--no-limits", dest="limits", action="store_false", help="without OKX's rate limits")
    names = ",".join(PERMISSIONS)
    add("--permissions", type=_words, default="read_only,trade", help=f"of the keys: {names}")
    add("--addresses", type=_words, default="", help="bind the keys to these IP addresses")
    return parser


def _words(text: str) -> list[str]:
    return [word for word in text.split(",") if word]


def _how_to_connect(sandbox: Sandbox) -> str:
    demo = sandbox.demo
    triple = ", ".join(f'"{part}"' for part in (demo.key, demo.secret, demo.passphrase))
    return _CONNECT.format(url=sandbox.url, demo=demo, live=sandbox.live, demo_triple=triple)


if __name__ == "__main__":
    sys.exit(main())
