"""Places of this kernel's own windows that workers at its address use.

Tested in ``tests/pages/test_team.py``.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from okx_magic.wire.pacing import claims

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from okx_magic.model import Request
    from okx_magic.pages.shares import Share
    from okx_magic.wire.connection import Connection
    from okx_magic.wire.pacing import Turn


class Lending:
    """Takes places from a connection's pacer, so that everything that is sent through it keeps to the
    rest of them.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lent: dict[tuple[str, ...], list[Turn]] = {}

    def keep(self, own: Share, requests: Iterable[Request], sleep: Callable[[float], None]) -> None:
        """Of the limits of these requests keep a share only. What is lent was out of use for a window
        of its limit: waits as long.
        """
        for request in requests:
            for claim in claims(request, base_url=self._connection.account.base_url, user=""):
                lent = self._lent.setdefault(claim.key, [])
                wanted = claim.limit.requests - own.places(claim.limit.requests)
                while len(lent) > wanted:
                    lent.pop().__exit__()
                while len(lent) < wanted:
                    lent.append(self._connection.sender.pacer.turn([claim], sleep))

    def end(self, late: float) -> None:
        """Take all of them back, ``late`` seconds from now: the others may still send."""
        turns = [turn for lent in self._lent.values() for turn in lent]
        self._lent = {}
        if not late or not turns:
            _give_back(turns)
            return
        timer = threading.Timer(late, _give_back, [turns])
        timer.daemon = True
        timer.start()


def _give_back(turns: list[Turn]) -> None:
    for turn in turns:
        turn.__exit__()
