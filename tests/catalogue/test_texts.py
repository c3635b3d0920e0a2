"""The catalogue as text: ``%okx_find`` and ``%okx_explain``."""

from __future__ import annotations

import re

import pytest

from okx_magic import catalogue
from okx_magic.catalogue.code_search import search_codes
from okx_magic.catalogue.endpoint_search import exactly, search
from okx_magic.catalogue.finder import find
from okx_magic.catalogue.parameter_rules import parameter_advice, parameter_rule
from okx_magic.catalogue.texts import card, example, explain
from okx_magic.cell import fill, parse
from okx_magic.cell.check import check

ENDPOINTS = tuple(catalogue.endpoints().values())
# The effects of requests that spend, lend, borrow or move money, or commit it to an order.
MOVING = {"order", "amend", "transfer", "withdraw", "loan", "earn"}


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("candles", "/api/v5/market/candles"),
        ("candle", "/api/v5/market/candles"),
        ("funding rate", "/api/v5/public/funding-rate"),
        ("rate FUNDING history", "/api/v5/public/funding-rate-history"),
        ("place an order", "/api/v5/trade/order"),
        ("account balance", "/api/v5/account/balance"),
        ("blance account", "/api/v5/account/balance"),
        ("instrment", "/api/v5/public/instruments"),
        ("order clOrdId cancel", "/api/v5/trade/cancel-order"),
    ],
)
def test_words_find_what_a_person_means(words: str, first: str) -> None:
    """Paths, titles and parameter names together, in any order and case, forgiving a typo."""
    assert first in [endpoint.path for endpoint in search(words)[:2]]


def test_words_of_the_path_count_most() -> None:
    """Path before title before parameter name: with one word all are found that have it in the path,
    and they stand before the others but for what people ask with that word.
    """
    found = search("ccy")
    assert found
    assert all("ccy" in {param.name for param in each.params} for each in found[:3])
    named = [
        endpoint.path
        for endpoint in ENDPOINTS
        if {"position", "positions"} & set(re.split("[/-]", endpoint.path))
    ]
    paths = [each.path for each in search("positions")]
    assert set(named) <= set(paths)
    assert paths[0] in named
    assert sum(path in named for path in paths[: len(named)]) > len(named) / 2


def test_every_path_finds_itself() -> None:
    """A whole path is exact, also with method and query as copied from a cell."""
    for endpoint in ENDPOINTS:
        assert endpoint in exactly(endpoint.path)
    (candles,) = exactly("GET /api/v5/market/candles?instId=BTC-USDT")
    assert candles.path == "/api/v5/market/candles"
    assert len(exactly("/api/v5/trade/order")) == 2
    assert exactly("candles") == ()


def test_the_table_is_short_and_aligned() -> None:
    """At most fifteen rows, how many more there are, and where to go from here."""
    lines = find("order")
    rows = [line for line in lines if "/api/v5/" in line and not line.startswith("%")]
    assert len(rows) == 15
    assert len({row.index("/api") for row in rows}) == 1
    assert re.search(r"… and \d+ more", lines[-2])
    assert "more" not in find("funding rate history")[-2]


@pytest.mark.parametrize(
    ("words", "magic"),
    [
        ("how do I log in", "%okx_login"),
        ("switch to demo", "%okx_login"),
        ("paper trading", "%okx_login"),
        ("log out", "%okx_logout"),
        ("what did I send today", "%okx_log "),
        ("see what was sent today", "%okx_log "),
        ("today's requests", "%okx_log "),
        ("save as csv", "okx_magic.safe_csv"),
        ("what is 50113", "%okx_explain 50113"),
        ("what does error 51008 mean", "%okx_explain 51008"),
    ],
)
def test_what_only_a_magic_does_names_no_endpoint(words: str, magic: str) -> None:
    """Who looks for the log of this session is not shown how to withdraw."""
    (line,) = find(words)
    assert line.startswith(magic)


def test_what_both_do_names_both() -> None:
    """A file of years is a magic's and made of an endpoint; a code beside other words leaves them."""
    for words in ("download candles", "cancel all", "50113 balance"):
        first, *others = find(words)
        assert first.startswith("%")
        assert any(" /api/v5/" in line for line in others)
    assert " /api/v5/trade/amend-order " in find("amend a limit order")[0]


def test_nothing_found_says_so() -> None:
    """No word of it is known, nor anything near it."""
    assert "nothing" in find("qqqqqq")[0]
    assert "nothing" in find("%")[0]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/api/v5/asset/withdrawal", "moves money out of OKX"),
        ("/api/v5/trade/amend-order", "moves money"),
        ("/api/v5/trade/cancel-order", "cancels what is not filled yet"),
        ("/api/v5/account/set-leverage", "changes how the account trades"),
    ],
)
def test_a_card_tells_what_a_request_changes(path: str, said: str) -> None:
    """Whether a request moves money stands beside the limit; nothing is said of one that reads."""
    assert said in find(path)[1]


