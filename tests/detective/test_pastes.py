"""Signatures and headers as other programs print them, read as evidence."""

from __future__ import annotations

import json

import pytest
from test_evidence import BODY, EXPECTED, HEADERS, KEY, NOW, SIGN, cell, lines

from okx_magic.detective import Evidence
from okx_magic.detective.evidence import read
from okx_magic.errors import CellError

URL = "https://www.okx.com/api/v5/trade/order"
PATH = "/api/v5/trade/order"
HEADERS_AND_MORE = {**HEADERS, "OK-ACCESS-PASSPHRASE": "***", "Content-Type": "application/json"}
SENT = "\n".join(
    f"> {line}"
    for line in (f"POST {PATH} HTTP/2", "Host: www.okx.com", *lines(HEADERS_AND_MORE).split("\n"))
)
GO = " ".join(f"{name.title()}:[{value}]" for name, value in HEADERS_AND_MORE.items())
PHP = "".join(f"    [{name}] => {value}\n" for name, value in HEADERS_AND_MORE.items())
PHP_LIST = "".join(
    f"    [{at}] => {name}: {value}\n" for at, (name, value) in enumerate(HEADERS_AND_MORE.items())
)
DUMP = "".join(
    f'  ["{name}"]=>\n  string({len(value)}) "{value}"\n'
    for name, value in HEADERS_AND_MORE.items()
)
NODE = ",\n".join(f"    '{name}': '{value}'" for name, value in HEADERS_AND_MORE.items())
PAIRS = ", ".join(f"{name}={value}" for name, value in HEADERS_AND_MORE.items())
LISTS = ", ".join(f"{name}=[{value}]" for name, value in HEADERS_AND_MORE.items())
LUA = "".join(f'  ["{name}"] = "{value}",\n' for name, value in HEADERS_AND_MORE.items())
ARROWS = "".join(f"  '{name}' => '{value}',\n" for name, value in HEADERS_AND_MORE.items())
TAB, CRLF = "\t", "\\r\\n"
PASTED = {
    "curl -v, the body behind": (
        f"* Trying 1.2.3.4:443...\n* Connected to www.okx.com\n{SENT}\n>\n{BODY}\n"
        '< HTTP/2 401\n< content-type: application/json\n<\n{"msg":"Invalid Sign","code":"50113"}'
    ),
    "curl -v, the command before": (
        f"$ curl -v -X POST {URL} -H 'OK-ACCESS-SIGN: '$SIGN -d '{BODY}'\n* Trying 1.2.3.4\n{SENT}\n>\n"
        '} [33 bytes data]\n* upload completely sent off\n< HTTP/2 401\n<\n{"code":"50113"}'
    ),
    "Go's header": f"POST {PATH}\nmap[{GO}]\n{BODY}",
    "Go's header before": f"headers: map[{GO}]\nPOST {PATH}\n\n{BODY}",
    "PHP's print_r": f"POST {PATH}\nArray\n(\n{PHP})\n\n{BODY}",
    "PHP's print_r of a list": f"Array\n(\n{PHP_LIST})\nPOST {PATH}\n{BODY}",
    "PHP's var_dump": f"POST {PATH}\narray({len(HEADERS_AND_MORE)}) {{\n{DUMP}}}\n{BODY}",
    "node's inspect": (
        f"{{\n  method: 'POST',\n  url: '{URL}',\n  headers: {{\n{NODE}\n  }},\n  data: '{BODY}'\n}}"
    ),
    "a dict of requests": str(
        {"method": "post", "url": URL, "headers": HEADERS_AND_MORE, "data": BODY}
    ),
    "Go's header in its syntax": (
        f"POST {URL}\nhttp.Header{{"
        + ", ".join(f'"{n.title()}":[]string{{"{v}"}}' for n, v in HEADERS_AND_MORE.items())
        + f"}}\n{BODY}"
    ),
    "a map of Java": f"POST {URL}\n{{{PAIRS}}}\n{BODY}",
    "HttpHeaders of Java": f"POST {URL}\njava.net.http.HttpHeaders@9b2b {{ {{{LISTS}}} }}\n{BODY}",
    "a table of Lua": f"POST {URL}\n{{\n{LUA}}}\n{BODY}",
    "names and values with tabs": f"POST {URL}\n{lines(HEADERS_AND_MORE).replace(': ', TAB)}\n{BODY}",
    "Perl's Data::Dumper": f"POST {URL}\n$VAR1 = {{\n{ARROWS}        }};\n{BODY}",
    "PHP's var_export": f"POST {URL}\narray (\n{ARROWS})\n{BODY}",
    "a dict of Tcl": f"POST {URL}\n{' '.join(f'{n} {v}' for n, v in HEADERS_AND_MORE.items())}\n{BODY}",
    "reqwest of Rust": (
        'Request { method: POST, url: Url { scheme: "https", host: Some(Domain("www.okx.com")),'
        f' path: "{PATH}", query: None }}, headers: {json.dumps(HEADERS_AND_MORE)} }}\n{BODY}'
    ),
    "HttpRequestMessage of C#": (
        f"Method: POST, RequestUri: '{URL}', Version: 1.1, Content: <null>, Headers:\n{{\n"
        f"{lines(HEADERS_AND_MORE)}\n}}\n{BODY}"
    ),
    "a line of a log": f"10:00:00 DEBUG request: POST {URL} headers={HEADERS_AND_MORE} body={BODY}",
    "fetch": (
        f"fetch('{URL}', {{\n  method: 'POST',\n  headers: {{\n{NODE}\n  }},\n"
        f"  body: {json.dumps(BODY)},\n}})"
    ),
    "http.client, headers and body": "\n".join(
        f"send: {text.encode()!r}"
        for text in (
            f"POST {PATH} HTTP/1.1\r\n{lines(HEADERS_AND_MORE)}\r\n\r\n".replace("\n", "\r\n"),
            BODY,
        )
    ),
    "Net::HTTP of Ruby": (
        f'<- "POST {PATH} HTTP/1.1{CRLF}{lines(HEADERS_AND_MORE)}{CRLF}{CRLF}"'.replace("\n", CRLF)
        + f"\n<- {json.dumps(BODY)}"
    ),
    "a bare URL": f"{URL}\n{lines(HEADERS)}\n\n{BODY}",
}


