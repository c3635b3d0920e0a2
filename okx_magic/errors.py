"""Every error of okx_magic, as a tree.

::

    OkxMagicError                 catches all below; never raised itself
    ├── CellError                 yours: the cell or the magic line cannot be sent (line, reason, remedy)
    ├── CredentialsError          yours: no credentials, a partial set, an unknown profile
    ├── RefusedError              ours: a safety rule refused before anything was sent
    ├── KillIncomplete            ours: after the kill switch's 20 s something is still open
    ├── PositionWithoutStop       theirs: an order stands, and the stop attached to it does not
    ├── StreamError               nobody's: a stream cannot give what was asked of it
    ├── TransportError            nobody's: no trustworthy answer came
    │   ├── OutcomeUnknown        … to a request that may have been carried out nevertheless
    │   └── NotCarriedOut         … and a look-up showed that nothing was carried out
    └── OkxError                  theirs: OKX answered with a code other than 0
        └── PartlyRefused         … code 2: some orders of a batch stand, some do not

Each is a real exception: it stops Run All, nbclient and papermill, and can be caught by its name. In a
notebook it shows as one short block, because of ``_render_traceback_``, which IPython asks first.
Ctrl-C while something is being sent that changes something is a KeyboardInterrupt still: ``Interrupted``.
No message, argument or attribute ever has a secret.

Example:
    >>> from okx_magic.errors import OkxError
    >>> try:
    ...     okx.request("GET", "/api/v5/market/ticker?instId=NO-SUCH")
    ... except OkxError as error:
    ...     print(error.code, error.msg, error.status)
    51001 Instrument ID doesn't exist. 200
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from okx_magic.errorblock import OneLineInterrupt as OneLineInterrupt  # noqa: PLC0414  # it is found here, too
from okx_magic.errorblock import Place as Place  # noqa: PLC0414  # same
from okx_magic.errorblock import block, to_do

if TYPE_CHECKING:
    from okx_magic.model import Envelope, Request


class RequestWarning(UserWarning):
    """A request that differs from OKX's docs, and was sent anyway; a cell shows or refuses it."""


