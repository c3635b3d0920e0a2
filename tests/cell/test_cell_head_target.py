from __future__ import annotations

from urllib.parse import unquote

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from okx_magic.cell import fill, parse
from okx_magic.errors import CellError

HOSTS = frozenset({"www.okx.com"})

HOSTILE = [
    "@evil.example/x",
    "//evil.example/x",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/api//v5",
    "/api/v5/",
    "/",
    "/..",
    "/../x",
    "/api/../x",
    "/api/..",
    "/api/v5/..",
    "/api/./x",
    "/.",
    "/api/%2e%2e/x",
    "/api/%2E./x",
    "/api/.%2e",
    "/%2e",
    "/%2f%2fevil.example",
    "/api/%5c",
    "/api%00",
    "/api%0d%0aHost:evil",
    "/api\rHost:evil",
    "/api\tx",
    "/api\x0bx",
    "/api\x0cx",
    "/api\x7f",
    "/api\u2028x",
    "/api\u3000x",
    "/api/é",
    "/api/\uff0e\uff0e/x",
    "/api/x;a=b",
    "/api/x:80",
    "/api/x@evil.example",
    "/api/x#?a=b",
    "/api/x#fragment",
    "/api/[x]",
    "/api/{x}",
    "/api/$x",
    "/api/x y",
    ":80/api",
    ".evil.example/x",
    "evil.example/x",
    "?a=b",
    "#/api",
    "https:evil.example/x",
    "https:/evil.example/x",
    "https://evil.example/x",
    "HTTPS://evil.example/x",
    "https://www.okx.com@evil.example/x",
    "https://www.okx.com:pw@evil.example/x",
    "https://www.okx.com.evil.example/x",
    "https://www.okx.com:444/x",
    "https://www.okx.com\\@evil.example/x",
    "https://www.okx.com\\.evil.example/x",
    "https://www.okx.com#@evil.example/x",
    "https://www.okx.com?@evil.example/x",
    "https://www.okx.com",
    "https://www.okx.com/",
    "https://www.okx.com//x",
    "https:///x",
    "https://{{ 'evil.example' }}/x",
    "http://www.okx.com/x",
    "ftp://www.okx.com/x",
    "file:///etc/passwd",
    "//www.okx.com/x",
]


@pytest.mark.parametrize("target", HOSTILE)
@pytest.mark.parametrize("form", ["GET {}", "x = POST {} HTTP/1.1", "GET {}?a=b", "curl '{}'"])
def test_hostile_targets_are_refused(target: str, form: str) -> None:
    """No text that another reader could take for another host or path passes."""
    with pytest.raises(CellError) as refusal:
        parse(form.format(target), hosts=HOSTS)
    assert refusal.value.remedy


def test_the_harmless_twins_pass() -> None:
    """Control: the same forms accept targets without the hostile part."""
    for form in ("GET {}", "x = POST {} HTTP/1.1", "GET {}?a=b", "curl '{}'"):
        for target in ("/api/v5/x", "https://www.okx.com/api/v5/x", "HTTPS://WWW.OKX.com/api/v5/x"):
            (template,) = parse(form.format(target), hosts=HOSTS).templates
            assert template.path == "/api/v5/x"


def test_a_line_end_ends_the_target() -> None:
    """What stands behind a line end is a line of the cell: here a header that is never sent."""
    cell = parse("GET /api/v5/x\r\nHost: evil.example")
    assert (cell.templates[0].target, cell.templates[0].headers) == ("/api/v5/x", ())
    assert cell.notices == ("line 2: Host dropped: it comes from the account",)


def _travels_as(target: str) -> str:
    return requests.Request("GET", "https://www.okx.com" + target).prepare().path_url


LEGAL = "abzAZ019-._~!&'()*+,;=:@/?"
# What a person may type behind "?": no line ends and none of what the grammar refuses.
TYPED = st.lists(
    st.sampled_from([*LEGAL, "%41", "%7e", "%2c", "%2C", "%e6", "%00", "%25", '"', "<", "|", "\\"])
    | st.characters(exclude_categories=["C", "Z"], exclude_characters="#{}%$"),
    max_size=12,
).map("".join)


@settings(max_examples=200)
@given(query=TYPED, added=st.lists(TYPED, max_size=2))
def test_what_is_signed_is_what_is_sent(query: str, added: list[str]) -> None:
    """The HTTP library's preparation changes no target, and the meaning is what was typed."""
    lines = [f"\n &k={text}" for text in added if "&" not in text]
    (template,) = parse(f"GET /api/v5/x?{query}{''.join(lines)}").templates
    target = fill(template, {}).target
    assert _travels_as(target) == target
    typed = [text for text in [query, *(line[3:].strip() for line in lines)] if text]
    sent = target.removeprefix("/api/v5/x").removeprefix("?")
    assert unquote(sent, errors="surrogateescape") == unquote(
        "&".join(typed), errors="surrogateescape"
    )


@settings(max_examples=100)
@given(query=st.text(LEGAL, min_size=1))
def test_url_characters_stay_byte_for_byte(query: str) -> None:
    """A query of legal characters is sent as typed."""
    assert parse(f"GET /api/v5/x?{query}").templates[0].target == f"/api/v5/x?{query}"


@settings(max_examples=100)
@given(value=st.text(st.characters(exclude_categories=["Cs"])))
def test_filled_values_are_fixed_points_too(value: str) -> None:
    """Any text as a value gives a target that preparation leaves alone."""
    (template,) = parse("GET /api/v5/x?a={{ value }}&b={{ [value, value] }}").templates
    target = fill(template, {"value": value}).target
    assert _travels_as(target) == target


def test_preparation_does_rewrite_other_targets() -> None:
    """Control: typed raw, such queries would have been changed after signing."""
    for query in ("a=%2c", "a=%7e", "a=é", "a=[1]", 'a="', "a=%zz"):
        assert _travels_as(f"/x?{query}") != f"/x?{query}"
