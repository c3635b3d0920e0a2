"""One attempt: pace, take the time, sign, send, judge, log. Another one is for ``connection`` to make.

Tested in ``tests/wire/test_connection.py``.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from okx_magic.credentials.credentials import timestamp_text
from okx_magic.credentials.redaction import MARK, without_frames, without_values
from okx_magic.errors import CredentialsError, OkxError, OkxMagicError
from okx_magic.model import Envelope, Exchange, Request, Sent
from okx_magic.servertext import printable
from okx_magic.wire.clock import takes_expiry, with_expiry
from okx_magic.wire.exchange_log import LARGEST_KEPT, ExchangeLog, log_attempt
from okx_magic.wire.pacing import claims
from okx_magic.wire.replies import judge
from okx_magic.wire.retry import is_throttled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from okx_magic.credentials.account import Account
    from okx_magic.credentials.credentials import Credentials
    from okx_magic.wire.clock import Clock
    from okx_magic.wire.pacing import Pacer, Turn
    from okx_magic.wire.pool import Permit
    from okx_magic.wire.retry import RetryState
    from okx_magic.wire.transport import Answer, Transport

_MARGIN: Final = 4096

# The headers that tell OKX's own answers from those of a proxy or gateway in between.
_TELLING = ("date", "server", "via", "content-type")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with what the receipt shows. ``added_ids`` are the client order ids that were
    put into the body; ``milliseconds`` is the time of the exchange. ``recovered`` says that the answer
    was lost, and ``envelope`` made from the look-up that showed the request carried out.
    """

    envelope: Envelope
    request: Request
    milliseconds: float
    added_ids: tuple[str, ...] = ()
    recovered: bool = False
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Attempt:
    """One exchange: either the ``envelope`` of a success, or the ``error``. ``retry_after`` are the
    seconds that the server asked to wait.
    """

    exchange: Exchange
    envelope: Envelope | None = None
    error: OkxMagicError | None = None
    retry_after: float | None = None


@dataclass(slots=True)
class RequestState:
    """One request through all of its attempts.

    ``expires`` says whether it gets an expTime, where its endpoint takes one; ``check`` raises where the
    answer does not tell what became of it; ``ids`` are those of its orders, for the log; ``sleep`` waits
    in place of the pacer's own; ``permit`` lets what changes something pass to the socket. It may take
    ``within`` seconds; ``retries`` are the attempts that are left, ``last`` is its last exchange;
    ``over`` says that its outcome is known; ``id`` tells its lines in the log.
    """

    expires: bool = False
    check: Callable[[Request, Envelope], None] | None = None
    ids: tuple[str, ...] = ()
    sleep: Callable[[float], None] | None = None
    permit: Permit | None = None
    within: float | None = None
    retries: RetryState | None = None
    attempts: int = 0
    last: Exchange | None = None
    over: bool = False
    id: str = field(default_factory=partial(secrets.token_hex, 4))


