from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import cost

from okx_magic import catalogue
from okx_magic.ui.completion import Completion, complete


class Names:
    """Names that tell what was asked for."""

    def options(self, magic: str) -> list[str]:
        return ["--dry-run", "--raw", f"--only-{magic}"]

    def accounts(self) -> list[str]:
        return ["sandbox", "demo", "main"]

    def instruments(self, inst_type: str) -> list[str]:
        return [f"BTC-USDT-{inst_type}", f"ETH-USDT-{inst_type}"]

    def variables(self, owner: str) -> list[str]:
        return {"": ["order", "orange", "inst"], "order": ["ordId", "clOrdId"]}.get(owner, [])


def at(text: str) -> Completion | None:
    """The completion where ``|`` stands."""
    place = text.index("|")
    before = text[:place]
    line = before.count("\n")
    column = place - (before.rfind("\n") + 1)
    return complete(text.replace("|", "", 1), line, column, Names())


def offered(text: str) -> tuple[str, ...]:
    found = at(text)
    assert found is not None
    return found.candidates


@pytest.mark.parametrize(
    "text",
    [
        "x = GET|",
        "%%time\nGET /api/v5/acc|",
        "# %%okx\nGET /api/v5/acc|",
        "%%okxy\nGET |",
        "%%okx|",
        "%%ok|",
        "print('%okx GET |')",
        "x = 1\n%%okx\nGET |",
        "okx = GET |",
        "%okx|",
        "|",
    ],
)
def test_other_cells_are_left_alone(text: str) -> None:
    """Outside of our cells and lines there is no answer at all."""
    assert at(text) is None


@pytest.mark.parametrize("text", ["%%okx\n|", "%%okx\nname = |", "%%okx\nGET /a\n\n  |", "%okx |"])
def test_a_line_begins_with_a_method(text: str) -> None:
    """Where a request may begin the methods are offered, with the space after them."""
    assert offered(text) == ("GET ", "POST ", "SUBSCRIBE ")


def test_a_method_after_a_body_and_over_small_letters() -> None:
    """After a whole body a new request begins; the method comes in its only right form."""
    assert offered("%%okx\nPOST /x\n{}\np|") == ("POST ",)


def test_paths_begin_as_typed_then_hold_it() -> None:
    """A path is found by its beginning and by any part, of this method only."""
    balances = offered("%%okx\nb = GET /api/v5/account/bal|")
    assert balances[0] == "/api/v5/account/balance"
    part = offered("%%okx\nGET balance|")
    assert "/api/v5/asset/balances" in part
    assert all(catalogue.endpoint("GET", path) for path in part)
    assert "/api/v5/trade/order" in offered("%%okx\nPOST order|")


def test_documented_paths_come_first_and_retired_ones_not_at_all() -> None:
    """What OKX took back is not offered, and what its docs do not hold stands last."""
    states = [catalogue.endpoints()["GET", path].status for path in offered("%%okx\nGET |")]
    assert states[0] == "documented"
    assert "retired_or_undocumented" not in states
    assert states == sorted(states, key=list(dict.fromkeys(states)).index)
    assert len(set(states)) > 1


@pytest.mark.parametrize(
    "text",
    [
        "%%okx\nGET /api/v5/market/candles?|",
        "%%okx\nGET /api/v5/market/candles\n  ?|",
        "%%okx\nGET /api/v5/public/time\nGET /api/v5/market/candles\n# a comment\n\n?|\nPOST /x",
        "%okx GET /api/v5/market/candles?|",
        "df = %okx -a demo --raw GET /api/v5/market/candles?|",
    ],
)
def test_parameters_of_the_path_required_first(text: str) -> None:
    """The parameters of the request around the cursor, each with its =."""
    assert offered(text) == ("instId=", "bar=", "after=", "before=", "limit=", "adjust=")