class OkxMagicError(Exception):
    """Base of all errors of okx_magic; raised only as one of its kinds.

    ``remedy`` is what to do next, in one line. ``request`` is the request it speaks of, when there is
    one; ``account`` the name of the account; ``place`` where in the cell it stood; ``checked`` what was
    found of its possible causes, a line each; ``pulled`` what had come of many pages before one of them
    failed (``okx_magic.pages.Pulled``), or None.
    """

    def __init__(
        self, message: str, *, remedy: str = "", request: Request | None = None, account: str = ""
    ) -> None:
        if type(self) is OkxMagicError:
            raise TypeError("OkxMagicError is abstract: raise one of its kinds")
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.request = request
        self.account = account
        self.place: Place | None = None
        self.checked: tuple[str, ...] = ()
        self.pulled: Any = None

    def headline(self) -> str:
        """The first line of the block: the kind, and what it says as text."""
        return f"{type(self).__name__} {self}"

    # Without the kind: Python's traceback and a log name it themselves.
    def __str__(self) -> str:
        parts = [self.message]
        if self.request is not None:
            parts.append(str(self.request))
        if self.account:
            parts.append(self.account)
        if self.place is not None:
            parts.append(str(self.place))
        return " · ".join(parts)

    def details(self) -> list[tuple[str, str]]:
        """Label and text of each further line of the block."""
        return [*(("checked", found) for found in self.checked), *to_do(self.remedy, self.place)]

    # https://ipython.readthedocs.io/en/stable/config/integrating.html: a list of lines, shown in place
    # of the traceback. So neither source lines nor local variables reach the notebook.
    def _render_traceback_(self) -> list[str]:
        return block(self.headline(), self.details())

    # The keyword arguments of the kinds are not in ``args``, so pickle must be told how to get through.
    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(
    kind: type[OkxMagicError], args: tuple[Any, ...], state: dict[str, Any]
) -> OkxMagicError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class CellError(OkxMagicError):
    """The cell or the magic line cannot be sent as it stands. Nothing of the cell was sent if it
    comes from the grammar; ``line`` is the line of the cell, from 1 (None for the magic line).
    """

    def __init__(self, message: str, *, line: int | None = None, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.line = line

    # As for any error; without a place, the line of the cell and that nothing was sent.
    def __str__(self) -> str:
        text = super().__str__()
        alone = self.line is not None and self.place is None
        return f"{text} · line {self.line} · nothing sent" if alone else text


class CredentialsError(OkxMagicError):
    """No usable credentials: none, a partial set, two that disagree, or an unknown profile."""


class RefusedError(OkxMagicError):
    """A safety rule refused the request. Nothing was sent."""


class KillIncomplete(OkxMagicError):
    """The kill switch could not cancel all open orders in time, or could not read them. It stays on."""


class PositionWithoutStop(OkxMagicError):
    """An order stands, and what was attached to it does not, or nobody can tell: its stop was refused or
    lost. The order itself was carried out: ``envelope`` is its answer, and the frame of that was assigned
    before this was raised. ``sets`` are the requests that set what is missing, ready to be sent;
    ``others`` tell of further orders of a batch; ``items`` are those that OKX refused, as of OkxError.
    """

    def __init__(
        self,
        message: str,
        *,
        envelope: Envelope,
        request: Request,
        others: tuple[str, ...] = (),
        sets: tuple[Request, ...] = (),
        items: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(message, request=request)
        self.envelope = envelope
        self.others = others
        self.sets = sets
        self.items = items

    def details(self) -> list[tuple[str, str]]:
        """Each further order, each refused item, and the requests as a cell takes them."""
        lines = [("and", text) for text in self.others]
        lines += [("item", f"{code} {msg}") for code, msg in self.items]
        lines += super().details()
        for each in self.sets:
            lines += [("set it", "%%okx"), ("", str(each)), ("", each.body)]
        return lines


class StreamError(OkxMagicError):
    """A stream cannot give what was asked of it: it has ended, its book is not known to be right, or what
    was waited for did not come.
    """


class TransportError(OkxMagicError):
    """No trustworthy answer came: refused connection, deadline, redirect, HTML, broken JSON.

    ``status`` is the HTTP status when one arrived. ``written`` says whether any byte of the request may
    have reached the other side; False means that nothing was carried out.
    """

    def __init__(
        self,
        message: str,
        *,
        written: bool,
        status: int | None = None,
        remedy: str = "",
        request: Request | None = None,
        account: str = "",
    ) -> None:
        super().__init__(message, remedy=remedy, request=request, account=account)
        self.written = written
        self.status = status


class OutcomeUnknown(TransportError):
    """A POST was written, its answer lost, and no look-up settled it: it may have been carried out.
    It is never sent again automatically. ``orders`` are pairs of instId and clOrdId; ``settles`` are the
    requests that tell what became of it, such as ``GET /api/v5/trade/order?instId=…&clOrdId=…``.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        orders: tuple[tuple[str, str], ...] = (),
        settles: tuple[str, ...] = (),
        remedy: str = "",
        request: Request | None = None,
    ) -> None:
        super().__init__(message, written=True, status=status, remedy=remedy, request=request)
        self.orders = orders
        self.settles = settles


class NotCarriedOut(TransportError):
    """The answer was lost, or did not say, and a look-up showed that nothing was carried out, and that
    nothing will be: it is safe to send it again.
    """


class OkxError(OkxMagicError):
    """OKX answered with a code other than 0.

    ``code`` and ``msg`` are OKX's own (of the envelope, or of the only refused item); ``envelope`` is
    the whole answer; ``means`` is the meaning of the code; ``items`` are the refused items as
    ``(sCode, sMsg)``; ``status`` is the HTTP status.
    """

    def __init__(
        self,
        code: str,
        msg: str,
        *,
        envelope: Envelope,
        means: str = "",
        items: tuple[tuple[str, str], ...] = (),
        remedy: str = "",
        request: Request | None = None,
        account: str = "",
    ) -> None:
        super().__init__(f"{code} {msg}".strip(), remedy=remedy, request=request, account=account)
        self.code = code
        self.msg = msg
        self.envelope = envelope
        self.means = means
        self.items = items
        self.status = envelope.status

    def details(self) -> list[tuple[str, str]]:
        """The meaning of the code, each refused item of several, what was checked, and the remedy."""
        lines = [("means", self.means)] if self.means else []
        if len(self.items) > 1:
            lines += [("item", f"{code} {msg}") for code, msg in self.items]
        return lines + super().details()


class PartlyRefused(OkxError):
    """Code 2: part of a batch was carried out. The frame with all items was assigned before this was
    raised, so that no accepted ``ordId`` is lost.
    """


class Interrupted(KeyboardInterrupt):
    """Ctrl-C while a request was being sent that changes something, or in a cell of several requests.
    ``outcome`` is "done", "not done" (it had not left, or only reads) or "unknown"; ``orders`` and
    ``settles`` are those of OutcomeUnknown; ``place`` is where in the cell it came.
    """

    def __init__(
        self,
        message: str,
        *,
        outcome: str,
        request: Request,
        account: str,
        orders: tuple[tuple[str, str], ...] = (),
        settles: tuple[str, ...] = (),
        remedy: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.outcome = outcome
        self.request = request
        self.account = account
        self.orders = orders
        self.settles = settles
        self.remedy = remedy
        self.place: Place | None = None

    def __str__(self) -> str:
        place = (str(self.place),) if self.place is not None else ()
        return " · ".join((self.message, str(self.request), self.account, *place))

    # As for our errors: a short block in place of a traceback.
    def _render_traceback_(self) -> list[str]:
        ids = ", ".join(client_id for _, client_id in self.orders)
        lines = [("order", ids)] if ids else []
        return block(f"KeyboardInterrupt {self}", [*lines, *to_do(self.remedy, self.place)])
