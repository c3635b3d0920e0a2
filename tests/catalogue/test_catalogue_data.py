"""The data files of the catalogue, held together."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any, get_args

import pytest

from okx_magic import catalogue
from okx_magic.catalogue import Effect
from okx_magic.catalogue.reader import DataKind, FieldType

DATA = files("okx_magic.catalogue").joinpath("data")
TEXTS = {item.name: item.read_text("utf-8") for item in DATA.iterdir()}
LINES = [name for name in TEXTS if name.endswith(".jsonl")]
ENDPOINTS = list(catalogue.endpoints().values())
FIELDS = json.loads(TEXTS["fields.json"])
OVERRIDES = json.loads(TEXTS["field_overrides.json"])
OVERRIDDEN = [(endpoint, name) for endpoint, types in OVERRIDES.items() for name in types]
# Counters of a stream and not names of anything.
SEQUENCES = {"seqId", "prevSeqId"}
# A time of day, in text or hours, at which a bot buys.
TIMES_OF_DAY = {"recurringTime"}
# The effects of requests that spend, lend, borrow or move money, or commit it to an order.
MOVING = {"order", "amend", "transfer", "withdraw", "loan", "earn"}


# POSTs that only ask, each decided by hand: quotes, previews, and files that OKX makes on order.
ONLY_ASKING = {
    *("account/position-builder", "account/position-builder-graph", "account/simulated_margin"),
    *("account/bills-history-archive", "asset/monthly-statement", "trade/fills-archive"),
    *("broker/dma/rebate-per-orders", "broker/fd/rebate-per-orders", "broker/nd/rebate-per-orders"),
    *("asset/convert/estimate-quote", "fiat/buy-sell/quote", "finance/stable-rewards/quote"),
    *("finance/sfp/dcd/quote", "finance/sfp/dcd/redeem-quote", "finance/flexible-loan/max-loan"),
    *("trade/order-precheck", "tradingBot/grid/compute-margin-balance", "skill/download/presign"),
}


def names_in(endpoint: catalogue.Endpoint) -> list[str]:
    nested = [name for names in endpoint.nested.values() for name in names]
    return [*endpoint.fields, *endpoint.columns, *endpoint.nested, *nested]


def test_the_files_are_the_known_ones() -> None:
    """Nothing but these data files is shipped, and each has its line end."""
    assert sorted(TEXTS) == sorted(
        [
            "channels.jsonl",
            *("codes.jsonl", "endpoints.jsonl", "field_overrides.json", "fields.json"),
            *("interest.json", "topics.txt", "examples.txt", "columns.txt", "recipes.txt"),
            *("foreign_names.json", "parameter_rules.json", "asked.txt", "said.txt"),
        ]
    )
    assert all(text.endswith("\n") for text in TEXTS.values())


@pytest.mark.parametrize("name", LINES)
def test_every_line_is_an_object(name: str) -> None:
    """A record is one line, so that a change of one fact is a change of one line."""
    for line in TEXTS[name].splitlines():
        assert isinstance(json.loads(line), dict)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_no_file_speaks_of_a_machine(name: str) -> None:
    """The data name no folder of any machine and hold no control characters."""
    assert not re.search(r"/(home|tmp|work|root|Users)/|[A-Z]:\\", TEXTS[name])
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", TEXTS[name])


@pytest.mark.parametrize("name", ["fields.json", "field_overrides.json"])
def test_no_name_stands_twice(name: str) -> None:
    """No key of a table is written twice, where the later would silently win."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [key for key, _ in pairs]
        assert len(names) == len(set(names))
        return dict(pairs)

    json.loads(TEXTS[name], object_pairs_hook=unique)


def test_endpoints_are_sorted_and_unique() -> None:
    """Endpoints stand in the order of path and method, each once."""
    keys = [
        (record["path"], record["method"])
        for record in map(json.loads, TEXTS["endpoints.jsonl"].splitlines())
    ]
    assert keys == sorted(set(keys))


def test_fields_are_sorted() -> None:
    """Field names stand in alphabetical order, whatever their case."""
    assert list(FIELDS) == sorted(FIELDS, key=lambda name: (name.lower(), name))


