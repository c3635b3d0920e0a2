"""Who fetches at which address, and which share of its pace each may use. Pure.

OKX counts public requests by the address that they come from, and every process paces by itself. So
each gets a share of the limit: the whole divided by the processes at its address.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, Literal

from okx_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Addresses = Literal["own"] | Callable[["Worker"], str] | None

# What all private addresses count as: one router may stand before them.
_PRIVATE: Final = "one address"
# A limit of 40 is one request then: to go on would not help.
MOST_HALVINGS: Final = 5


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that fetches: ``address`` is that of the interface by which it reaches OKX, or
    ``proxy …``; "" where there is no way there.
    """

    process: str
    host: str
    pid: int
    address: str


@dataclass(frozen=True, slots=True)
class Share:
    """One of ``of`` parts of a limit, of which only one in ``2 ** halved`` is used.

    Example:
        >>> [Share(number, 3).places(20) for number in range(3)]
        [7, 7, 6]
    """

    number: int
    of: int
    halved: int = 0

    def places(self, requests: int) -> int:
        """How many requests of each window's are its own; perhaps none."""
        used = max(1, requests >> self.halved)
        return used // self.of + (self.number < used % self.of)


class Shares:
    """The processes that are known, this kernel (``here``) first, and their shares.

    ``addresses`` says what counts as one: None that all private addresses do, "own" that each is
    for itself, a function gives the name of a worker's address.
    """

    def __init__(self, here: Worker, addresses: Addresses) -> None:
        if addresses not in {None, "own"} and not callable(addresses):
            raise CellError(
                f"addresses={addresses!r} is neither 'own' nor a function",
                remedy="leave it out, or give a function of a worker (host, pid, address)",
            )
        self._addresses = addresses
        self._names = {here.process: self._name(here)}
        self._joined: dict[str, str] = {}
        self._halved: dict[str, int] = {}
        self._refused: set[str] = set()
        self._suspects: set[str] = set()

    def __len__(self) -> int:
        return len(self._names)

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._names))

    def see(self, worker: Worker) -> bool:
        """Note a worker; whether it was unknown."""
        fresh = worker.process not in self._names
        if fresh:
            self._names[worker.process] = self._name(worker)
        return fresh

    def forget(self, process: str) -> None:
        """It is not there any more."""
        self._names.pop(process, None)

    def refuse(self, process: str) -> None:
        """Note that OKX refused a request of this process for its limit (50011)."""
        self._refused.add(self._one(self._names.get(process, _PRIVATE)))

    @property
    def exhausted(self) -> bool:
        """Whether OKX refuses however slow it goes."""
        return any(count > MOST_HALVINGS for count in self._halved.values())

    def settle(self) -> list[str]:
        """Draw the conclusion from refusals since the last time, in words.

        Addresses that were both refused are one to OKX; one that was refused alone shares its limit
        with somebody else, and goes at half its pace.
        """
        if not self._refused:
            return []
        together = sorted(self._refused | self._suspects)
        self._suspects |= self._refused
        refused, self._refused = sorted(self._refused), set()
        if len(together) == 1:
            (name,) = refused
            self._halved[name] = self._halved.get(name, 0) + 1
            return [f"OKX refused requests from {name} (50011): it goes at half the pace now"]
        first, *others = together
        self._joined.update(dict.fromkeys(others, first))
        self._suspects = {first}
        for name in others:
            self._halved.pop(name, None)
        # What was refused is explained: the sum of their paces was twice the limit, or more.
        self._halved.pop(first, None)
        names = " and ".join(together)
        return [f"OKX counts {names} as one address (50011): their workers share its pace now"]

    def all(self) -> dict[str, Share]:
        """The share of each process."""
        at: dict[str, list[str]] = {}
        for process, name in self._names.items():
            at.setdefault(self._one(name), []).append(process)
        return {
            process: Share(number, len(there), self._halved.get(name, 0))
            for name, there in at.items()
            for number, process in enumerate(there)
        }

    def _name(self, worker: Worker) -> str:
        if callable(self._addresses):
            return str(self._addresses(worker))
        if self._addresses == "own" or _is_global(worker.address):
            return worker.address
        return _PRIVATE

    def _one(self, name: str) -> str:
        while name in self._joined:
            name = self._joined[name]
        return name


def _is_global(address: str) -> bool:
    try:
        return ip_address(address.partition("%")[0]).is_global
    except ValueError:
        # All go through one proxy, or it is not known.
        return False
