"""The exchange as it is met on a bad day: its answers, unless a fault strikes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from okx_magic.sandbox.faults import Rule, Strike, draw, read_rules, read_strikes
from okx_magic.sandbox.gateway import RawRequest
from okx_magic.sandbox.replies import Reply, envelope
from okx_magic.sandbox.routes.order import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.sandbox.exchange import Exchange

HEADER = "x-sandbox-fault"


class FaultyExchange:
    """``exchange`` behind faults. A request may ask for a fault of its own by the header
    ``x-sandbox-fault``, which holds ``FAULT[=NUMBER]``.

    ``clock`` gives seconds since 1970, ``scheme`` is that of redirects, and ``seed`` decides what
    falls to chance.
    """

    def __init__(
        self, exchange: Exchange, clock: Callable[[], float], *, scheme: str, seed: str
    ) -> None:
        self._exchange = exchange
        self._clock = clock
        self._scheme = scheme
        self._seed = seed
        self._rules: list[Rule] = []
        # What is still to be carried out, with its times of arrival and of carrying out.
        self._late: list[tuple[float, float, RawRequest]] = []

    def set_faults(self, text: str) -> None:
        """Puts the rules of ``text`` in the place of those before; they count from now. Rules that
        cannot be read are a ValueError, and change nothing.
        """
        self._rules = read_rules(text, self._seed)

    def strike(self, method: str, path: str) -> Strike | None:
        """The fault for what happens on a stream: LOGIN, SUBSCRIBE or PUSH, at the path of a channel."""
        return draw(self._rules, RawRequest(method, path, {}))

    def answer(self, request: RawRequest) -> Reply:
        """The reply to ``request``, and how it is put on the wire."""
        now = self._clock()
        self._carry_out_late(now)
        try:
            own = request.headers.get(HEADER)
            strike = read_strikes(own)[0] if own else draw(self._rules, request)
        except ValueError as error:
            return envelope([], code="400", msg=str(error), status=400)
        if strike is None:
            return self._exchange.answer(request, now)
        return self._struck(strike, request, now + strike.skew)

    def _struck(self, strike: Strike, request: RawRequest, now: float) -> Reply:
        fault, pause = strike.fault, strike.pause
        reply = envelope([])
        # Whether nothing of OKX's own answer comes through.
        unseen = fault.page or fault.code or fault.wire in {"nothing", "close", "reset"}
        if strike.moment == "after":
            reply = self._exchange.answer(request, now)
        elif strike.moment == "late" and unseen:
            self._late.append((now, now + strike.late, request))
        elif strike.moment == "late":
            # Nobody sees the time between, so it is carried out as of then.
            reply = self._exchange.answer(request, now + strike.late, arrived=now)
            pause += strike.late
        if fault.page is not None:
            reply = self._page(fault.page, request)
        elif fault.code:
            reply = refused(request, fault.code, now)
        return replace(reply, wire=fault.wire, pause=pause)

    def _page(self, page: Reply, request: RawRequest) -> Reply:
        if page.status not in {302, 307}:
            return page
        name, colon, port = request.headers.get("host", "").partition(":")
        other = "127.0.0.1" if name == "localhost" else "localhost"
        location = f"{self._scheme}://{other}{colon}{port}{request.target}"
        return replace(page, headers=(("Location", location),))

    def _carry_out_late(self, now: float) -> None:
        due = [late for late in self._late if late[1] <= now]
        self._late = [late for late in self._late if late[1] > now]
        for arrived, then, request in sorted(due, key=lambda late: late[1]):
            self._exchange.answer(request, then, arrived=arrived)
