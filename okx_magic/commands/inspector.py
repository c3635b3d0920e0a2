"""What the panel's page Requests shows: the list of exchanges, and one of them with its answer.

Answers go to the front end by message, when a person asks for one. They are in no synced state, so a
saved notebook holds none. Texts of servers are cleaned, and inserted as text there.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from okx_magic import catalogue, strictjson
from okx_magic.advice.trace import curl, trace
from okx_magic.model import Envelope
from okx_magic.servertext import plain_within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.model import Exchange, Request
    from okx_magic.session import Session

Json = dict[str, Any]

_ROWS: Final = 50
_COLUMNS: Final = 40
_TEXT: Final = 64 << 10
_LONGEST_CELL: Final = 200


def listed(number: str, done: Exchange) -> Json:
    """A line of the list; times are in milliseconds."""
    return {
        "id": number,
        "at": round(done.sent_at * 1000),
        "method": done.request.method,
        "target": done.request.target,
        "account": done.account,
        "status": done.status,
        "code": done.code,
        "outcome": done.outcome,
        "took": round(done.milliseconds),
        "attempt": done.attempt,
    }


def inspected(number: str, done: Exchange, session: Session) -> Json:
    """One exchange: facts, the answer as a table and as text, what a refusal means, and copies."""
    body = session.connection.log.answer(done)
    text = body.decode("utf-8", "replace") if body else ""
    return {
        "id": number,
        "title": f"{done.request.method} {done.request.target}",
        "facts": [list(fact) for fact in _facts(done)],
        "refusal": _refusal(done, session),
        "table": _table(text, done.request) if done.code in ("0", "1", "2") else None,
        "text": plain_within(text[:_TEXT].replace("},{", "},\n{")),
        "note": _note(done, body, text),
        "copies": {
            "cell": f"%%okx -a {done.account}\n{_cell(done.request)}",
            "curl": curl(done.request, done.sent, session.account),
            "Python": _python(done),
        },
    }


def _facts(done: Exchange) -> Iterator[tuple[str, str]]:
    when = datetime.fromtimestamp(done.sent_at, UTC)
    yield "sent", f"{when:%Y-%m-%d %H:%M:%S}.{when.microsecond // 1000:03d} UTC"
    of = "" if done.account == done.environment else f" ({done.environment})"
    yield "by", done.account + of
    yield "HTTP", str(done.status) if done.status else "no answer"
    yield "code", done.code or "none"
    yield "took", f"{done.milliseconds:.0f} ms"
    yield "attempt", str(done.attempt)
    if done.request.body:
        yield "body", done.request.body


def _refusal(done: Exchange, session: Session) -> Json | None:
    """The same words as under the cell: the headline, then means, checked and try."""
    if done.code == "0":
        return None
    known = catalogue.explain(done.code)
    lines = [["means", known.meaning]] if known and known.meaning else []
    traced = trace(done, session.account, session.known())
    lines += [["checked", str(cause)] for cause in traced.causes]
    remedy = done.remedy or (known.remedy if known else "")
    lines += [["try", remedy]] if remedy else []
    return {"headline": done.outcome, "lines": lines}


def _note(done: Exchange, body: bytes | None, text: str) -> str:
    """What should be known of the answer that is shown."""
    if done.status is None:
        return "no answer came"
    if body is None:
        return "its answer is not kept any more: of a session the newest 20 MB are"
    if len(text) > _TEXT:
        return f"cut: the first {_TEXT // 1024} kB of the answer"
    return ""


def _table(text: str, request: Request) -> Json | None:
    """The first rows of the answer's frame, each cell as text; None where it makes no frame."""
    envelope = _envelope(text)
    if envelope is None:
        return None
    from okx_magic.frames import to_frame  # noqa: PLC0415  # pandas, on first use

    frame = to_frame(envelope, request)
    rows = len(frame)
    shown = frame.iloc[:_ROWS, :_COLUMNS]
    if shown.index.name:
        shown = shown.reset_index()
    missing = shown.isna()
    cells = [
        ["" if gone else _cut(str(cell)) for cell, gone in zip(row, gaps, strict=True)]
        for row, gaps in zip(shown.to_numpy(dtype=object), missing.to_numpy(), strict=True)
    ]
    return {
        "columns": [str(name) for name in shown.columns],
        "numbers": [
            place
            for place, dtype in enumerate(shown.dtypes)
            if getattr(dtype, "kind", "O") in "fiu"
        ],
        "rows": cells,
        "more": [rows - len(cells), max(frame.shape[1] - _COLUMNS, 0)],
    }


def _envelope(text: str) -> Envelope | None:
    """The envelope in an answer; of one that was cut, with the rows that are whole."""
    for candidate in (
        text,
        text[: text.rfind("},") + 1] + "]}",
        text[: text.rfind("],") + 1] + "]}",
    ):
        try:
            value = strictjson.loads(candidate)
        except ValueError:
            continue
        if isinstance(value, dict) and "data" in value:
            return Envelope(str(value.get("code", "")), "", value["data"])
    return None


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else text[:_LONGEST_CELL] + "…"


def _cell(request: Request) -> str:
    lines = [f"{request.method} {request.target}"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    return "\n".join([*lines, request.body] if request.body else lines)


def _python(done: Exchange) -> str:
    request = done.request
    arguments = [json.dumps(request.method), json.dumps(request.target, ensure_ascii=False)]
    if request.body:
        arguments.append(repr(request.body))
    return (
        "import okx_magic\n\n"
        f"with okx_magic.connect({json.dumps(done.account)}) as okx:\n"
        f"    frame = okx.frame({', '.join(arguments)})\n"
    )
