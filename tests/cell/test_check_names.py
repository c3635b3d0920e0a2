"""No name that the endpoint does not have is sent silently: ``check_parameters`` and ``near_names``."""

from __future__ import annotations

import json
import random

import pytest

from okx_magic import catalogue
from okx_magic.catalogue.near_names import near_parameter
from okx_magic.cell.check import check, findings
from okx_magic.errors import CellError
from okx_magic.model import Request

ORDER = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "1"}
DOCUMENTED = [each for each in catalogue.endpoints().values() if each.status == "documented"]


def order(path: str = "order", **more: object) -> Request:
    return Request("POST", f"/api/v5/trade/{path}", json.dumps({**ORDER, **more}))


def refusal(request: Request) -> str:
    with pytest.raises(CellError) as caught:
        check(request)
    return f"{caught.value.message} · {caught.value.remedy}"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("reduceonly", "reduceOnly"),
        ("reduce_only", "reduceOnly"),
        ("clOrdID", "clOrdId"),
        ("clientOrderId", "clOrdId"),
        ("newClientOrderId", "clOrdId"),
        ("price", "px"),
        ("postOnly", "ordType"),
        ("timeInForce", "ordType"),
        ("positionSide", "posSide"),
        ("marginMode", "tdMode"),
        ("tgtccy", "tgtCcy"),
        ("stopLossPrice", "attachAlgoOrds[].slTriggerPx"),
        ("takeProfit", "attachAlgoOrds[].tpTriggerPx"),
        ("stpmode", "stpMode"),
        ("positionIdx", "posSide"),
        ("tpTriggerBy", "attachAlgoOrds[].tpTriggerPxType"),
        ("closeOnTrigger", "reduceOnly"),
    ],
)
def test_a_write_with_a_foreign_name_is_refused_with_the_near_one(name: str, meant: str) -> None:
    """Misspelt, in another case, in another program's words: never placed without it."""
    said = refusal(order(**{name: "x"}))
    assert f"OKX has no parameter {name} here: write {meant}" in said
    assert said.count("/api/v5/trade/order") == 1
    assert "--force" in said


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("leverage", "POST /api/v5/account/set-leverage"),
        ("expTime", "write expTime: … above the body"),
        ("recvWindow", "write expTime: … above the body"),
        ("closeFraction", "POST /api/v5/trade/order-algo has closeFraction"),
    ],
)
def test_what_stands_in_another_place_is_told_with_it(name: str, where: str) -> None:
    """The leverage, a header, an algo order's field: no name of this endpoint is near them."""
    said = refusal(order(**{name: "1"}))
    assert where in said
    assert "here: write" not in said


def test_what_belongs_inside_of_another_name_is_told_so() -> None:
    """A stop at the top of an order would be passed over, and the order stand without it."""
    assert "belongs in attachAlgoOrds" in refusal(order(slTriggerPx="1"))


@pytest.mark.parametrize("name", ["batch-orders", "order"])
def test_items_and_attached_orders_are_looked_into(name: str) -> None:
    """Each object of a body has its own names, at any depth."""
    body: object = {**ORDER, "attachAlgoOrds": [{"slTriggerPx": "1", "slordpx": "-1"}]}
    if name == "batch-orders":
        body = [ORDER, body]
    said = refusal(Request("POST", f"/api/v5/trade/{name}", json.dumps(body)))
    assert "write slOrdPx" in said
    assert "in attachAlgoOrds in " in said
    assert ("item 2" in said) == (name == "batch-orders")


CCXT = {"symbol": "BTC-USDT", "side": "buy", "type": "limit", "amount": "1", "price": "3"}
RENAMED = "OKX has no parameters symbol, type, amount, price here: write instId, ordType, sz, px"


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (
            Request("GET", "/api/v5/market/candles?symbol=X&timeframe=1h&since=2024-01-01"),
            "OKX has no parameters symbol, timeframe, since here: write instId, bar, before · --since",
        ),
        (
            Request("GET", "/api/v5/account/leverage-info?symbol=X"),
            "OKX has no parameter symbol here: write instId; OKX needs mgnMode · %okx_find",
        ),
        (
            Request("POST", "/api/v5/trade/order", json.dumps(CCXT | {"zzz": "1", "foo": "1"})),
            f"{RENAMED}; OKX has no parameters zzz, foo here; OKX needs tdMode in its body · ",
        ),
        (
            Request("POST", "/api/v5/trade/batch-orders", json.dumps([ORDER, CCXT])),
            f"{RENAMED.replace(' here', ' in item 2 of its body')}; OKX needs tdMode in item 2",
        ),
    ],
)
def test_all_wrong_names_stand_in_one_refusal_beside_what_to_write(
    request_: Request, said: str
) -> None:
    """As typed, in reads and in writes; what is missing still is told, and nothing is hidden as more."""
    assert said in refusal(request_)
    assert "more" not in refusal(request_).partition(" · it has ")[0]


