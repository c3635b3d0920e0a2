"""Every public endpoint that is served answers as the catalogue documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from documented import PUBLIC_QUERIES, deviations

from okx_magic.catalogue import endpoint
from okx_magic.sandbox.routes.endpoints import NEVER, PUBLIC

if TYPE_CHECKING:
    from sandbox_caller import Caller

DEVIATING = {
    # The docs describe one list of all names, which is a row of any length.
    "/api/v5/public/underlying": "row of other than ('uly',)",
    # Their example has fields within these, which their table does not.
    "/api/v5/public/market-data-history": "groupDetails has beside",
}

# Told in the hour before a delivery only, and when the market has moved much.
AT_TIMES = {"/api/v5/public/estimated-price", "/api/v5/public/liquidation-orders"}


def test_every_public_endpoint_is_tried() -> None:
    """No endpoint is served that the test below does not look at."""
    assert set(PUBLIC_QUERIES) == set(PUBLIC)


@pytest.mark.parametrize(
    "target",
    [
        f"{path}?{query}".rstrip("?")
        for path, queries in PUBLIC_QUERIES.items()
        for query in queries
    ],
)
def test_answers_are_as_documented(call: Caller, target: str) -> None:
    """There are rows, with exactly the documented fields, and our frames type every one."""
    data, path = call.public(target).data, target.partition("?")[0]
    assert bool(data) is (path not in {*NEVER, *AT_TIMES})
    known = DEVIATING.get(path, "nothing")
    assert [found for found in deviations("GET", target, data) if not found.startswith(known)] == []


TICKER = "/api/v5/market/ticker?instId=BTC-USDT"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"more": "1"}, ["data has beside ['more']", "no type known for more"]),
        ({"last": "much"}, ["no value of its type in last"]),
        ({"last": {"px": "1"}}, ["last has beside ['px']", "no value of its type in last"]),
    ],
)
def test_what_is_not_documented_is_seen(
    call: Caller, change: dict[str, Any], words: list[str]
) -> None:
    """A field too much, a value of another type, an object in its place: each is named."""
    row = call.public(TICKER).data[0]
    assert deviations("GET", TICKER, [row | change]) == words


def test_what_lacks_is_seen(call: Caller) -> None:
    """So is a field that lacks, a row of another length, an endpoint that nobody knows."""
    row = call.public(TICKER).data[0]
    del row["ts"]
    assert deviations("GET", TICKER, [row]) == ["data lacks ['ts']"]
    assert deviations("GET", TICKER, row)[0] == "data is a dict"
    candles = "/api/v5/market/candles"
    known = endpoint("GET", candles)
    assert known is not None
    assert deviations("GET", candles, [["1"] * 9, ["1"] * 8])[0].startswith("row of other than")
    assert deviations("GET", "/x", [])[0].endswith("not in the catalogue")
