"""How a request was signed, step by step; and the request as a curl command or a script for a shell."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from okx_magic.advice.case import Case, Cause, Known
from okx_magic.advice.causes import causes
from okx_magic.advice.parts import Part, is_login, parts
from okx_magic.servertext import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.credentials.account import Account
    from okx_magic.model import Environment, Exchange, Request, Sent

__all__ = ["Cause", "Known", "Part", "Trace", "trace"]

_NOTHING_KNOWN = Known()
_NO_CURL = "none: a log-in goes over a WebSocket"


@dataclass(frozen=True, slots=True)
class Trace:
    """One exchange as it was signed, sent and answered, free of secrets.

    ``parts`` are the four of the prehash (OKX docs: Overview, REST Authentication, Signature) and
    ``size`` its bytes. ``digest`` is the HMAC-SHA256 as hexadecimal digits and ``signature`` the same
    as Base64, as it was sent; both are "" for a request that was not signed. ``headers`` are those
    that were sent, with secrets hidden; ``curl`` is the request as a command with placeholders for
    secrets. ``causes`` are those of a refusal that were checked.
    """

    title: str
    account: str
    environment: Environment
    parts: tuple[Part, ...]
    size: int
    digest: str
    signature: str
    headers: tuple[tuple[str, str], ...]
    curl: str
    causes: tuple[Cause, ...] = ()


def trace(exchange: Exchange, account: Account, known: Known = _NOTHING_KNOWN) -> Trace:
    """The trace of an exchange of this account; ``known`` serves the causes of a refusal."""
    sent = exchange.sent
    return Trace(
        title=_title(exchange),
        account=account.name,
        environment=account.environment,
        parts=parts(exchange),
        size=len(sent.prehash.encode()) if sent else 0,
        digest=base64.b64decode(sent.signature).hex() if sent else "",
        signature=sent.signature if sent else "",
        headers=tuple(_headers(exchange, account)),
        curl=_NO_CURL if is_login(exchange) else curl(exchange.request, sent, account),
        causes=causes(Case(exchange.code, account, exchange, known)),
    )


def _title(exchange: Exchange) -> str:
    status = "no answer" if exchange.status is None else f"HTTP {exchange.status}"
    return f"{exchange.request} · {status} · {exchange.outcome}"


def _headers(exchange: Exchange, account: Account) -> Iterator[tuple[str, str]]:
    if exchange.sent is not None:
        yield "OK-ACCESS-KEY", account.credentials.hint if account.credentials else "…"
        yield "OK-ACCESS-SIGN", exchange.sent.signature
        yield "OK-ACCESS-TIMESTAMP", exchange.sent.timestamp
        yield "OK-ACCESS-PASSPHRASE", "hidden"
    yield from exchange.request.headers
    if exchange.request.body:
        yield "Content-Type", "application/json"


_CLOCK_MATTERS_MS = 5_000
_SET_BY_US = frozenset({"exptime"})


def curl(request: Request, sent: Sent | None, account: Account) -> str:
    """The request as one curl command, with ``…`` for the values that prove the account."""
    words = ["curl"]
    if request.method != "GET":
        words += ["-X", request.method]
    words.append(quoted(account.base_url + request.target))
    if sent is not None and sent.timestamp:
        words += ["-H 'OK-ACCESS-KEY: …' -H 'OK-ACCESS-SIGN: …' -H 'OK-ACCESS-PASSPHRASE: …'"]
        words += ["-H", quoted(f"OK-ACCESS-TIMESTAMP: {sent.timestamp}")]
    words += [f"-H {quoted(f'{name}: {value}')}" for name, value in request.headers]
    if request.body:
        words += ["-H 'Content-Type: application/json' --data-raw", quoted(request.body)]
    return " ".join(words)


def signing_script(exchange: Exchange, account: Account) -> str:
    """A script for bash that signs the same request again with openssl, and sends it with curl.

    Key, secret and passphrase come from the environment and are not in the script. Key, signature and
    passphrase reach curl through its standard input, so that the list of processes does not show
    them; the secret is an argument of openssl, because not all versions of openssl have another way,
    and is visible there for the milliseconds that openssl runs.
    """
    request = exchange.request
    headers = [(name, value) for name, value in request.headers if name.lower() not in _SET_BY_US]
    send = ["curl", *_options(request, headers, account), f'"{account.base_url}$target"']
    lines = [
        # printable: no text in the path can end the comment.
        f"# {printable(str(request))}, signed again; needs bash, openssl and curl.",
        "# The list of processes shows the secret while openssl runs: some milliseconds.",
        *_cautions(exchange),
        "(",
        ': "${OKX_API_KEY:?}" "${OKX_SECRET_KEY:?}" "${OKX_PASSPHRASE:?}"',
        f"method={quoted(request.method)}",
        f"target={quoted(request.target)}",
        f"body={quoted(request.body)}",
        "timestamp=$(date -u +%Y-%m-%dT%H:%M:%S.000Z)",
        'prehash="$timestamp$method$target$body"',
        "sign=$(printf '%s' \"$prehash\" |",
        '  openssl dgst -sha256 -hmac "$OKX_SECRET_KEY" -binary | openssl base64 -A)',
        'printf \'prehash   %s\\nsignature %s\\n\' "$prehash" "$sign" >&2',
        'printf \'%s: %s\\n\' OK-ACCESS-KEY "$OKX_API_KEY" OK-ACCESS-SIGN "$sign" \\',
        '  OK-ACCESS-TIMESTAMP "$timestamp" OK-ACCESS-PASSPHRASE "$OKX_PASSPHRASE" |',
        "  " + " ".join(send),
        ")",
    ]
    return "\n".join(lines)


def quoted(text: str) -> str:
    """The text as one word of a POSIX shell."""
    return "'" + text.replace("'", "'\\''") + "'"


def _cautions(exchange: Exchange) -> list[str]:
    lines = []
    if exchange.request.method == "POST":
        lines.append("# It sends the POST once more.")
    if exchange.sent is None:
        lines.append("# okx_magic did not sign it: the endpoint is public.")
    if abs(exchange.offset or 0) > _CLOCK_MATTERS_MS:
        seconds = (exchange.offset or 0) / 1000
        lines.append(f"# Add {seconds:+.0f} s to the timestamp: this computer's clock is off.")
    if any(name.lower() in _SET_BY_US for name, _ in exchange.request.headers):
        lines.append("# expTime is left out, as it has passed.")
    return lines


def _options(request: Request, headers: list[tuple[str, str]], account: Account) -> list[str]:
    # --globoff and --path-as-is: else curl changes the target that was signed.
    options = ["-sS", "--globoff", "--path-as-is", "-H", "@-"]
    if account.loopback:
        options.append("--noproxy '*'")
    elif account.proxy_name:
        options.append(f"--proxy {quoted(account.proxy_name)}")
    if account.ca_bundle:
        options.append(f"--cacert {quoted(account.ca_bundle)}")
    options += [f"-H {quoted(f'{name}: {value}')}" for name, value in headers]
    if request.method != "GET":
        options.append(f"-X {request.method}")
    if request.body:
        options.append("-H 'Content-Type: application/json' --data-raw \"$body\"")
    return options