@pytest.mark.parametrize(
    "text",
    [
        "%%okx\nGET /api/v5/market/candles?instId=BTC-USDT&bar=1H&|",
        "%%okx\nGET /api/v5/market/candles?instId={{ a + 'b' }}\n&|\n&bar=1H",
        "%%okx\nGET /api/v5/market/candles?|&bar=1H&instId=BTC-USDT",
    ],
)
def test_parameters_that_are_given_are_left_out(text: str) -> None:
    """Also those on other lines, after the cursor, and with a variable as their value."""
    assert offered(text) == ("after=", "before=", "limit=", "adjust=")


def test_a_parameter_that_has_its_equals_sign_gets_no_second() -> None:
    """Renaming a parameter keeps the value after it."""
    assert offered("%%okx\nGET /api/v5/market/candles?ins|=BTC-USDT") == ("instId",)


def test_values_of_an_enumeration() -> None:
    """The known values, also after a comma."""
    assert offered("%%okx\nGET /api/v5/market/candles?instId=X&bar=1H|") == ("1H",)
    assert offered("%%okx\nGET /api/v5/market/tickers?instType=sw|") == ("SWAP",)
    found = at("%%okx\nGET /api/v5/market/tickers\n ?instType=SPOT,S|")
    assert found is not None
    assert found.typed == "S"


@pytest.mark.parametrize(
    ("text", "inst_type"),
    [
        ("%%okx\nGET /api/v5/market/ticker?instId=BTC|", "SPOT"),
        ("%%okx\nGET /api/v5/trade/fills?instType=SWAP&instId=BTC|", "SWAP"),
        ("%%okx\nGET /api/v5/trade/fills?instType=nonsense&instId=BTC|", "SPOT"),
        ("%%okx\nGET /api/v5/account/positions?instId=BTC|", "MARGIN"),
        ("%%okx\nGET /api/v5/market/ticker?instId=BTC-USDT-|", "SWAP"),
        ('%%okx\nPOST /api/v5/trade/order\n{"instId": "BTC|"}', "SPOT"),
    ],
)
def test_instruments_of_the_type_that_is_meant(text: str, inst_type: str) -> None:
    """For instId the account's instruments, of the type that is given or that the endpoint takes."""
    assert offered(text)[0] == f"BTC-USDT-{inst_type}"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("{|", '"instId": '),
        ('{"|', 'instId": '),
        ('{"in|"', "instId"),
        ('{"instId": "BTC-USDT", |}', '"tdMode": '),
        ('{\n  "instId": "X",\n  # a comment\n  "|\n  "tdMode": "cash"', 'side": '),
        ('[{"instId": "X"}, {"|"}]', "instId"),
        ('{"side": "|"}', "buy"),
        ('{"side": |}', '"buy"'),
        ('{"side": "s|', 'sell"'),
        ('{"reduceOnly": |}', "true"),
        ('{"instId": "{{ x }}", "side": "|"}', "buy"),
        ('{"sz": {{ {"a": 1}["a"] }}, "side": "|"}', "buy"),
        ('{"attachAlgoOrds": [{"tpOrdK|"', "tpOrdKind"),
        ('{"attachAlgoOrds": [{"tpOrdKind": "l|"', "limit"),
        ('{"attachAlgoOrds": [{"tpOrdKind": "limit"}], "sid|"', "side"),
    ],
)
def test_keys_and_values_of_a_body(text: str, first: str) -> None:
    """Keys and values of the object around the cursor, with the quotes that are still missing."""
    path = "batch-orders" if text.startswith("[") else "order"
    assert offered(f"%%okx\nPOST /api/v5/trade/{path}\n{text}")[0] == first


def test_keys_that_are_given_are_left_out() -> None:
    """Those of the same object, before and after the cursor; not those of the objects around it."""
    keys = offered(
        '%%okx\nPOST /api/v5/trade/batch-orders\n[{"side": "buy"}, {"instId": "X", "|": 1, "sz": "1"}]'
    )
    assert {"instId", "sz"}.isdisjoint(keys)
    assert {"side", "tdMode"} <= set(keys)


