from __future__ import annotations

import json
import tracemalloc
from itertools import repeat
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okx_magic.errors import OkxError, OkxMagicError, PartlyRefused, TransportError
from okx_magic.model import Request
from okx_magic.wire.replies import judge, printable
from okx_magic.wire.transport import Answer

BALANCE = Request("GET", "/api/v5/account/balance")
ORDER = Request("POST", "/api/v5/trade/order", "{}")
COMPONENTS = Request("GET", "/api/v5/market/index-components?index=BTC-USD")


def answer(body: bytes | str | dict[str, Any], status: int = 200, **headers: str) -> Answer:
    if isinstance(body, dict):
        body = json.dumps(body)
    return Answer(status, headers, body.encode() if isinstance(body, str) else body)


def test_a_success_keeps_everything_beside_the_data() -> None:
    """Code "0" with a list is a success; inTime and the like are kept."""
    reply = {"code": "0", "msg": "", "data": [{"ordId": "1"}], "inTime": "1", "outTime": "2"}
    envelope = judge(answer(reply), ORDER)
    assert envelope.as_dict() == reply


def test_an_object_is_data_only_where_it_is_documented() -> None:
    """Few endpoints answer with an object in place of a list; elsewhere it is no answer of OKX's."""
    reply = answer({"code": "0", "msg": "", "data": {"index": "BTC-USD"}})
    assert judge(reply, COMPONENTS).data == {"index": "BTC-USD"}
    with pytest.raises(TransportError, match="not of the form"):
        judge(reply, BALANCE)


def test_a_code_is_a_number_only_where_okx_writes_it_so() -> None:
    """The products of dual investment come with numbers for codes, true and false are none."""
    products = Request("GET", "/api/v5/finance/sfp/dcd/products?baseCcy=BTC")
    reply = {"code": 0, "msg": "", "data": {"products": [{"strike": "77000"}]}}
    assert judge(answer(reply), products).code == "0"
    with pytest.raises(OkxError, match="50011"):
        judge(answer(reply | {"code": 50011, "data": {}}, 429), products)
    for code, request in ((0, BALANCE), (False, products), (None, products)):
        with pytest.raises(TransportError, match="not a text of digits"):
            judge(answer(reply | {"code": code}), request)


def refused(code: str, *items: tuple[str, str], msg: str = "") -> Answer:
    data = [{"ordId": "", "sCode": s_code, "sMsg": s_msg} for s_code, s_msg in items]
    return answer({"code": code, "data": data, "msg": msg})


def test_the_reason_of_a_refused_order_is_its_own_code() -> None:
    """Code 1 says only that all failed; the item says why, and that is what is raised."""
    with pytest.raises(OkxError) as caught:
        judge(refused("1", ("51008", "Insufficient USDT"), msg="All operations failed"), ORDER)
    assert (caught.value.code, caught.value.msg) == ("51008", "Insufficient USDT")
    assert caught.value.means


def test_a_partly_accepted_batch_keeps_its_answer() -> None:
    """Code 2 is raised with the whole answer, so that the accepted ids are not lost."""
    with pytest.raises(PartlyRefused, match="1 of 2 items refused: 51020") as caught:
        judge(refused("2", ("0", ""), ("51020", "too small")), ORDER)
    assert len(caught.value.envelope.data) == 2
    assert caught.value.items == (("51020", "too small"),)


def test_a_refused_item_under_code_0_is_no_success() -> None:
    """A refusal that hides below a code of success is still raised."""
    with pytest.raises(OkxError, match="51020"):
        judge(refused("0", ("51020", "too small")), ORDER)


def test_what_a_check_has_found_is_no_refusal() -> None:
    """The sCode of a read is its answer: here, that leverage has to be set before the switch."""
    precheck = Request("GET", "/api/v5/account/set-account-switch-precheck?acctLv=3")
    assert judge(refused("0", ("3", "")), precheck).data[0]["sCode"] == "3"


