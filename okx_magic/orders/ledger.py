"""What was sent that changes something: a line on disk before its first byte leaves, one after its end.

So a kernel that dies between the two leaves a trace, and the next log-in can ask what became of it.
No secrets, and no key: a hash of it tells accounts apart. The file is readable by its owner only.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import secrets
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Final
from weakref import WeakSet

import msgspec

from okx_magic.errors import RefusedError
from okx_magic.orders.ledger_file import append, cut_if_large

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from okx_magic.model import Request

UNKNOWN: Final = "unknown"
# A person was told that nobody can tell.
TOLD: Final = "told"
# Outcomes after which nothing is left to ask.
SETTLED: Final = frozenset({"done", "partly done", "not done", "refused", "not sent", TOLD})

# Settled entries are kept in memory for this many seconds; a sweep comes after this many new ones.
_REMEMBERED: Final = 3600
_SWEEP: Final = 1000

# A number with digits behind its point: zeros at its end say nothing.
_FRACTION: Final = re.compile(r"-?\d+\.\d+", re.ASCII)

# Seconds since 1970, in years that can be shown.
_Moment = Annotated[float, msgspec.Meta(ge=0, lt=253_402_300_800)]

_log = logging.getLogger("okx_magic")


@dataclass(frozen=True, slots=True)
class Entry:
    """One state-changing request. ``time`` is in seconds since 1970; ``key`` is a hash of the API key;
    ``orders`` are pairs of instId and the id by which each order is looked up; ``settles`` are the
    GETs that tell what became of it, or list the bills of which one of that ``amount`` does;
    ``fingerprint`` is that of the request as it was typed. ``outcome`` is "" until it is known.
    """

    environment: str
    account: str
    key: str
    method: str
    path: str
    orders: tuple[tuple[str, str], ...]
    settles: tuple[str, ...]
    fingerprint: str
    time: _Moment = 0.0
    id: str = ""
    outcome: str = ""
    amount: str = ""

    @property
    def open(self) -> bool:
        """Whether it may have been carried out, and nobody knows."""
        return self.outcome not in SETTLED


def new_id() -> str:
    """The id of an entry; known before its line is written, so that it can be closed whatever happens."""
    return secrets.token_hex(8)


def fingerprint(request: Request) -> str:
    """The same for requests that ask for the same: of method, target and body, whatever its spaces, the
    order of its names, the form of its numbers (``"1.50"``, ``1.5``) and what is left empty. A batch of
    one order is that order.

    Taken of a request as it was typed, before an id of ours is added.
    """
    body, target, asked = request.body, request.target, request.json
    if "batch-orders" in target and isinstance(asked, list) and len(asked) == 1:
        target, asked = target.replace("batch-orders", "order"), asked[0]
    if asked is not None:
        body = json.dumps(_meant(asked), sort_keys=True)
    text = f"{request.method}\n{target}\n{body}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _meant(value: Any) -> Any:
    """A value of a body as any other that means the same."""
    if isinstance(value, dict):
        return {name: _meant(each) for name, each in value.items() if each not in ("", None)}
    if isinstance(value, list):
        return [_meant(each) for each in value]
    # As text: OKX takes "1" for 1, and "true" for true.
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text.rstrip("0").rstrip(".") if _FRACTION.fullmatch(text) else text


# All that there are, to begin anew in a forked child.
_LIVING: Final[WeakSet[Ledger]] = WeakSet()


class Ledger:
    """The ledger in the file ``path``, which several kernels may share. Thread-safe.

    The folder is made with mode 0700 and the file with 0600 at the first line. ``clock`` gives seconds
    since 1970. Where files can be locked (not on Windows) the oldest settled entries go when it has
    grown too large; those whose outcome is open stay, whatever their age.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._clock = clock
        self._lock = threading.RLock()
        self._entries: dict[str, Entry] = {}
        # How far, and of which file, by its number and first line: it is another one after it was cut.
        self._read = 0
        self._file: tuple[int, bytes] | None = None
        self._next_sweep = _SWEEP
        # The size from which on the file may be worth cutting.
        self._cut_above = 0
        _LIVING.add(self)

    def after_fork(self) -> None:
        """Take a lock of its own in a forked child."""
        self._lock = threading.RLock()

    def open(self, entry: Entry, recheck: Callable[[], None] | None = None) -> str:
        """Write down that ``entry`` is about to be sent, and return its id.

        Returns when it is on disk. ``recheck`` is called while no other kernel can write, and refuses
        by an error. RefusedError where the line cannot be written: nothing is sent then.
        """
        entry = replace(entry, id=entry.id or new_id(), time=self._clock())
        try:
            self._append(_line(entry), recheck)
        except OSError as error:
            reason = error.strerror or "it is no file"
            raise RefusedError(
                f"the ledger {self.path} cannot be written ({reason}); what changes"
                " something is not sent without a record",
                remedy="make the file writable",
            ) from None
        return entry.id

    def close(self, id: str, outcome: str, **facts: str) -> None:  # noqa: A002  # the entry's field
        """Write down how the entry ended. ``facts`` are written with the outcome, such as the code.

        A line that cannot be written leaves the entry open, to be asked about at the next log-in;
        the outcome itself must not be lost over it.
        """
        line = {"id": id, "closed": round(self._clock(), 3), "outcome": outcome, **facts}
        try:
            self._append(line)
            # Here, where nothing waits to be sent.
            with self._lock:
                self._cut_above = cut_if_large(self.path, settled=SETTLED, above=self._cut_above)
        except OSError as error:
            _log.warning("the ledger %s cannot be written: %s", self.path, error.strerror)

    def unsettled(self, account_key: str) -> tuple[Entry, ...]:
        """The entries of this key whose outcome is unknown or was never written, oldest first.

        RefusedError, here and below, where the file cannot be read.
        """
        return tuple(each for each in self._known() if each.key == account_key and each.open)

    def recent(self, account_key: str, fingerprint: str, seconds: float) -> Entry | None:
        """The newest entry of this key and fingerprint in the last ``seconds``, that was sent."""
        since = self._clock() - seconds
        found = None
        for each in self._known():
            same = each.key == account_key and each.fingerprint == fingerprint
            if same and each.time >= since and each.outcome != "not sent":
                found = each
        return found

    def _append(self, line: dict[str, Any], recheck: Callable[[], None] | None = None) -> None:
        text = json.dumps(line, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            append(self.path, text, recheck)

    def _known(self) -> list[Entry]:
        """All entries, with what other kernels wrote since the last look."""
        with self._lock:
            try:
                # What is no file, such as a pipe, may never end; it cannot be written either.
                if self.path.is_file():
                    self._read_on()
            except OSError as error:
                raise RefusedError(
                    f"the ledger {self.path} cannot be read ({error.strerror}), so what was sent"
                    " before is not known",
                    remedy="make the file readable",
                ) from None
            if len(self._entries) > self._next_sweep:
                self._sweep()
            return list(self._entries.values())

    def _read_on(self) -> None:
        with self.path.open("rb") as file:
            name = os.fstat(file.fileno()).st_ino, file.readline()
            if name != self._file:
                self._entries, self._read, self._file = {}, 0, name
            file.seek(self._read)
            for text in file:
                if not text.endswith(b"\n"):
                    break
                self._read += len(text)
                self._take(text)

    def _sweep(self) -> None:
        """Forget what nobody asks for any more: settled entries from long ago."""
        since = self._clock() - _REMEMBERED
        self._entries = {
            each.id: each for each in self._entries.values() if each.open or each.time >= since
        }
        self._next_sweep = len(self._entries) + _SWEEP

    def _take(self, text: bytes) -> None:
        try:
            line = json.loads(text)
            if "closed" not in line:
                self._entries[line["id"]] = _entry(line)
            elif line["id"] in self._entries:
                known = self._entries[line["id"]]
                self._entries[line["id"]] = replace(known, outcome=str(line["outcome"]))
        # The errors of older versions of msgspec are no ValueErrors.
        except (ValueError, msgspec.ValidationError, TypeError, KeyError, RecursionError):
            # Half a line of a kernel that died: written before anything was sent, if an opening.
            _log.warning("a line of the ledger %s cannot be read", self.path)


def _line(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "time": round(entry.time, 3),
        "env": entry.environment,
        "account": entry.account,
        "key": entry.key,
        "method": entry.method,
        "path": entry.path,
        "orders": entry.orders,
        "settles": entry.settles,
        "fingerprint": entry.fingerprint,
        **({"amount": entry.amount} if entry.amount else {}),
    }


def _entry(line: dict[str, Any]) -> Entry:
    """The entry of a line that is of the types written above; ValueError for another."""
    return msgspec.convert(line | {"environment": line["env"]}, Entry)


def _after_fork() -> None:
    for ledger in list(_LIVING):
        ledger.after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_after_fork)