@pytest.mark.parametrize(
    "text",
    [
        "%%okx\n# GET |",
        "%%okx\nGET /api/v5/market/candles?bar={{ x }}|",
        "%%okx\nGET /api/v5/no/such?|",
        "%%okx\nPOST /api/v5/trade/batch-orders\n[|",
        '%%okx\nPOST /api/v5/trade/order\n{"px": "4|"}',
        "%%okx name |x",
        "%%okx\nGET /api/v5/trade/order?ordId={{ other.order.|",
        "%%okx\nGET /api/v5/trade/order?ordId={{ f(order).|",
    ],
)
def test_our_cells_without_an_idea_are_quiet(text: str) -> None:
    """An empty answer, not none: so that nobody else answers either."""
    assert offered(text) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%%okx -|", ("--dry-run", "--raw", "--only-okx")),
        ("%%okx name --dr|\nGET /x", ("--dry-run",)),
        ("%%okx |", ("--dry-run", "--raw", "--only-okx")),
        ("%okx_log --|", ("--dry-run", "--raw", "--only-okx_log")),
        ("%okx_debug --|", ("--dry-run", "--raw", "--only-okx_debug")),
        ("%%okx_debug --|\nGET /x", ("--dry-run", "--raw", "--only-okx_debug")),
        ("%%okx_debug --check x\nGET /api/v5/account/conf|", ("/api/v5/account/config",)),
        ("%%okx -a |\nGET /x", ("sandbox", "demo", "main")),
        ("%okx --account de|", ("demo",)),
        ("%okx_login m|", ("main", "demo")),
        ("x = 1\n%okx_login |", ("sandbox", "demo", "main")),
        ("%okx_live m|", ("main", "demo")),
        ("%okx_kill |", ("sandbox", "demo", "main")),
        ("%okx -a demo |", ("GET ", "POST ", "SUBSCRIBE ")),
    ],
)
def test_the_magic_line(text: str, expected: tuple[str, ...]) -> None:
    """Options of this magic, and the names of accounts where one is due."""
    assert offered(text) == expected


def test_find_takes_a_path() -> None:
    """The search completes paths of both methods."""
    assert set(offered("%okx_find /api/v5/trade/ord|")) >= {
        "/api/v5/trade/order",
        "/api/v5/trade/orders-pending",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%%okx\nGET /api/v5/trade/order?ordId={{ ord|", ("order",)),
        ("%%okx\nGET /api/v5/trade/order?ordId={{ order.|", ("ordId", "clOrdId")),
        ('%%okx\nPOST /api/v5/trade/order\n{"ordId": "{{ f(order.ord| }}"}', ("ordId", "clOrdId")),
        ("%okx GET /api/v5/market/ticker?instId={{in|}}", ("inst",)),
        ("%%okx\nGET /api/v5/trade/order?ordId={{ [a, order.|", ("ordId", "clOrdId")),
        ("%%okx --to d --executor ord|", ("order",)),
        ("%okx --executor order.|", ("ordId", "clOrdId")),
        ("%okx --to ord|", ()),
    ],
)
def test_variables_where_an_expression_stands(text: str, expected: tuple[str, ...]) -> None:
    """Names of the user's namespace, and the attributes of one of them: between braces, and after the
    option that takes one.
    """
    assert offered(text) == expected


@given(
    st.text(alphabet='GETPOS /?&={}[]":,ainstId%#-x1\n\u00a0é', max_size=60),
    st.data(),
)
@settings(max_examples=200)
def test_any_text_has_an_answer_that_fits(text: str, data: st.DataObject) -> None:
    """Whatever is half-typed, nothing is raised, and what will be replaced is what stands there."""
    cell = f"%%okx\n{text}"
    place = data.draw(st.integers(6, len(cell)))
    before = cell[:place]
    found = complete(cell, before.count("\n"), place - before.rfind("\n") - 1, Names())
    assert found is not None
    assert before.endswith(found.typed)


def test_an_answer_takes_under_twenty_milliseconds() -> None:
    """Over the kinds of answers, on a machine of today; a person notices a fifth of a second."""
    cells = ["GET |", "GET balance|", "GET /api/v5/market/candles?|"]
    cells += ['POST /api/v5/trade/order\n{"|"}']
    for cell in cells:
        assert cost(offered, f"%%okx\n{cell}") < 20