def test_all_items_of_a_refused_batch_are_named() -> None:
    """Each refused item has its line in the block."""
    with pytest.raises(OkxError, match="all 2 items refused") as caught:
        judge(refused("1", ("51008", "a"), ("51020", "b")), ORDER)
    shown = caught.value._render_traceback_()
    assert [line for line in shown if "item" in line.split()[0]] == [
        "  item    51008 a",
        "  item    51020 b",
    ]


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, '{"msg":"Invalid Sign","code":"50113"}', "50113"),
        (429, '{"msg":"Too Many Requests","code":"50011"}', "50011"),
        (400, '{"code":"51000","data":[],"msg":"Parameter instId  error"}', "51000"),
        (200, '{"code":"50120","data":[],"msg":"no permission"}', "50120"),
        (500, '{"code":"59999","data":[],"msg":"never seen"}', "59999"),
    ],
)
def test_the_json_is_read_before_the_status(status: int, body: str, code: str) -> None:
    """A refusal is OKX's own, by its code, whatever the HTTP status says."""
    with pytest.raises(OkxError) as caught:
        judge(answer(body, status), BALANCE)
    assert (caught.value.code, caught.value.status) == (code, status)


DEEP = '{"code":"0","msg":"","data":' + "[" * 100 + "]" * 100 + "}"


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ("<!DOCTYPE html><html>Access denied", 403, "HTML came instead of JSON"),
        ("  <html>", 200, "HTML came instead of JSON"),
        ("", 200, "the answer is empty"),
        ("  \n", 502, "the answer is empty"),
        ('{"code":"0","data":[', 200, "JSON is broken"),
        ("upstream connect error", 503, "neither JSON nor HTML"),
        (b'{"code":"0","data":["\xff"]}', 200, "JSON is broken"),
        ('{"code":"51008","code":"0","data":[]}', 200, "JSON is broken"),
        ('{"code":"0","data":[NaN]}', 200, "JSON is broken"),
        ('{"code":"0","data":[Infinity]}', 200, "JSON is broken"),
        (DEEP, 200, "JSON is broken"),
        ('{"code":0,"data":[]}', 200, "code is 0"),
        ('{"code":null,"data":[]}', 200, "code is None"),
        ('{"code":"ok","data":[]}', 200, "code is 'ok'"),
        ('{"code":true,"data":[]}', 200, "code is True"),
        ('{"data":[]}', 200, "not OKX's"),
        ("[]", 200, "not OKX's"),
        ('"0"', 200, "neither JSON nor HTML|not OKX's"),
        ("0", 200, "not OKX's"),
        ('{"code":"0","msg":""}', 200, "data is not of the form"),
        ('{"code":"0","msg":"","data":null}', 200, "data is not of the form"),
        ('{"code":"0","msg":"","data":"x"}', 200, "data is not of the form"),
        ('{"code":"0","msg":5,"data":[]}', 200, "msg is not text"),
        ('{"code":"0","msg":"","data":[]}', 500, "code 0 came with another HTTP status"),
        ('{"code":"0","msg":"","data":[]}x', 200, "JSON is broken"),
    ],
)
def test_what_is_no_answer_of_okx_is_named(body: str | bytes, status: int, reason: str) -> None:
    """Each malformed reply is one TransportError that says what came, with the HTTP status."""
    with pytest.raises(TransportError, match=reason) as caught:
        judge(answer(body, status), BALANCE)
    assert caught.value.status == status
    assert caught.value.written


def test_a_redirect_names_where_it_points() -> None:
    """The host that a redirect names is told, without what it may carry, and is not followed."""
    with pytest.raises(TransportError, match=r"redirected to evil\.example; not followed"):
        judge(answer("", 302, location="https://user:pw@evil.example/x?y"), BALANCE)


def test_server_text_is_made_printable() -> None:
    """Escape sequences and right-to-left marks of a message do not reach the terminal."""
    reply = answer({"code": "51000", "data": [], "msg": "\x1b[31mred\u202eabc" + "x" * 500})
    with pytest.raises(OkxError) as caught:
        judge(reply, BALANCE)
    assert caught.value.msg.startswith("[31mredabcx")
    assert len(caught.value.msg) <= 160


