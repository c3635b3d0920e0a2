"""The judge of replies: bytes in, an Envelope of success out, or the one error that names the cause.

Only an object whose ``code`` is the text "0" and whose ``data`` fits counts as success. The JSON is
read before the status: OKX explains a 401 or a 429 in its body, and answers most refusals with 200
(OKX docs: Error Code).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from okx_magic import catalogue, strictjson
from okx_magic.errors import OkxError, OkxMagicError, PartlyRefused, TransportError
from okx_magic.model import Envelope, NumberRows, ObjectRows, Request
from okx_magic.servertext import printable
from okx_magic.wire import numberrows, objectrows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from okx_magic.wire.transport import Answer

_DEEPEST_ANSWER = 64
# Commas and opening brackets, more than twice as many as the largest answers of OKX have. As objects the
# values between them take 64 MiB at most; those of the largest body would take ten times as much.
_MOST_VALUES = 500_000
# Of one row, ten times as many as OKX's longest have: a frame takes a tenth of a millisecond for each.
_MOST_FIELDS = 1_000
_CODE = re.compile("0|[1-9][0-9]{0,9}")
# What the list holds, by the kind of an endpoint.
_ITEMS: Mapping[str | None, type] = MappingProxyType(
    {"objects": dict, "nested": dict, "rows": list}
)
# Also of codes that are newer than the catalogue; 404 is OKX's for a path that it does not have.
_LIKE_OKX = re.compile("[0-2]|404|5[0-9]{4}")
_NO_SUCH_PLACE = "%okx_find searches the paths; if this one is right, check the base_url"
# Whose service writes its codes as numbers.
_NUMBERED = "/api/v5/finance/sfp/dcd/products"


def judge(answer: Answer, request: Request, redact: Callable[[str], str] | None = None) -> Envelope:
    """The envelope of a success. Raises OkxError (OKX refused), PartlyRefused (some items of a batch
    stand) or TransportError (this is not an answer of OKX's API).

    No error holds what ``redact`` takes out: a server, or a proxy in its place, may repeat the headers
    that it was sent.
    """
    try:
        return _judged(answer, request)
    except OkxMagicError as failure:
        error = failure
    # Outside of the handler, so that the new error does not carry the old one along as its context.
    if redact is not None and (clean := redacted(answer, redact)) != answer:
        error = _reworded(clean, request)
    raise error


def redacted(answer: Answer, redact: Callable[[str], str]) -> Answer:
    """The answer with the text of its headers and body redacted."""
    headers = {name.lower(): redact(value) for name, value in answer.headers.items()}
    # What is not UTF-8 stays as it is, to be judged as such.
    body = redact(answer.body.decode("utf-8", "surrogateescape"))
    return replace(answer, headers=headers, body=body.encode("utf-8", "surrogateescape"))


def _reworded(answer: Answer, request: Request) -> OkxMagicError:
    try:
        _judged(answer, request)
    except OkxMagicError as error:
        return error
    # A passphrase that is a word of OKX's own answers: what is left cannot be believed.
    return _not_okx(answer, request, "the answer repeats our credentials")


def _judged(answer: Answer, request: Request) -> Envelope:
    if 300 <= answer.status < 400 and answer.status != 304:
        raise _not_okx(answer, request, f"redirected to {_target_host(answer)}; not followed")
    envelope = _read(answer, request)
    if envelope.code == "0" and answer.status != 200:
        raise _not_okx(answer, request, "code 0 came with another HTTP status than 200")
    # The sCode of a read that succeeded is what a check has found (OKX docs: Precheck account mode
    # switch). In all else it is what became of the item.
    found = request.method == "GET" and envelope.code == "0"
    refused = [] if found else _refused_items(envelope.data)
    if not all(isinstance(item["sCode"], str) for item in refused):
        raise _not_okx(answer, request, "an item's sCode is not text")
    if envelope.code != "0" or refused:
        raise _refusal(envelope, refused, request)
    return envelope


def _read(answer: Answer, request: Request) -> Envelope:
    if not answer.body.strip():
        raise _not_okx(answer, request, "the answer is empty")
    if _count_values(answer.body) > _MOST_VALUES:
        raise _not_okx(answer, request, "the answer holds more values than any of OKX's")
    try:
        reply = _loads(answer.body, request)
    except ValueError as error:
        reason = _not_json(answer, str(error))
    else:
        reply = _with_text_code(reply, answer, request)
        reason = _misfit(reply, request)
        if not reason:
            extra = {k: v for k, v in reply.items() if k not in {"code", "msg", "data"}}
            said = reply["code"], printable(reply.get("msg", ""))
            data = reply.get("data")
            if isinstance(data, NumberRows | ObjectRows):
                return Envelope.of_rows(*said, data, extra, answer.status)
            return Envelope(*said, data, extra, answer.status)
    raise _not_okx(answer, request, reason)


def _count_values(body: bytes) -> int:
    """How many values a body may hold at most, without reading it."""
    # Nearly all bodies are too short to hold many.
    if len(body) <= _MOST_VALUES:
        return len(body)
    return sum(map(body.count, (b",", b"[", b"{")))


def _loads(body: bytes, request: Request) -> Any:
    """The answer's value, its data as NumberRows or ObjectRows where it is such. Raises ValueError."""
    endpoint, reply = request.endpoint, None
    if endpoint is not None and endpoint.kind == "rows":
        reply = numberrows.read(body, len(endpoint.columns))
    elif len(body) >= objectrows.LONG and endpoint and _ITEMS.get(endpoint.kind) is dict:
        reply = objectrows.read(body)
    if reply is not None:
        return reply
    reply = strictjson.loads(body, max_depth=_DEEPEST_ANSWER)
    if request.path == _NUMBERED and isinstance(reply, dict) and type(reply.get("code")) is int:
        reply["code"] = str(reply["code"])
    return reply


def _with_text_code(reply: Any, answer: Answer, request: Request) -> Any:
    """The reply with the number of a known refusal as text, where nothing could be lost by believing it:
    of a read, or with an HTTP status that refuses, too.
    """
    refuses = request.method == "GET" or 400 <= answer.status < 500
    if refuses and isinstance(reply, dict) and _meaning(reply.get("code")):
        return reply | {"code": str(reply["code"])}
    return reply


def _meaning(code: object) -> str:
    """What OKX means by a code that came as a number; "" for all others."""
    known = catalogue.explain(str(code)) if type(code) is int and code > 2 else None
    return known.meaning if known else ""


def _misfit(reply: Any, request: Request) -> str:
    """Why a JSON value is no envelope of OKX's, or "" when it is one."""
    if not isinstance(reply, dict) or "code" not in reply:
        return "the answer is JSON, but not OKX's {code, msg, data}"
    code, msg = reply["code"], reply.get("msg", "")
    # Other services at the same address send code 0 as a number; OKX sends text.
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        means = f" ({meaning})" if (meaning := _meaning(code)) else ""
        return f"the answer's code is {code!r:.40}{means}, not a text of digits as OKX's are"
    if not isinstance(msg, str):
        return "the answer's msg is not text"
    if not (_LIKE_OKX.fullmatch(code) or catalogue.explain(code)):
        # Gateways speak JSON, too, with the HTTP status or a number of their own for a code.
        return f"the answer's code {code} is not one of OKX's: {printable(msg)}"
    if code in {"0", "1", "2"} and not _fits(reply.get("data"), request):
        return "the answer's data is not of the form that OKX documents"
    return ""


def _fits(data: Any, request: Request) -> bool:
    endpoint = request.endpoint
    if isinstance(data, list):
        item = _ITEMS.get(endpoint.kind) if endpoint else None
        if item is None:
            return True
        alike = all(isinstance(each, item) for each in data)
        return alike and max(map(len, data), default=0) <= _MOST_FIELDS
    if isinstance(data, NumberRows | ObjectRows):
        return True
    # Few endpoints answer with an object; of an unknown one either form is taken.
    return isinstance(data, dict) and (endpoint is None or endpoint.kind in {"object", None})


def _refused_items(data: Any) -> list[dict[str, Any]]:
    items = data if isinstance(data, list) else []
    return [
        item
        for item in items
        # Not by a set: it may be anything.
        if isinstance(item, dict) and item.get("sCode", "0") not in ("0", "")
    ]


def _refusal(envelope: Envelope, refused: list[dict[str, Any]], request: Request) -> OkxError:
    items = tuple((str(item["sCode"]), _said(item, several=len(refused) > 1)) for item in refused)
    items_in_all = len(envelope.data) if isinstance(envelope.data, list) else 0
    if items and (envelope.code == "2" or len(items) < items_in_all):
        code = "2" if envelope.code == "0" else envelope.code
        msg = f"{len(items)} of {items_in_all} items refused: {items[0][0]} {items[0][1]}"
        kind: type[OkxError] = PartlyRefused
    elif items:
        code, msg, kind = *items[0], OkxError
        if len(items) > 1:
            msg = f"{msg} · all {len(items)} items refused"
    else:
        code, msg, kind = envelope.code, envelope.msg, OkxError
    # The first refused item says more than "operation failed".
    known = catalogue.explain(items[0][0] if items else code)
    remedy = known.remedy if known else _NO_SUCH_PLACE if code == "404" else ""
    means = known.meaning if known else ""
    if items and (sub := _sub_code(refused[0])):
        finer = catalogue.explain(f"{items[0][0]}_{sub}")
        means = f"{finer.meaning if finer else means} (sub-code {sub})".lstrip()
        remedy = finer.remedy if finer else remedy
    return kind(
        code,
        msg or (known.msg if known else ""),
        envelope=envelope,
        means=means,
        items=items,
        remedy=remedy,
        request=request,
    )


def _said(item: dict[str, Any], *, several: bool) -> str:
    """What OKX said of a refused item; of several, each with its sub-code, of which one alone tells more
    in what it means.
    """
    sub = _sub_code(item) if several else ""
    return printable(str(item.get("sMsg", ""))) + (f" (sub-code {sub})" if sub else "")


def _sub_code(item: dict[str, Any]) -> str:
    """OKX docs, Place order: ``subCode``, which tells why of several reasons; "" for none."""
    sub = item.get("subCode")
    return sub if isinstance(sub, str) and _CODE.fullmatch(sub) and sub != "0" else ""


def _not_json(answer: Answer, reason: str) -> str:
    start = answer.body.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    if start == b"<":
        return "HTML came instead of JSON: a proxy, a VPN or a gateway answered, not OKX's API"
    if answer.body.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "the answer begins with a byte-order mark, which JSON never does"
    if start in {b"{", b"["}:
        return f"the answer's JSON is broken: {printable(reason)}"
    return "the answer is neither JSON nor HTML"


def _not_okx(answer: Answer, request: Request, reason: str) -> TransportError:
    return TransportError(
        f"{reason} (HTTP {answer.status})",
        written=True,
        status=answer.status,
        remedy=_NO_SUCH_PLACE if answer.status == 404 else "",
        request=request,
    )


def _target_host(answer: Answer) -> str:
    address = answer.headers.get("location", "")
    try:
        host = urlsplit(address).netloc.rpartition("@")[2]
    except ValueError:
        address = host = ""
    if not address:
        return "an address that it does not name"
    return printable(host) or "another address of the same host"
