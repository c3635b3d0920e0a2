"""Why OKX refused: what is checked for each code.

Pure: the facts come in as a ``Case``, and nothing more is requested. Sources: OKX docs, Error Code and
REST Authentication. 50113 is never blamed on passphrase, key or clock: for those OKX has 50105, 50111,
50119, 50101, 50102 and 50112, which it checks first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from okx_magic.advice import account_causes as account
from okx_magic.advice import request_causes as request
from okx_magic.advice.case import Case, Cause
from okx_magic.catalogue.parameter_rules import NAMING_CODES

if TYPE_CHECKING:
    from okx_magic.errors import OkxMagicError

__all__ = ["Case", "Cause", "causes"]

_Check = Callable[[Case], Iterator[Cause]]

_TOLD: Final = 3
# The code of an answer that is not OKX's: HTML, broken JSON, a redirect.
_NOT_OKX: Final = ""

_CHECKS: Final[Mapping[str, tuple[_Check, ...]]] = MappingProxyType(
    {
        _NOT_OKX: (request.answerer, request.host, account.proxy, request.path),
        "50011": (request.limit,),
        **dict.fromkeys(sorted(NAMING_CODES), (request.parameter,)),
        "50036": (request.exp_time, request.clock),
        "50037": (request.exp_time, request.clock),
        "50038": (account.demo_feature,),
        "50100": (account.before,),
        "50101": (account.environment, account.before),
        "50102": (request.clock,),
        "50103": (request.headers, account.proxy),
        "50104": (request.headers, account.proxy),
        "50105": (account.credentials, account.before),
        "50106": (request.headers, account.proxy),
        "50107": (request.headers, account.proxy),
        "50108": (request.typed_headers,),
        "50109": (request.typed_headers,),
        "50110": (account.address, account.proxy),
        "50111": (account.credentials, account.before),
        "50112": (request.timestamp_form, account.proxy),
        "50113": (request.signed_parts, account.secret, account.proxy),
        "50114": (account.credentials, account.before),
        "50115": (request.path,),
        "50116": (request.typed_headers,),
        "50118": (account.proxy,),
        "50119": (account.site, account.credentials, account.before),
        "50120": (account.permission,),
        "50121": (account.address, account.proxy),
        # Of a WebSocket log-in.
        "60004": (request.signed_parts, request.clock),
        "60005": (account.credentials, account.websocket),
        "60006": (request.clock,),
        "60007": (request.signed_parts, account.secret),
        "60008": (account.websocket,),
        "60009": (account.credentials, account.site, account.websocket),
        "60011": (account.credentials, account.websocket),
        "60017": (account.websocket,),
        "60018": (account.websocket,),
        "60022": (account.credentials,),
        "60024": (account.credentials,),
        "60028": (account.websocket,),
        "60032": (account.site, account.credentials, account.websocket),
    }
)


def remedy_after(found: Sequence[Cause], fixed: str) -> str:
    """What to do after what was found: of the cause that holds; else of those that may, if they say
    anything; else the code's own, ``fixed``.
    """
    for holds in (True, None):
        remedies = [each.remedy for each in found if each.holds is holds and each.remedy]
        if remedies:
            return " · ".join(dict.fromkeys(remedies))
    return fixed


def tell_causes(error: OkxMagicError, case: Case) -> None:
    """Add to an error the likeliest of its causes, and what to do about them."""
    found = causes(case)
    # Not all, so that the block stays short: %okx_debug shows them.
    error.checked = tuple(map(str, found[:_TOLD]))
    error.remedy = remedy_after(found, error.remedy)


def causes(case: Case) -> tuple[Cause, ...]:
    """The causes that were checked, those that hold first; none where OKX did not refuse the account."""
    if case.code == _NOT_OKX and (case.exchange is None or case.exchange.status is None):
        # No answer came at all: the error says why.
        return ()
    found = chain.from_iterable(check(case) for check in _CHECKS.get(case.code, ()))
    return tuple(sorted(found, key=lambda cause: _ORDER.index(cause.holds)))


_ORDER: Final = (True, None, False)