def test_codes_are_sorted_and_unique() -> None:
    """Codes stand in numeric order, those with a detail (``51004_1115``) last, each once."""
    listed = [json.loads(line)["code"] for line in TEXTS["codes.jsonl"].splitlines()]
    assert len(listed) == len(set(listed)) == len(catalogue.codes())
    assert listed == sorted(
        listed, key=lambda code: (not code.isdigit(), int(code) if code.isdigit() else 0, code)
    )


def test_methods_paths_and_kinds_are_well_formed() -> None:
    """Every endpoint is a GET or POST of a v5 path, in a kind that a frame can be made of."""
    for endpoint in ENDPOINTS:
        assert endpoint.method in {"GET", "POST"}
        assert re.fullmatch(r"/api/v5(/[A-Za-z0-9_-]+)+", endpoint.path)
        assert endpoint.kind in {None, *get_args(DataKind)}
        assert endpoint.title


def test_what_a_request_changes_was_decided_for_each() -> None:
    """Every private POST has its effect or is listed as only asking; nothing public or a GET has one."""
    for endpoint in ENDPOINTS:
        assert endpoint.effect in set(get_args(Effect)) - {"unknown"}
        if endpoint.method == "GET" or not endpoint.private:
            assert endpoint.effect == "read", endpoint.path
    asking = {
        endpoint.path.removeprefix("/api/v5/")
        for endpoint in ENDPOINTS
        if endpoint.method == "POST" and endpoint.private and endpoint.effect == "read"
    }
    assert asking == ONLY_ASKING


@pytest.mark.parametrize(
    ("word", "effects"),
    [
        ("withdrawal", {"withdraw", "undo"}),
        ("transfer", {"transfer", "subaccount"}),
        ("subaccount", {"subaccount", "key", "transfer", "loan"}),
        ("apikey", {"key"}),
        ("cancel", {"cancel", "undo"}),
        ("order", {"order", "amend", "cancel", "undo", "loan", "earn", "setting", "read"}),
        ("loan", {"loan", "earn", "read"}),
        ("staking-defi", {"earn", "undo"}),
    ],
)
def test_effects_agree_with_the_paths(word: str, effects: set[str]) -> None:
    """No path says one thing and its effect another."""
    named = [each for each in ENDPOINTS if each.method == "POST" and word in each.path]
    assert {each.effect for each in named} <= effects
    assert named


def test_effects_agree_with_the_permissions() -> None:
    """What OKX asks the permission to withdraw for is a withdrawal; who may only read changes nothing."""
    for endpoint in ENDPOINTS:
        if endpoint.permission == "Withdraw":
            assert endpoint.effect == "withdraw", endpoint.path
        if endpoint.permission == "Read":
            assert endpoint.effect == "read", endpoint.path


def test_what_moves_money_is_known() -> None:
    """Orders and transfers do; a cancel, a setting or a look does not."""
    moving = {each.path for each in ENDPOINTS if each.effect in MOVING}
    assert {"/api/v5/trade/order", "/api/v5/asset/transfer", "/api/v5/asset/withdrawal"} <= moving
    still = {"/api/v5/trade/cancel-order", "/api/v5/account/set-leverage"}
    still |= {"/api/v5/trade/order-precheck", "/api/v5/account/balance"}
    assert not moving & still


def test_rows_have_names() -> None:
    """Endpoints that answer rows name the places of a row, no name twice."""
    rows = [endpoint for endpoint in ENDPOINTS if endpoint.kind in {"rows", "row"}]
    assert len(rows) > 20
    for endpoint in rows:
        assert endpoint.columns, endpoint.path
        assert len(endpoint.columns) == len(set(endpoint.columns))


def test_limits_are_positive() -> None:
    """A limit allows at least one request in a positive time; every documented endpoint has one."""
    for endpoint in ENDPOINTS:
        if endpoint.limit is not None:
            assert endpoint.limit.requests >= 1
            assert endpoint.limit.seconds > 0
        else:
            assert endpoint.status != "documented", endpoint.path


def test_every_cursor_is_a_field_of_the_answer() -> None:
    """What an endpoint pages by is among the names it answers with, or is the page's number."""
    paged = [endpoint for endpoint in ENDPOINTS if "cursor_field" in (endpoint.paging or {})]
    assert len(paged) > 50
    for endpoint in paged:
        cursor = endpoint.paging["cursor_field"]
        if cursor == "page":
            continue
        assert cursor in FIELDS
        assert not names_in(endpoint) or cursor in names_in(endpoint), endpoint.path