@pytest.mark.parametrize(
    ("target", "meant"),
    [
        ("market/books?instId=BTC-USDT&depth=400", ": write sz"),
        ("market/candles?instId=BTC-USDT&since=1700000000000", ": write before"),
        ("market/candles?instId=BTC-USDT&timeframe=1H", ": write bar"),
        ("market/candles?instId=BTC-USDT&interval=1H", ": write bar"),
        ("market/candles?instId=BTC-USDT&Limit=5", ": write limit"),
        ("trade/fills?symbol=BTC-USDT", ": write instId"),
        ("account/balance?currency=BTC", ": write ccy"),
        ("trade/orders-history?instType=SPOT&startTime=1", ": write begin"),
        ("market/candles?instId=BTC-USDT&size=5", ": write limit"),
        ("market/books?instId=BTC-USDT&limit=5", ": write sz"),
        ("market/tickers?instType=SPOT&instId=BTC-USDT", "GET /api/v5/market/ticker has instId"),
        ("market/trades?instId=BTC-USDT&after=1", "GET /api/v5/market/history-trades has after"),
        ("public/time?x=1", "it takes none"),
        ("market/candles?instId=BTC-USDT&zzzzz=1", "it has instId, bar"),
    ],
)
def test_a_read_is_sent_with_a_note(target: str, meant: str) -> None:
    """The near name, or what there is, is told; a read does no harm."""
    notes = check(Request("GET", f"/api/v5/{target}"))
    assert any("is unknown to GET" in note and meant in note for note in notes), notes


@pytest.mark.parametrize(
    ("target", "meant"),
    [
        ("market/candles?instId=BTC-USDT&timeframe=1h", "1H in place of 1h?"),
        ("market/history-candles?instId=BTC-USDT&interval=1d", "1D in place of 1d?"),
        ("market/candles?instId=BTC-USDT&endTime=1700000000", "in milliseconds: 1700000000000"),
        ("market/candles?instId=BTC-USDT&Limit=900", "--pages N"),
        ("trade/fills?instID=btc-usdt", "BTC-USDT"),
    ],
)
def test_name_and_value_are_told_at_once(target: str, meant: str) -> None:
    """The value of a wrong name is judged under the name that is meant, and the read still goes."""
    request = Request("GET", f"/api/v5/{target}")
    found = findings(request)
    assert any(meant in str(each) for each in found), found
    assert not any(each.certain for each in found if not each.missing)


def test_a_wrong_name_does_not_hide_that_a_value_is_wrong() -> None:
    """Control: ``bar=1h`` is refused whatever stands beside it; and a name that is there, too, counts."""
    with pytest.raises(CellError):
        check(Request("GET", "/api/v5/market/candles?instId=BTC-USDT&bar=1h&timeframe=1H"))
    check(Request("GET", "/api/v5/market/candles?instId=BTC-USDT&bar=1H&timeframe=1h"))


def test_a_refused_write_tells_the_values_of_wrong_names() -> None:
    """Else the second run would be refused for the value."""
    said = refusal(order(clientOrderId="a-b", symbol="btc-usdt"))
    assert "clOrdId in its body has 1 to 32 letters and digits" in said


def test_where_the_catalogue_is_not_sure_it_only_notes() -> None:
    """Of an endpoint whose docs were not read an unknown name may be a new one."""
    thin = next(
        each
        for each in catalogue.endpoints().values()
        if each.status != "documented" and each.method == "POST" and each.params
    )
    (note, *_) = check(Request("POST", thin.path, '{"nameOfTomorrow": "1"}'))
    assert "as far as the catalogue knows" in note


def test_what_other_clients_send_is_told_and_sent() -> None:
    """A name that the docs dropped may still do something."""
    (note,) = check(order(quickMgnType="manual"))
    assert "do not list quickMgnType" in note


def test_a_name_that_stands_twice_in_a_query_is_told() -> None:
    """OKX takes one of the two."""
    (note,) = check(Request("GET", "/api/v5/account/balance?ccy=BTC&ccy=ETH"))
    assert "ccy=BTC,ETH" in note


def test_each_endpoints_own_parameters_are_accepted() -> None:
    """All documented names of all endpoints, in query or body, alone and inside of others."""
    for endpoint in DOCUMENTED:
        given = {param.name: (param.values or ("1",))[0] for param in endpoint.params}
        for param in endpoint.params:
            if param.fields:
                given[param.name] = [{field.name: "1" for field in param.fields}]  # type: ignore[assignment]  # nested
        if endpoint.method == "GET":
            query = "&".join(f"{name}={value}" for name, value in given.items())
            request = Request("GET", f"{endpoint.path}?{query}")
        else:
            body = [given] if endpoint.array_body else given
            request = Request("POST", endpoint.path, json.dumps(body))
        assert not [
            each
            for each in findings(request)
            if each.text.startswith(("OKX has no", *(f"{name} is unknown" for name in given)))
        ], endpoint.path


def misspelt(name: str, chance: random.Random) -> str:
    """A name as a person mistypes it."""
    at = chance.randrange(len(name))
    two = chance.randrange(len(name) - 1)
    return chance.choice(
        [
            name[:at] + name[at + 1 :],
            name[:at] + name[at] + name[at:],
            name[:two] + name[two + 1] + name[two] + name[two + 2 :],
            name.lower() if name != name.lower() else name.upper(),
            "".join(f"_{each.lower()}" if each.isupper() else each for each in name),
            name + "s",
        ]
    )


def test_two_hundred_misspelt_names_are_found_with_the_right_one() -> None:
    """At least 95 % of them, over all documented endpoints."""
    chance = random.Random(20260630)  # noqa: S311  # no secret
    right = asked = 0
    while asked < 200:
        endpoint = chance.choice([each for each in DOCUMENTED if each.params])
        name = chance.choice([param.name for param in endpoint.params if len(param.name) > 1])
        typed = misspelt(name, chance)
        if any(typed == param.name for param in endpoint.params):
            continue
        asked += 1
        right += near_parameter(typed, endpoint.params) == name
    assert right >= 190