def test_every_effect_has_its_words() -> None:
    """Each card of a POST with an effect can be shown, and moves money exactly where it says so."""
    for endpoint in ENDPOINTS:
        facts = card(endpoint)[1]
        assert ("moves money" in facts) == (endpoint.effect in MOVING), endpoint.path


def test_a_card_tells_what_an_endpoint_takes() -> None:
    """Access, permission, limit, parameters with their values, paging, and a cell."""
    text = "\n".join(find("/api/v5/trade/fills"))
    assert "private · permission Read · 60 requests in 2 s per user" in text
    assert re.search(r"instType +optional +string +SPOT, MARGIN", text)
    assert "paging  after/before by id · at most 100 rows" in text
    assert text.endswith("%%okx\nGET /api/v5/trade/fills")
    both = "\n".join(find("/api/v5/trade/order"))
    assert both.split("\n").count("%%okx") == 2
    assert '"instId": "BTC-USDT"' in both


def test_every_example_is_a_cell_that_passes_the_check() -> None:
    """Pasted as it stands it parses; with its variables set it has all that is required."""
    for endpoint in ENDPOINTS:
        lines = example(endpoint)
        text = "\n".join(lines)
        assert f"\n%%okx\n{text}" in "\n".join(card(endpoint))
        if lines == catalogue.examples().get((endpoint.method, endpoint.path)):
            continue  # run on the sandbox by tests/sandbox/test_sandbox_finder_cells.py
        (template,) = parse("\n".join(lines)).templates
        given = {
            param.name: ["1"] if param.type.startswith("array") else "1"
            for param in endpoint.params
        }
        request = fill(template, given)
        assert (request.method, request.path) == (endpoint.method, endpoint.path)
        assert check(request) == ()


def test_a_cell_sends_the_one_request_that_was_asked_for() -> None:
    """All that is pasted from a card, with what the sandbox needs before, is that endpoint's request."""
    prepared = 0
    for endpoint in ENDPOINTS:
        lines = card(endpoint)
        pasted = lines[lines.index("%%okx") + 1 :]
        (template,) = parse("\n".join(pasted)).templates
        assert (template.method, template.path) == (endpoint.method, endpoint.path)
        prepared += len(pasted) > len(example(endpoint))
    assert prepared >= 10


def test_a_card_says_what_is_known_of_a_parameter() -> None:
    """What its values are, and of one that depends when it is needed; nothing twice."""
    lines = find("/api/v5/trade/order")
    (px,) = (line for line in lines if line.startswith("  px "))
    assert px.endswith(
        "a price in steps of tickSz; for limit, post_only, fok and ioc orders; not for market"
    )
    (side,) = (line for line in lines if line.startswith("  side "))
    assert side.endswith("buy, sell")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sz", "contracts for contracts"),
        ("tdMode", "cash for spot"),
        ("slOrdPx", "-1 for a market order"),
        ("liqPx", "column liqPx of GET /api/v5/account/positions"),
        ("LIQPX", "column liqPx"),
        ("timestamp", "50"),
    ],
)
def test_a_name_of_a_request_or_an_answer_is_explained(name: str, said: str) -> None:
    """A parameter by what it takes, a column by where it stands; a code's text is still a code's."""
    text = "\n".join(explain(name))
    assert said in text
    assert explain("Invalid Sign")[0].startswith("50113")


def test_an_explanation_says_meaning_and_remedy() -> None:
    """50113 is explained by what it is and what it never is."""
    text = "\n".join(explain("50113"))
    assert "never the passphrase" in text
    assert "%okx_debug shows what was signed" in text
    assert "HTTP    401" in text


def test_success_is_not_a_failure_that_may_come_again() -> None:
    """Whether to send it again is told of refusals only."""
    assert not any("again" in line for line in explain("0"))
    assert any("again" in line for line in explain("51000"))


def test_every_known_code_is_explained() -> None:
    """No code of the table is without a meaning or OKX's own text, or the word that there is none."""
    for code in catalogue.codes():
        lines = explain(code)
        assert lines[0].startswith(code)
        assert lines[1].startswith("  means   ")
        assert lines[1] != "  means   None"


@pytest.mark.parametrize(
    "code", ["51277", "51278", "51279", "51280", *map(str, range(51046, 51054))]
)
def test_a_stop_on_the_wrong_side_has_a_way_out(code: str) -> None:
    """Which price to compare with which, and on which side of it such a stop waits."""
    known = catalogue.explain(code)
    assert known is not None
    name = "slTriggerPx" if "SL" in known.meaning else "tpTriggerPx"
    assert known.remedy.startswith(f"compare {name} with")
    assert "below it" in known.remedy
    assert "above it" in known.remedy


def test_an_unknown_code_names_its_neighbours() -> None:
    """A mistyped code leads to the right one."""
    assert "50113" in explain("501133")[0]


