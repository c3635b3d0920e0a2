"""The one place where a session gets its safety rules: the latch, the ledger, and who is asked.

Tested in ``tests/orders/test_latch.py``.
"""

from __future__ import annotations

import atexit
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from okx_magic.credentials.account import Account
from okx_magic.credentials.checks import refuse_on_binder
from okx_magic.credentials.credentials import Credentials
from okx_magic.credentials.sources import SANDBOX, find_account
from okx_magic.errors import CellError, TransportError
from okx_magic.orders.gate import Gate
from okx_magic.orders.latch import FOLDER, Latch
from okx_magic.orders.ledger import Ledger
from okx_magic.streaming import SharedReader
from okx_magic.wire.pacing import Pacer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from okx_magic.orders.gate import Confirm
    from okx_magic.sandbox import Sandbox
    from okx_magic.session import Session

# What can be connected to; None is the first credentials found.
NameOrSandbox: TypeAlias = "str | Sandbox | None"


@dataclass(frozen=True, slots=True)
class Opener:
    """What the sessions of one shell have in common: the machine's ``environ`` and ``home``, the
    ``pacer``, and who is asked before a live order (None: nobody, so none is sent).
    """

    environ: Mapping[str, str]
    home: Path
    pacer: Pacer = field(default_factory=Pacer)
    confirm: Confirm | None = None
    reader: SharedReader = field(default_factory=SharedReader)

    def open(self, account: Account | None, *, faults: str = "") -> Session:
        """The session of an account; None starts a sandbox, which has the ``faults`` asked for.

        Raises CredentialsError where credentials should not be brought to this machine.
        """
        if account is None:
            return self._sandbox(faults)
        if account.environment != SANDBOX:
            refuse_on_binder(self.environ)
        return self._session(account)

    def _session(self, account: Account, on_close: Callable[[], None] | None = None) -> Session:
        from okx_magic.session import Session  # noqa: PLC0415  # requests, on first use

        key_hash = account.credentials.key_hash if account.credentials else ""
        folder = self.home / FOLDER
        gate = Gate(
            account,
            latch=Latch(folder, key_hash),
            ledger=Ledger(folder / "ledger.ndjson"),
            confirm=self.confirm,
        )
        return Session(account, pacer=self.pacer, gate=gate, on_close=on_close, reader=self.reader)

    def _sandbox(self, faults: str) -> Session:
        from okx_magic.sandbox import Sandbox  # noqa: PLC0415  # tornado, on first use
        from okx_magic.sandbox.keys import uid_of  # noqa: PLC0415  # same

        try:
            sandbox = Sandbox.start(faults=faults)
        except ValueError as error:
            raise CellError(
                f"--faults: {error}", remedy="python -m okx_magic.sandbox --help lists them"
            ) from None
        except OSError as error:
            raise TransportError(
                f"the sandbox cannot listen on this machine: {error.strerror}",
                written=False,
                remedy="something keeps programs from opening sockets, on 127.0.0.1 too",
                account=SANDBOX,
            ) from None
        account = _account_on(sandbox, "this kernel")
        maker = os.getpid()

        def forget() -> None:
            # Its accounts end with it, so nobody needs their latch; a forked child ends before it.
            if latch is not None and os.getpid() == maker:
                with suppress(OSError):
                    latch.remove()

        def end() -> None:
            atexit.unregister(forget)
            forget()
            sandbox.stop()

        session = self._session(account, end)
        latch = session.gate.latch
        if latch is not None:
            # Without a log-in, too: a key that is typed in for it later obeys what was set before.
            latch.know(uid_of(sandbox.demo))
        atexit.register(forget)
        return session


def _account_on(sandbox: Sandbox, source: str) -> Account:
    keys = sandbox.demo
    return Account(
        name=SANDBOX,
        environment="sandbox",
        credentials=Credentials(keys.key, keys.secret, keys.passphrase),
        base_url=sandbox.url,
        source=source,
    )


def open_session(name: NameOrSandbox = None) -> Session:
    """A session of the named account; without a name, of the first credentials found or the sandbox.

    Nobody is asked by it, so a live one only reads. One on a running sandbox leaves nothing in the home
    folder: with a seed the next one has the same keys, and has seen none of the orders.
    """
    if not isinstance(name, str | None):
        from okx_magic.sandbox import Sandbox  # noqa: PLC0415  # tornado, on first use
        from okx_magic.session import Session  # noqa: PLC0415  # requests, on first use

        if not isinstance(name, Sandbox):
            raise TypeError(f"connect takes a name or a running Sandbox, not {type(name).__name__}")
        return Session(_account_on(name, "a running sandbox"))
    opener = Opener(os.environ, Path.home())
    return opener.open(find_account(name, environ=opener.environ, home=opener.home))