@given(st.binary(max_size=200), st.sampled_from([200, 204, 301, 400, 401, 429, 500, 503]))
def test_no_bytes_whatever_become_a_foreign_exception(body: bytes, status: int) -> None:
    """Random bytes are an error of ours, and never a success."""
    with pytest.raises(OkxMagicError):
        judge(answer(body, status), BALANCE)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(code=json_values | st.just("0"), data=json_values, status=st.sampled_from([200, 400]))
def test_only_code_0_and_a_list_with_status_200_is_a_success(
    code: Any, data: Any, status: int
) -> None:
    """No other combination of code, data and status is taken for one."""
    try:
        envelope = judge(answer({"code": code, "msg": "", "data": data}, status), BALANCE)
    except OkxMagicError:
        return
    assert (envelope.code, status) == ("0", 200)
    assert isinstance(data, list)


CANDLES = Request("GET", "/api/v5/market/candles?instId=BTC-USDT")
TINY = {
    "lists": (BALANCE, "[]"),
    "objects": (BALANCE, '{"a":1}'),
    "nested": (BALANCE, '{"a":{}}'),
    "decimals": (BALANCE, "0.1"),
    "candles": (CANDLES, f"[{','.join('1' * 9)}]"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("question", "one"), TINY.values(), ids=TINY)
def test_tiny_values_do_not_fill_the_memory(question: Request, one: str) -> None:
    """As an object each takes many times the room that it has in the text: too many are not read."""

    def peak(separators: int) -> int:
        each = 1 + sum(map(one.count, ",[{"))
        values = ",".join(repeat(one, separators // each))
        data = values if question is CANDLES else f'{{"x":[{values}]}}'
        reply = answer(f'{{"code":"0","msg":"","data":[{data}]}}')
        tracemalloc.start()
        try:
            judge(reply, question)
        finally:
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return most

    assert peak(490_000) <= 64 * 1024 * 1024
    with pytest.raises(TransportError, match="more values than any of OKX's"):
        peak(510_000)


def test_a_row_of_a_thousand_fields_is_none_of_okx() -> None:
    """Each would be a column, which takes its time long after the deadline."""
    for fields, fits in ((1_000, True), (1_001, False)):
        reply = answer({"code": "0", "msg": "", "data": [{str(n): "1" for n in range(fields)}]})
        if fits:
            assert judge(reply, BALANCE).data
        else:
            with pytest.raises(TransportError, match="not of the form"):
                judge(reply, BALANCE)


def test_printable_keeps_ordinary_text() -> None:
    """What can be shown is shown as it is."""
    assert printable("Parameter instId  error 测试") == "Parameter instId  error 测试"


def test_a_code_that_is_a_number_keeps_its_meaning() -> None:
    """A known refusal is one, where nothing is lost by believing it; of an order that was answered 200
    it is said what the number means, and the order is looked up.
    """
    body = '{"code":50113,"msg":"Invalid Sign","data":[]}'
    for request, status in ((BALANCE, 200), (BALANCE, 401), (ORDER, 401)):
        with pytest.raises(OkxError) as refused:
            judge(answer(body, status), request)
        assert refused.value.code == "50113"
        assert refused.value.means
        assert refused.value.remedy
    with pytest.raises(TransportError, match=r"code is 50113 \(.+\), not a text") as caught:
        judge(answer(body), ORDER)
    assert caught.value.written


@pytest.mark.parametrize(
    ("body", "kind"), [("<html>", TransportError), ('{"code":"404","msg":"Not Found"}', OkxError)]
)
def test_a_404_says_what_to_try(body: str, kind: type[OkxMagicError]) -> None:
    """Whether OKX says it or what stands in between."""
    with pytest.raises(kind) as caught:
        judge(answer(body, 404), BALANCE)
    assert "%okx_find" in caught.value.remedy
