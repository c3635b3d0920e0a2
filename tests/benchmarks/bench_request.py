"""A signed GET of a 1 kB answer on loopback, whole: prepare, pace, sign, send, read strictly, judge."""

from __future__ import annotations

from itertools import count

from okx.Account import AccountAPI
from pairs import Comparison, interleaved, seconds_a_call
from server import serving

from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.session import Session
from okx_magic.wire.pacing import Pacer

_ROUNDS = 150
_CALLS = 20
_KEYS = ("key", "secret", "passphrase")


def run() -> list[Comparison]:
    """Against python-okx, on the same server."""
    with serving() as url:
        account = Account("demo", "demo", Credentials(*_KEYS), url, "the benchmark")
        peer = AccountAPI(*_KEYS, flag="1", domain=url)
        # OKX's limits are counted, but each look at this clock is a minute later: nothing waits.
        hurried = Pacer(clock=count(step=60).__next__)
        with Session(account, pacer=hurried) as session, peer:

            def ours() -> object:
                return session.request("GET", "/api/v5/account/balance?ccy=BTC").data

            def theirs() -> object:
                return peer.get_account_balance(ccy="BTC")["data"]

            assert ours() == theirs()
            sides = [seconds_a_call(side, _CALLS) for side in (ours, theirs)]
            mine, peers = interleaved(_ROUNDS, *sides)
    return [Comparison("signed GET, 1 kB", "python-okx AccountAPI", mine, peers, at_most=0.70)]
