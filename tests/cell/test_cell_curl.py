from __future__ import annotations

import json
import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okx_magic.cell import Template, fill, parse
from okx_magic.errors import CellError


def _template(text: str) -> Template:
    return parse(text, hosts=frozenset({"www.okx.com"})).templates[0]


@pytest.mark.parametrize(
    ("options", "method", "target", "body"),
    [
        ("/x", "GET", "/x", ""),
        ("--url /x", "GET", "/x", ""),
        ("-X POST /x", "POST", "/x", ""),
        ("-XPOST /x", "POST", "/x", ""),
        ("-sSXPOST /x", "POST", "/x", ""),
        ("--request POST --url /x", "POST", "/x", ""),
        ("/x -d '{}'", "POST", "/x", "{}"),
        ("/x -d'{}'", "POST", "/x", "{}"),
        ("/x --json '[{}]'", "POST", "/x", "[{}]"),
        ("/x --data-binary ' { } '", "POST", "/x", "{ }"),
        (r'/x -d "{\"a\": \"b\"}"', "POST", "/x", '{"a": "b"}'),
        ("-G /x -d a=1 -d b=2", "GET", "/x?a=1&b=2", ""),
        ("-G '/x?c=3' -d 'a=1&b=2'", "GET", "/x?c=3&a=1&b=2", ""),
        ("-svif '/x?a=1&b=2' --compressed", "GET", "/x?a=1&b=2", ""),
        ("'https://www.okx.com/x?a={{ 1 + 1 }}'", "GET", "/x?a=2", ""),
        ("/x -m 5 --connect-timeout 3 -A me", "GET", "/x", ""),
    ],
)
def test_commands_become_requests(options: str, method: str, target: str, body: str) -> None:
    """Options in all their forms give method, target and body as curl would send them."""
    request = fill(_template(f"curl {options}"), {})
    assert (request.method, request.target, request.body) == (method, target, body)


@settings(max_examples=100)
@given(
    body=st.dictionaries(st.text("ab'\" \\é测", max_size=5), st.text("ab'\" \\\n$`!", max_size=8))
)
def test_shell_quoting_keeps_the_body(body: dict[str, str]) -> None:
    """A body in any shell quoting arrives as the shell would hand it to curl."""
    text = json.dumps({key: f"-{value}" for key, value in body.items()}, ensure_ascii=False)
    assert _template(f"curl /x --data-raw {shlex.quote(text)}").body == text


def test_lines_go_on_behind_backslashes() -> None:
    """A backslash at a line's end continues the command, also with a blank behind it or at the end."""
    template = _template("curl /x \\\n  -X POST \\ \n  # -H 'a: b'\n  -H 'c: d' \\\n")
    assert (template.method, template.headers) == ("POST", (("c", "d"),))


def test_a_command_as_the_docs_print_it_is_taken_as_meant() -> None:
    """OKX prints a header's quote closed twice, and a comment behind a backslash: no shell takes it."""
    command = """curl -X 'POST' \\
  'https://www.okx.com/api/v5/trade/order' \\
  -H 'OK-ACCESS-SIGN: *****'' \\
  -H 'expTime: 1700000000001' \\   // until then
  -d '{
  "tag": "a \\\\ // b"
}'"""
    (template,) = parse(command, hosts=["www.okx.com"]).templates
    request = fill(template, {})
    assert request.headers == (("expTime", "1700000000001"),)
    assert request.json == {"tag": "a \\ // b"}


def test_a_request_behind_a_command_is_its_own() -> None:
    """A command nothing may follow it on its last line, and another request may follow."""
    templates = parse("a = curl /x\nb = GET /y\nc = curl -d '{\n}' /z").templates
    assert [(one.name, one.method, one.path) for one in templates] == [
        ("a", "GET", "/x"),
        ("b", "GET", "/y"),
        ("c", "POST", "/z"),
    ]


@pytest.mark.parametrize(
    "option",
    ["-u me:hunter2", "-T file", "-o out", "--proxy=http://p", "-K conf", "-F a=b", "--foo", "-sZ"],
)
def test_unknown_options_are_refused_by_name(option: str) -> None:
    """An option outside the table is named, never its value."""
    with pytest.raises(CellError, match="is not supported") as refusal:
        _template(f"curl /x {option}")
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("option", ["-d @file", "--data @-", "--data-binary @f", "--json @f"])
def test_no_file_is_read(option: str) -> None:
    """Data named by a file is refused."""
    with pytest.raises(CellError, match="no file is read"):
        _template(f"curl /x {option}")
