"""Opens the session of an account: the one place where a session gets its rails."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from okx_magic.credentials.account import Account
from okx_magic.credentials.checks import refuse_on_binder
from okx_magic.credentials.credentials import Credentials
from okx_magic.credentials.sources import SANDBOX
from okx_magic.errors import CellError, TransportError
from okx_magic.safety.gate import Gate
from okx_magic.safety.latch import FOLDER, Latch
from okx_magic.safety.ledger import Ledger
from okx_magic.wire.pacing import Pacer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from okx_magic.safety.gate import Confirm
    from okx_magic.session import Session


@dataclass(frozen=True, slots=True)
class Opener:
    """What the sessions of one shell have in common: the machine's ``environ`` and ``home``, the
    ``pacer``, and who is asked before a live order (None: nobody, so none is sent).
    """

    environ: Mapping[str, str]
    home: Path
    pacer: Pacer = field(default_factory=Pacer)
    confirm: Confirm | None = None

    def open(self, account: Account | None, *, faults: str = "") -> Session:
        """The session of an account; None starts a sandbox, which has the ``faults`` asked for.

        Raises CredentialsError where credentials should not be brought to this machine.
        """
        if account is None:
            return self._sandbox(faults)
        if account.environment != SANDBOX:
            refuse_on_binder(self.environ)
        return self._session(account, self._gate(account))

    def _session(
        self, account: Account, gate: Gate, on_close: Callable[[], None] | None = None
    ) -> Session:
        from okx_magic.session import Session  # noqa: PLC0415  # requests, on first use

        return Session(account, pacer=self.pacer, gate=gate, on_close=on_close)

    def _gate(self, account: Account) -> Gate:
        key_hash = account.credentials.key_hash if account.credentials else ""
        folder = self.home / FOLDER
        return Gate(
            account,
            latch=Latch(folder, key_hash),
            ledger=Ledger(folder / "ledger.ndjson"),
            confirm=self.confirm,
        )

    def _sandbox(self, faults: str) -> Session:
        from okx_magic.sandbox import Sandbox  # noqa: PLC0415  # tornado, on first use

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
        keys = sandbox.demo
        account = Account(
            name=SANDBOX,
            environment="sandbox",
            credentials=Credentials(keys.key, keys.secret, keys.passphrase),
            base_url=sandbox.url,
            source="this kernel",
        )
        gate = self._gate(account)

        def end() -> None:
            # Its key dies with it, so nobody needs the latch for that key.
            with suppress(OSError):
                gate.release()
            sandbox.stop()

        return self._session(account, gate, end)
