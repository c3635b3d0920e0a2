"""Errors of libraries that hold the headers they were given: what leaves ``wire`` holds none of them."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest
from lab import Lab, order
from raiser import signatures

from okx_magic.model import Request
from okx_magic.wire import sender
from okx_magic.wire.dialing import _Guarded

if TYPE_CHECKING:
    from collections.abc import Callable


class HeaderError(Exception):
    """Keeps what it was about, and says it."""

    def __init__(self, value: str) -> None:
        super().__init__("a header")
        self.headers = {"OK-ACCESS": value}

    def __str__(self) -> str:
        return f"bad header {self.headers}"


def linked(value: str, link: str) -> Exception:
    error = LookupError("a header")
    setattr(error, link, ValueError(value))
    return error


def noted(value: str) -> Exception:
    error = RuntimeError("a header")
    error.add_note(f"it was {value}")
    return error


ERRORS: dict[str, Callable[[str], BaseException]] = {
    "argument": ValueError,
    "bytes": lambda value: ValueError(f"Invalid header value {value.encode()!r}"),
    "a pair": lambda value: TypeError(("OK-ACCESS", value)),
    "a dict": lambda value: KeyError({"OK-ACCESS": value}),
    "encoding": lambda value: UnicodeEncodeError("latin-1", value, 0, 1, "not in range"),
    "decoding": lambda value: UnicodeDecodeError("ascii", value.encode(), 0, 1, "not in range"),
    "attribute": HeaderError,
    "note": noted,
    "cause": lambda value: linked(value, "__cause__"),
    "context": lambda value: linked(value, "__context__"),
    "group": lambda value: ExceptionGroup("several", [ValueError(value), HeaderError(value)]),
    "exit": SystemExit,
    "memory": MemoryError,
    "stop": lambda value: StopAsyncIteration(value.lower()),
    "interrupt": KeyboardInterrupt,
    "syntax": lambda value: SyntaxError("bad", ("x", 1, 1, value)),
}


def told(error: BaseException) -> str:
    """All that a traceback with every name, a log or a person could get of it."""
    chain, seen, parts = [error], set[int](), list[str]()
    while chain:
        each = chain.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        shown = traceback.TracebackException.from_exception(each, capture_locals=True)
        parts += [*shown.format(), f"{each!r} {each} {each.args} {vars(each)}"]
        parts += [repr(getattr(each, name, "")) for name in ("object", "code", "text", "value")]
        chain += [link for link in (each.__cause__, each.__context__) if link is not None]
        chain += getattr(each, "exceptions", ())
    return "\n".join(parts)


def fail(
    patch: pytest.MonkeyPatch,
    make: Callable[[str], BaseException],
    ours: str = "OK-ACCESS-PASSPHRASE",
) -> None:
    """The library fails at this header of ours, and its error has the value."""
    put = _Guarded.putheader

    def putheader(connection: Any, header: Any, *values: Any) -> None:
        name = header if isinstance(header, str) else header.decode()
        if name.upper() == ours:
            value = values[0]
            raise make(value if isinstance(value, str) else value.decode())
        put(connection, header, *values)

    patch.setattr(_Guarded, "putheader", putheader)


def struck(bench: Lab, request: Request) -> BaseException:
    try:
        bench.session.send(request)
    except BaseException as error:  # noqa: BLE001  # whatever it is
        return error
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize("kind", ERRORS)
@pytest.mark.parametrize("header", ["OK-ACCESS-PASSPHRASE", "OK-ACCESS-SIGN"])
def test_an_error_holds_no_header(
    bench: Lab, monkeypatch: pytest.MonkeyPatch, kind: str, header: str
) -> None:
    """Neither in its arguments nor in what it holds beside them, nor in those that it is linked to."""
    signs = signatures(monkeypatch)
    fail(monkeypatch, ERRORS[kind], header)
    for request in (Request("GET", "/api/v5/account/balance"), order()):
        error = struck(bench, request)
        shown = told(error)
        keys = bench.sandbox.demo
        for secret in (keys.passphrase, keys.passphrase.lower(), keys.secret, *signs):
            assert secret not in shown
    assert not bench.orders()


def test_with_what_the_library_gave_it_would(bench: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without its frames alone, an error still says what it was given."""
    monkeypatch.setattr(sender, "without_values", lambda error, _: error)
    leaks = 0
    for make in ERRORS.values():
        with pytest.MonkeyPatch.context() as patch:
            fail(patch, make)
            error = struck(bench, Request("GET", "/api/v5/account/balance"))
        leaks += bench.sandbox.demo.passphrase.lower() in told(error).lower()
    assert leaks >= 12