@pytest.mark.parametrize("how", PASTED)
def test_requests_of_other_programs_are_read(how: str) -> None:
    """Signature, timestamp, target and body come out, and nothing of an answer."""
    assert read(PASTED[how], cell) == EXPECTED


@pytest.mark.parametrize("write", [json.dumps, str, lambda message: json.dumps(message, indent=2)])
def test_a_log_in_is_known(write: object) -> None:
    """The message of a WebSocket's log-in is GET /users/self/verify at its own timestamp."""
    arg = {"apiKey": KEY, "passphrase": "***", "timestamp": "1714979289", "sign": SIGN}
    assert callable(write)
    seen = read(write({"op": "login", "args": [arg]}), cell)
    assert seen == Evidence(SIGN, "1714979289", "GET", "/users/self/verify", "")


def test_a_log_in_with_its_passphrase_is_refused() -> None:
    """As in a request's headers."""
    arg = {"apiKey": KEY, "passphrase": "Correct-1", "timestamp": "1714979289", "sign": SIGN}
    with pytest.raises(CellError, match="it is not read"):
        read(json.dumps({"op": "login", "args": [arg]}), cell)


@pytest.mark.parametrize(
    "body", [json.dumps(BODY), "instId=BTC-USDT&sz=1", "{'instId': 'BTC-USDT'}"]
)
def test_a_body_can_be_any_text(body: str) -> None:
    """A JSON string, a form, a printed dict: what was sent is what is judged."""
    assert read(f"POST {PATH}\n{lines(HEADERS)}\n\n{body}", cell).body == body


def test_a_bare_url_without_a_body_is_a_get() -> None:
    """Only a POST has a body."""
    seen = read(f"{URL}?a=1\n{lines(HEADERS)}", cell)
    assert (seen.method, seen.target, seen.body) == ("GET", f"{PATH}?a=1", "")


def test_quotes_in_a_header_of_http_were_sent() -> None:
    """There they are no notation; in a dict they are."""
    quoted = lines(HEADERS).replace(SIGN, f'"{SIGN}"')
    assert read(f"POST {PATH}\n{quoted}\n\n{BODY}", cell).signature == f'"{SIGN}"'


@pytest.mark.parametrize("between", ["\n", "\r\n", "\n\n"])
def test_line_breaks_between_the_parts_of_a_prehash_are_not_the_bodys(between: str) -> None:
    """They are the print's, or the joining's."""
    text = between.join((NOW, "POST", PATH, BODY))
    assert read(text, cell, signature=SIGN) == EXPECTED


@pytest.mark.parametrize("length", [0, 1])
def test_content_length_tells_of_a_line_break_at_the_end(length: int) -> None:
    """What no eye sees in a paste is the body's when it was counted, and only then."""
    told = f"Content-Length: {len(BODY) + length}"
    seen = read(f"POST {PATH} HTTP/1.1\n{lines(HEADERS)}\n{told}\n\n{BODY}\n", cell)
    assert seen.body == BODY + "\n" * length


@pytest.mark.parametrize("body", [json.dumps(BODY + "\n"), "null", "None"])
def test_a_printed_request_holds_its_body_to_the_last_byte(body: str) -> None:
    """In quotes a line break at the end is seen; a word for nothing is no body."""
    headers = json.dumps(HEADERS)
    seen = read(f'{{"method": "POST", "url": "{URL}", "headers": {headers}, "body": {body}}}', cell)
    assert seen.body == ("" if body in ("null", "None") else BODY + "\n")


def test_escapes_stay_as_they_were_sent() -> None:
    """Some libraries write them in small letters; what is sent anew has them in capitals."""
    seen = read(f"GET /api/v5/account/balance?ccy=BTC%2cETH\n{lines(HEADERS)}", cell)
    assert seen.target == "/api/v5/account/balance?ccy=BTC%2cETH"


@pytest.mark.parametrize("how", ["a map of Java", "a dict of Tcl", "Perl's Data::Dumper", "fetch"])
def test_a_passphrase_in_a_printed_header_is_refused(how: str) -> None:
    """In whatever notation it stands."""
    with pytest.raises(CellError, match="it is not read"):
        read(PASTED[how].replace("***", "Correct-1"), cell)