def test_every_field_has_a_type() -> None:
    """No answer of the catalogue has a field whose type nobody decided."""
    untyped = {
        name
        for endpoint in ENDPOINTS
        for name in names_in(endpoint)
        if catalogue.field_type(name, endpoint.method, endpoint.path) is None
    }
    assert not untyped


def test_types_are_known() -> None:
    """Only the reader's types occur; ``table`` is a matter of an endpoint, never of a name."""
    known = set(get_args(FieldType))
    assert set(FIELDS.values()) <= known - {"table"}
    assert {kind for types in OVERRIDES.values() for kind in types.values()} <= known


def test_ids_are_never_numbers() -> None:
    """Whatever is named an id, a code or a tag is text: as a float it would lose digits."""
    pattern = re.compile(r"(Id|Uid|^uid|[a-z]Code|^code|^tag)$")
    named = {name for name in FIELDS if pattern.search(name)} - SEQUENCES - {"instIdCode"}
    assert len(named) > 40
    assert {FIELDS[name] for name in named} <= {"id", "text"}


def test_times_are_named_times() -> None:
    """What OKX names a time is one, but for a bot's time of day."""
    named = {name for name in FIELDS if name.endswith("Time") or name == "ts"}
    assert len(named) > 30
    assert {FIELDS[name] for name in named - TIMES_OF_DAY} <= {"time", "time_us"}


def test_prices_and_sizes_are_decimals() -> None:
    """What OKX names a price, a size or an amount is a decimal."""
    named = {name for name in FIELDS if re.search(r"[a-z](Px|Sz|Amt)$|^(px|sz|amt)$", name)}
    assert len(named) > 80
    assert {FIELDS[name] for name in named} == {"decimal"}


@pytest.mark.parametrize(("endpoint", "name"), OVERRIDDEN)
def test_an_exception_is_one(endpoint: str, name: str) -> None:
    """An endpoint's own type is for a field that it has, and differs from the usual one."""
    known = catalogue.endpoint(*endpoint.split())
    assert known is not None
    assert name in [*known.fields, *known.columns]
    assert OVERRIDES[endpoint][name] != FIELDS.get(name)
    assert catalogue.field_type(name, *endpoint.split()) == OVERRIDES[endpoint][name]


def test_exceptions_are_sorted() -> None:
    """The endpoints with types of their own stand in alphabetical order."""
    assert list(OVERRIDES) == sorted(OVERRIDES)


def test_the_reader_answers_by_endpoint_and_name() -> None:
    """An endpoint and a field are found by their exact name; what is unknown is None."""
    balance = catalogue.endpoint("GET", "/api/v5/account/balance")
    assert balance is not None
    assert balance.private
    assert "ccy" in balance.nested["details"]
    assert catalogue.endpoint("POST", "/api/v5/account/balance") is None
    assert catalogue.field_type("ordId") == "id"
    assert catalogue.field_type("expTime") == "time"
    assert catalogue.field_type("expTime", "GET", "/api/v5/public/instruments") == "time"
    assert catalogue.field_type("neverHeardOf") is None


def test_the_reader_explains_codes() -> None:
    """A code is explained in words; an unknown one is None."""
    invalid_sign = catalogue.explain("50113")
    assert invalid_sign is not None
    assert invalid_sign.group == "auth"
    assert invalid_sign.meaning
    assert catalogue.explain("no such code") is None


def test_the_tables_cannot_be_changed() -> None:
    """What the reader keeps is read-only: one caller cannot change it for another."""
    with pytest.raises(TypeError):
        catalogue.codes()["0"] = None
    with pytest.raises(TypeError):
        catalogue.endpoints()["GET", "/"] = None


def test_the_columns_of_interest_are_fields_of_their_endpoints() -> None:
    """A name that an answer never has would say nothing, and one that stands twice would hide a typo."""
    for group in json.loads(TEXTS["interest.json"]):
        assert len(set(group["first"])) == len(group["first"])
        for name in group["endpoints"]:
            method, path = name.split()
            endpoint = catalogue.endpoint(method, f"/api/v5/{path}")
            assert endpoint is not None, name
            # OKX answers a transfer with a part of what its state has.
            known = set(names_in(endpoint)) | {"state", "type"}
            assert set(group["first"]) <= known, name
