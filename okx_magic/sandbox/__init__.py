"""The sandbox: a look-alike of OKX's v5 REST API on loopback, to try things on without an account.

    with Sandbox.start() as sandbox:
        ...  # sandbox.url, sandbox.demo.key, sandbox.demo.secret, sandbox.demo.passphrase
        sandbox.set_faults("lose-answer")

Its streams are WebSockets on the same port (``sandbox.streams``), and push what REST answers at that
instant. It judges every signed request from its raw bytes, keeps OKX's rate limits and two accounts (demo
and live) whose sums add up exactly, and has one market, the same for the same seed, defined for any
time in the past. What can go wrong on the way to OKX goes wrong here when asked: ``faults`` has the
names. Of the package it imports only the catalogue: nothing is shared with the code that signs.
"""

from okx_magic.sandbox.keys import Keys
from okx_magic.sandbox.server import Sandbox

__all__ = ["Keys", "Sandbox"]