@pytest.mark.parametrize("code", ["50105", "50111", "50113", "50119", "50101", "50102", "50110"])
def test_the_codes_of_authentication_have_a_way_out(code: str) -> None:
    """Each authentication code says what to do."""
    known = catalogue.explain(code)
    assert known is not None
    assert known.remedy


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Invalid Sign", "50113"),
        ("invalid signature", "50113"),
        ("timestamp expired", "50102"),
        ("APIKey does not match current environment", "50101"),
        ("passphrase incorrect", "50105"),
        ("order does not exist", "51603"),
        ("API key doesn't exist", "50119"),
        ("All operations failed", "1"),
        ("Operation failed.", "1"),
        ("operation  FAILED", "1"),
        ("Bulk operation partially successful", "2"),
        ("Order failed. Insufficient USDT balance in account", "51008"),
    ],
)
def test_a_text_is_explained_as_its_code_is(text: str, code: str) -> None:
    """What OKX said leads to the code that it says it with, and to others that say nearly the same."""
    lines = explain(text)
    assert lines[0].startswith(f"{code} · ")
    assert lines[: len(explain(code))] == explain(code)
    assert all(line.startswith("  or ") for line in lines[len(explain(code)) :])


@pytest.mark.parametrize(
    ("key", "name", "said", "unsaid"),
    [
        (
            "POST trade/order-algo",
            "ordType",
            "conditional for one stop",
            "ordered at trade/order-algo",
        ),
        ("POST trade/order", "ordType", "ordered at trade/order-algo", "conditional for one stop"),
        ("POST sprd/order", "ordType", "documented values", "fok"),
        (
            "GET trade/orders-algo-pending",
            "ordType",
            "listed at trade/orders-pending",
            "ordered at",
        ),
        ("GET market/books", "sz", "how many levels", "minSz"),
        ("POST trade/order", "sz", "minSz", "levels"),
        ("POST account/quick-margin-borrow-repay", "side", "borrow, repay", "buy or sell"),
        ("GET public/opt-summary", "expTime", "YYMMDD", "milliseconds"),
        ("GET trade/orders-algo-history", "algoId", "this or state", "algoClOrdId"),
        ("GET trade/orders-history", "ordType", "documented values", "for every order"),
    ],
)
def test_a_parameter_is_told_as_the_endpoint_takes_it(
    key: str, name: str, said: str, unsaid: str
) -> None:
    """One name can mean several things: after a refusal, and on the endpoint's card."""
    method, path = key.split()
    endpoint = catalogue.endpoints()[method, f"/api/v5/{path}"]
    advice = "\n".join(parameter_advice(name, endpoint))
    line = next(line for line in card(endpoint) if line.split()[:1] == [name])
    assert said in advice
    assert unsaid not in advice
    assert unsaid not in line


def test_no_rule_tells_values_that_an_endpoint_does_not_have() -> None:
    """Of every endpoint, each documented value that a text tells is one of its own."""
    every: dict[str, set[str]] = {}
    for endpoint in ENDPOINTS:
        for param in endpoint.params:
            every.setdefault(param.name, set()).update(param.values)
    for endpoint in ENDPOINTS:
        for param in endpoint.params:
            rule = parameter_rule(param, endpoint)
            if rule and param.values:
                told = set(re.findall(r"\w+", rule.takes)) & every[param.name]
                assert told <= {*param.values}, (endpoint.path, param.name)


def test_every_documented_text_finds_a_code_that_has_it() -> None:
    """Case, full stop and blanks aside; an everyday code with the same text may stand before it."""
    told = [code for code in catalogue.codes().values() if code.msg]
    for code in [*told[::20], catalogue.codes()["60007"], catalogue.codes()["60027"]]:
        for typed in (code.msg, code.msg.upper(), f" {code.msg.rstrip('.')}  . "):
            first = search_codes(typed)[0]
            said = (first.msg, *first.seen.split('"'))
            written = re.sub(r"\{\w+\}", "{}", "\n".join(said)).lower().split("\n")
            wanted = re.sub(r"\{\w+\}", "{}", code.msg).lower()
            assert wanted.rstrip(". ") in {each.rstrip(". ") for each in written}


def test_a_text_that_no_code_has_says_so() -> None:
    """Nothing is made up."""
    assert "not in the table" in explain("qqqqq")[0]


def test_a_parameter_that_a_refusal_named_is_explained() -> None:
    """Its values, when it is needed, and where the right one is seen."""
    text = "\n".join(explain("51000 posSide"))
    assert "documented values: net, long, short" in text
    assert "needed in long/short mode" in text
    assert "account/config shows posMode" in text
    assert "documented values: buy, sell" in "\n".join(explain("Parameter side error"))
    assert "nothingOfTheKind is in no endpoint" in "\n".join(explain("50014 nothingOfTheKind"))