class Sender:
    """Sends for one account, each attempt stamped and signed again. ``log`` keeps the last 1,000
    exchanges, without secrets.
    """

    def __init__(self, account: Account, transport: Transport, clock: Clock, pacer: Pacer) -> None:
        self.account = account
        self.transport = transport
        self.clock = clock
        self.pacer = pacer
        self.log = ExchangeLog()

    def attempt(
        self, request: Request, state: RequestState, seconds: float, *, log: bool = True
    ) -> Attempt:
        """Send once. A failure of the exchange is returned, a failure before it is raised."""
        state.attempts += 1
        sent: Sent | None = None

        def authorise(method: str, target: str, body: bytes) -> Mapping[str, str]:
            nonlocal sent
            sent, headers = self._sign(milliseconds, method, target, body)
            return headers

        signed = self.signs(request)
        answer: Answer | None = None
        envelope: Envelope | None = None
        error: OkxMagicError | None = None
        with self._turn(request, state.sleep) as turn:
            # After the wait, so that the timestamp is fresh; before the deadline of the request
            # starts, as it may have to ask the exchange.
            milliseconds = self.clock.now() if signed else 0
            if state.expires and takes_expiry(request):
                request = with_expiry(request, milliseconds)
            sent_at, started = time.time(), time.monotonic()
            try:
                answer = self.transport.send(
                    request,
                    authorise if signed else None,
                    seconds=seconds,
                    permit=state.permit,
                )
                turn.round_trip = answer.round_trip
            except OkxMagicError as failure:
                error = without_frames(failure)
            except BaseException as failure:  # noqa: BLE001  # raised again, whatever it is
                raise self._foreign(failure, sent) from None
            elapsed = (time.monotonic() - started) * 1000
        if answer is not None:
            envelope, error = self._judged(answer, request, state)
        if error is not None and is_throttled(error):
            self.pacer.refused(self.account.base_url)
        exchange = Exchange(
            request=request,
            account=self.account.name,
            environment=self.account.environment,
            sent=sent,
            status=answer.status if answer else None,
            code=error.code if isinstance(error, OkxError) else "" if error else "0",
            outcome=error.message if error else "ok",
            sent_at=sent_at,
            milliseconds=elapsed,
            offset=self.clock.offset,
            answered=self._telling(answer) if answer and error else (),
            attempt=state.attempts,
            remedy=error.remedy if error else "",
        )
        state.last = exchange
        # A request that no person asked for is logged only if it fails.
        if log or error is not None:
            self.log.append(exchange, self._shown(answer, sent))
        log_attempt(exchange, state.id, state.ids)
        wait = _seconds_asked(answer.headers.get("retry-after", "")) if answer and error else None
        return Attempt(exchange, None if error else envelope, error, wait)

    def _judged(
        self, answer: Answer, request: Request, state: RequestState
    ) -> tuple[Envelope | None, OkxMagicError | None]:
        """The envelope of a success, or the error."""
        envelope: Envelope | None = None
        error: OkxMagicError | None = None
        try:
            envelope = judge(answer, request, self.redact)
        except OkxMagicError as failure:
            error = failure
        told = error.envelope if isinstance(error, OkxError) else envelope
        if state.check is not None and told is not None:
            try:
                state.check(request, told)
            except OkxMagicError as failure:
                return None, failure
        return envelope, error

    def preview(self, request: Request) -> Sent:
        """What would be signed for a prepared request; sends nothing, not even to ask the time."""
        prepared = self.transport.prepare(request)
        body = request.body.encode("utf-8")
        if not self.signs(request):
            return Sent(request.method, prepared.path_url, body, "", "")
        try:
            return self._sign(self.now_unasked(), request.method, prepared.path_url, body)[0]
        except OkxMagicError:
            raise
        except BaseException as failure:  # noqa: BLE001  # raised again, whatever it is
            # As in an attempt: the frames that it came through hold the signed headers.
            raise without_frames(failure) from None

    def signs(self, request: Request) -> bool:
        """Whether this request is signed. Public endpoints are not: a wrong key would only break
        them. A path that the catalogue does not know is.
        """
        endpoint = request.endpoint
        if endpoint is not None and not endpoint.private:
            return False
        return self.account.credentials is not None or endpoint is not None

    def now_unasked(self) -> int:
        """The exchange's time in milliseconds as far as it is known; asks nobody."""
        return self.clock.local_now() + (self.clock.offset or 0)

    def _turn(
        self, request: Request, sleep: Callable[[float], None] | None = None
    ) -> AbstractContextManager[Turn]:
        account = self.account
        user = account.credentials.hint if account.credentials else ""
        return self.pacer.turn(claims(request, base_url=account.base_url, user=user), sleep)

    def _sign(
        self, milliseconds: int, method: str, target: str, body: bytes
    ) -> tuple[Sent, Mapping[str, str]]:
        timestamp = timestamp_text(milliseconds)
        headers = self._credentials().headers(timestamp, method, target, body)
        return Sent(method, target, body, timestamp, headers["OK-ACCESS-SIGN"]), headers

    def _credentials(self) -> Credentials:
        if self.account.credentials is None:
            raise CredentialsError(
                "this endpoint is private and the account has no credentials",
                remedy="%okx_login NAME",
            )
        return self.account.credentials

    def redact(self, text: str) -> str:
        """The text without the secrets of the account."""
        credentials = self.account.credentials
        return text if credentials is None else credentials.redact(text)

    def _foreign(self, failure: BaseException, sent: Sent | None) -> BaseException:
        """Another's error as it may leave: it came through frames with the signed headers, and a library
        may have put them into it.
        """

        def redact(text: str) -> str:
            text = self.redact(text)
            return text.replace(sent.signature, MARK) if sent and sent.signature else text

        return without_frames(without_values(failure, redact))

    def _shown(self, answer: Answer | None, sent: Sent | None) -> bytes:
        """The beginning of an answer; one to a signed request could repeat what was sent with it."""
        if answer is None or sent is None:
            return answer.body if answer else b""
        # More than is kept, so that no half of a secret is left at the cut.
        text = answer.body[: LARGEST_KEPT + _MARGIN].decode("utf-8", "replace")
        return self.redact(text).encode()

    def _telling(self, answer: Answer) -> tuple[tuple[str, str], ...]:
        given = ((name, answer.headers.get(name, "")) for name in _TELLING)
        return tuple((name, printable(self.redact(value))) for name, value in given if value)


def _seconds_asked(header: str) -> float | None:
    """The seconds of a ``Retry-After`` header; None for a date, which our clock may read wrongly."""
    text = header.strip()
    return float(text) if text.isdecimal() and len(text) <= 6 else None
