"""Why an exchange failed, in one line with the way out, read off the HTTP library's exceptions.

The library's own texts are not used: they can quote headers.

Tested in ``tests/wire/test_transport.py``.
"""

from __future__ import annotations

import ssl
from http.client import (
    BadStatusLine,
    HTTPException,
    IncompleteRead,
    RemoteDisconnected,
    UnknownProtocol,
)
from typing import NamedTuple

from urllib3 import exceptions as http

_NETWORK = "check the network; %okx_login sandbox works without one"
_ITS_END = "was the sandbox stopped? %okx_login sandbox starts one in this kernel"
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_BETWEEN = "run it again; if it persists, try without a proxy, a VPN or a scanner in between"


class TooLargeError(http.HTTPError):
    """An answer grew beyond the limit."""


class CodingError(http.HTTPError):
    """An answer is compressed otherwise than it was asked to be, or not as it says."""


class BundleError(http.HTTPError):
    """The file of certificates cannot be read, or holds none."""


class FramingError(http.HTTPError):
    """Where the head or the body of an answer ends cannot be told for certain."""


class Failure(NamedTuple):
    """What happened, and what to do about it."""

    message: str
    remedy: str = ""


def late(seconds: float) -> Failure:
    """The deadline passed first."""
    if seconds <= 0:
        # Waiting for its turn, or asking the exchange's time, took all of it.
        return Failure("no time was left for its answer", _NETWORK)
    return Failure(f"no complete answer within {seconds:.3g} s", _NETWORK)


_CUT = Failure("the connection was cut before the answer was complete", _BETWEEN)

# The first kind that fits anywhere in the chain of causes; the more special kinds come first. Each
# text is filled with the host, the proxy without its password, and the reason of a TLS failure.
_KINDS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], Failure], ...] = (
    (
        http.ProxyError,
        Failure(
            "the proxy {proxy} could not be used",
            "fix or unset HTTPS_PROXY (or proxy_url of the profile), then log in again",
        ),
    ),
    (http.NameResolutionError, Failure("the host {host} is not found (DNS)", _NETWORK)),
    (http.NewConnectionError, Failure("no connection to {host}", _NETWORK)),
    (http.ConnectTimeoutError, Failure("{host} did not accept a connection in time", _NETWORK)),
    (
        BundleError,
        Failure(
            "the certificates of ca_bundle cannot be read",
            "ca_bundle of the profile must be a file of certificates in PEM form",
        ),
    ),
    (
        ssl.SSLCertVerificationError,
        Failure(
            "TLS with {host} failed: {tls}",
            "name your company's certificate file as ca_bundle in the profile",
        ),
    ),
    (ssl.SSLError, Failure("TLS with {host} failed: the other side does not support it", _NETWORK)),
    (CodingError, Failure("the answer is not compressed as it says", _BETWEEN)),
    (TooLargeError, Failure("the answer is larger than any of OKX's", _BETWEEN)),
    (
        FramingError,
        Failure("the answer is broken HTTP: its head or its length is malformed", _BETWEEN),
    ),
    # A connection that was closed without an answer is one of these, too.
    (RemoteDisconnected, _CUT),
    (IncompleteRead, _CUT),
    ((BadStatusLine, UnknownProtocol), Failure("the answer is not HTTP", _BETWEEN)),
    (HTTPException, Failure("the head of the answer is larger than any of OKX's", _BETWEEN)),
)


def describe(error: BaseException, *, host: str, proxy: str, seconds: float) -> Failure:
    """The failure that an exception of urllib3, http.client or the socket stands for."""
    causes = _causes(error)
    for kind, failure in _KINDS:
        if any(isinstance(cause, kind) for cause in causes):
            message = failure.message.format(host=host, proxy=proxy, tls=_tls_reason(causes))
            here = failure.remedy == _NETWORK and host.startswith(_LOOPBACK)
            return Failure(message, _ITS_END if here else failure.remedy)
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return late(seconds)
    return _CUT


def _causes(error: BaseException) -> list[BaseException]:
    """The error and all that it wraps: urllib3 hides reasons in its arguments."""
    found: list[BaseException] = []
    queue = [error]
    while queue:
        item = queue.pop(0)
        if item in found:
            continue
        found.append(item)
        wrapped = (getattr(item, "reason", None), *item.args, item.__cause__, item.__context__)
        queue += [inner for inner in wrapped if isinstance(inner, BaseException)]
    return found


def _tls_reason(causes: list[BaseException]) -> str:
    reasons = (getattr(cause, "verify_message", "") for cause in causes)
    return next(filter(None, reasons), "its certificate was refused")
