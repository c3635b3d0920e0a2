"""Values of a person in cells: what arrives is what was signed, means what was given, and stays in its
place; and IPython does not touch the text around them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

import pytest
import requests
from IPython.core.magic import MAGIC_NO_VAR_EXPAND_ATTR
from rawserver import RawServer, http

from okx_magic.cell import fill, parse
from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import CellError
from okx_magic.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Notebook

SECRET = "FAKE0SECRET0FOR0TESTS0ONLY000001"
# All of ASCII but the letters and digits, and sequences that readers understand differently.
ODD = (
    *(chr(code) for code in range(1, 128) if not chr(code).isalnum()),
    *(*"éßñÿ½", "测", "\U0001f4b9", "\x80", "\xa0", "\u2028", "\ufeff", "a\u0301", "ﬀ", "İ"),
    *("/../", "//", "%41", "%2F", "%zz", "%u0041", "a b", "a+b", "a&b=c", "a&instType=OPTION"),
    *("a=b", "a;b", "#x", "?x", "a?b", "\r\nX: y", "{{ x }}", "{x}", "$x"),
    *(
        "..",
        "./",
        "a/b",
        "@evil.example",
        "http://evil.example",
        "'\"'",
        "\\n",
        "a,b,c",
        "1e5",
        "~a",
    ),
)
ALPHABET = "abcXYZ019" + "".join(each for each in ODD if len(each) == 1)
PAIRS = 40


def texts(count: int, seed: int) -> list[str]:
    """So many texts of odd characters, always the same ones."""
    chance = random.Random(seed)  # noqa: S311  # not for secrets
    return [
        "".join(chance.choice(ALPHABET) for _ in range(chance.randrange(1, 12)))
        for _ in range(count)
    ]


@pytest.fixture
def server() -> Iterator[RawServer]:
    raw = RawServer(
        reply=http(
            json.dumps(
                {"code": "0", "msg": "", "data": [{"ts": str(int(time.time() * 1000))}]}
            ).encode()
        )
    )
    yield raw
    raw.close()


@pytest.fixture
def session(server: RawServer) -> Iterator[Session]:
    keys = Credentials("00000000-aaaa-bbbb-cccc-000000000001", SECRET, "fake-pass-1")
    with Session(Account("main", "demo", keys, server.url, "a test", timeout=5)) as opened:
        yield opened


def values_arrived(server: RawServer) -> list[str]:
    """The values of the query as they arrived, after the signature was found to fit them."""
    message = (server.header("OK-ACCESS-TIMESTAMP") or "") + "GET" + server.target
    digest = hmac.new(SECRET.encode(), message.encode("latin-1"), hashlib.sha256).digest()
    assert server.header("OK-ACCESS-SIGN") == base64.b64encode(digest).decode()
    query = server.target.partition("?")[2]
    pairs = [pair.partition("=")[::2] for pair in query.split("&")]
    assert [name for name, _ in pairs] == [f"v{number}" for number in range(len(pairs))]
    return [unquote(value, errors="strict") for _, value in pairs]


def test_odd_values_arrive_as_they_were_given_and_as_they_were_signed(
    server: RawServer, session: Session
) -> None:
    """107 odd characters and sequences, one request each."""
    assert len(set(ODD)) == len(ODD) >= 107
    for value in ODD:
        request = fill(parse("GET /api/v5/x?v0={{ value }}").templates[0], {"value": value})
        session.request("GET", request.target)
        assert values_arrived(server) == [value]


@pytest.mark.slow
def test_ten_thousand_values_arrive(server: RawServer, session: Session) -> None:
    """Of any odd characters, forty a request."""
    given = texts(10_000, 30)
    cell = "GET /api/v5/x\n" + "".join(f"&v{n}={{{{ values[{n}] }}}}\n" for n in range(PAIRS))
    template = parse(cell).templates[0]
    for start in range(0, len(given), PAIRS):
        some = given[start : start + PAIRS]
        session.request("GET", fill(template, {"values": some}).target)
        assert values_arrived(server) == some


def test_a_naive_client_sends_other_values(server: RawServer) -> None:
    """The control: of the same values in its URL, requests sends many in other bytes than were typed, and
    those are what a naive signer signs.
    """
    wrong = 0
    with requests.Session() as plain:
        plain.trust_env = False
        for value in ODD:
            try:
                plain.get(f"{server.url}/api/v5/x?v0={value}", timeout=5)
            except (requests.RequestException, UnicodeError):
                wrong += 1
            else:
                wrong += server.target != f"/api/v5/x?v0={value}"
    assert wrong >= 20


CELL = (
    "POST /api/v5/x?a=1&v={{ value }}&sz=2\n"
    '{"first": "1", "text": "<{{ value }}>", "bare": {{ value }}, "list": [{{ value }}], "sz": "2"}'
)


def test_a_thousand_values_stay_in_their_places() -> None:
    """In a query, in text and bare in JSON, none changes what stands around it."""
    template = parse(CELL).templates[0]
    for value in texts(1000, 5):
        request = fill(template, {"value": value})
        pairs = parse_qsl(request.target.partition("?")[2], keep_blank_values=True)
        assert pairs == [("a", "1"), ("v", value), ("sz", "2")]
        assert list(json.loads(request.body).items()) == [
            ("first", "1"),
            ("text", f"<{value}>"),
            ("bare", value),
            ("list", [value]),
            ("sz", "2"),
        ]


def test_pasted_values_break_out() -> None:
    """The control: the same values put into the text by Python change it, hundreds of times."""
    broken = 0
    for value in texts(1000, 5):
        try:
            body: Any = json.loads('{"text": "%s", "sz": "2"}' % value)  # noqa: UP031  # the mistake itself
        except ValueError:
            body = None
        broken += body != {"text": value, "sz": "2"}
    assert broken >= 100


def test_half_a_pair_is_one_line() -> None:
    """A lone surrogate is no text that could travel."""
    with pytest.raises(CellError, match="surrogate"):
        fill(parse(CELL).templates[0], {"value": "\ud800"})


# What IPython would put a value, or another text, in place of.
LINES = (
    *("$px", "{px}", "{1+1}", '{"BTC"}', "{{px}}", "$5", "{px}-{px}", "$$px", "a{px}b", "{px!r}"),
    *('{__import__("os").getpid()}', "{fired()}"),
)


@pytest.fixture
def evaluated(notebook: Notebook) -> list[int]:
    """Every call of ``fired`` leaves a trace."""
    calls: list[int] = []
    notebook.shell.push({"px": "999", "fired": lambda: calls.append(1)})
    return calls


@pytest.mark.parametrize("line", LINES)
def test_ipython_evaluates_nothing_of_our_lines(
    notebook: Notebook, evaluated: list[int], monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    """The line of each magic, and the first line of a cell, come through as they were typed."""
    heard: list[str] = []
    magics = notebook.shell.magics_manager.registry["OkxMagic"]
    kinds = notebook.shell.magics_manager.magics
    assert magics is not None
    for kind, prefix in (("line", "%okx "), ("cell", "%%okx ")):
        real = kinds[kind]["okx"]

        def heard_by(text: str, cell: str = "", real: Any = real) -> None:
            del cell, real
            heard.append(text)

        # As the real one is marked.
        heard_by.__dict__.update(real.__func__.__dict__)
        monkeypatch.setitem(kinds[kind], "okx", heard_by)
        notebook.run(prefix + line + ("\nGET /x" if kind == "cell" else ""))
        assert notebook.error is None
    assert heard == [line, line]
    assert evaluated == []


def test_every_magic_is_marked(notebook: Notebook) -> None:
    """Not only the one that sends."""
    marked = [
        hasattr(magic, MAGIC_NO_VAR_EXPAND_ATTR)
        for kind in ("line", "cell")
        for name, magic in notebook.shell.magics_manager.magics[kind].items()
        if name.startswith("okx")
    ]
    assert len(marked) >= 10
    assert all(marked)


def test_ipython_evaluates_an_ordinary_line(notebook: Notebook, evaluated: list[int]) -> None:
    """The control: of the same lines a magic without the mark gets others, and code has run."""
    heard: list[str] = []
    notebook.shell.register_magic_function(heard.append, "line", "naive")
    for line in LINES:
        notebook.run(f"%naive {line}")
    assert sum(text != line for text, line in zip(heard, LINES, strict=True)) >= 8
    assert evaluated == [1]
