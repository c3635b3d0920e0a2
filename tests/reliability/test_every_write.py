"""Each write of the catalogue: how its lost answer is settled, or why it cannot be (``writes.txt``).

After a change of the catalogue or of ``orders/shown`` run this file with Python: it prints the list anew,
with the reasons that stand in it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from scripted_rest import LOST, TIME, scripted, sent

from okx_magic import catalogue
from okx_magic.errors import OutcomeUnknown
from okx_magic.model import Request
from okx_magic.orders.items import items_of
from okx_magic.orders.lookups import TIMER, closes_position, remedy
from okx_magic.orders.shown import fields_of_setting, read_back, where_seen

if TYPE_CHECKING:
    from okx_magic.catalogue import Endpoint

LIST = Path(__file__).with_name("writes.txt")
WRITES = {
    each.path.removeprefix("/api/v5/"): each
    for each in catalogue.endpoints().values()
    if each.effect != "read"
}
# The values of these decide what a request is; all others are a text of their own.
VALUES: dict[str, Any] = {
    "set-isolated-mode": {"type": "MARGIN"},
    "set-trading-config": {"type": "stgyType"},
    "asset/transfer": {"type": "0", "from": "6", "to": "18", "amt": "1"},
    "position/margin-balance": {"type": "add", "amt": "1"},
    "set-collateral-assets": {"ccyList": ["ccyList"]},
}
HARMLESS = ("cancel", "setting", "undo")


def body_of(endpoint: Endpoint, *without: str) -> dict[str, Any]:
    """A value for each parameter that it has."""
    names = [param.name for param in endpoint.params if param.name not in without]
    own = next((VALUES[end] for end in VALUES if endpoint.path.endswith(end)), {})
    return {name: own.get(name, name) for name in names}


def request_of(endpoint: Endpoint, *without: str) -> Request:
    body: Any = body_of(endpoint, *without)
    return Request("POST", endpoint.path, json.dumps([body] if endpoint.array_body else body))


def plain(target: str) -> str:
    return target.replace("GET ", "").replace("/api/v5/", "")


def way(endpoint: Endpoint, *without: str) -> str:
    """How the lost answer to a request with all of its parameters, or but for some, is settled."""
    request = request_of(endpoint, *without)
    item = items_of(request)[0]
    again = "; may be sent again" if endpoint.effect in HARMLESS and not item.look_up else ""
    if endpoint.path.endswith(TIMER):
        return "set anew; over after its time"
    if item.look_up:
        by = "bill" if item.amount else "what is left" if closes_position(item) else item.id_field
        return f"looked up by its {by}: {plain(item.look_up.target)}"
    if shown := read_back(request):
        fields = ", ".join(fields_of_setting(endpoint.path))
        return f"read back, {fields}: {plain(shown.target)}{again}"
    if seen := where_seen(endpoint.path, item.wanted):
        return f"seen by a person: {plain(seen)}{again}"
    return f"no GET{again}"


def lines() -> list[str]:
    """The list as it should be, without its reasons."""
    return [f"{each.effect} {name} · {way(each)}" for name, each in sorted(WRITES.items())]


LISTED = [line.partition("  # ") for line in LIST.read_text("utf-8").splitlines()]


def test_the_list_is_complete_and_says_what_happens() -> None:
    """A new write of the catalogue, and a change of what settles one, changes the list."""
    assert [line for line, _, _ in LISTED] == lines()


def test_what_no_get_shows_has_its_reason() -> None:
    """Also what a person has to look at: why we cannot tell."""
    unproved = [
        (line, reason) for line, _, reason in LISTED if "no GET" in line or "seen by" in line
    ]
    assert len(unproved) > 50
    assert [line for line, reason in unproved if not reason] == []
    assert [line for line, _, reason in LISTED if reason and (line, reason) not in unproved] == []


@pytest.mark.parametrize("name", WRITES)
def test_its_get_is_one_of_okxs(name: str) -> None:
    """It has the parameters that are named, and needs no other."""
    _, _, target = way(WRITES[name]).partition(": ")
    if not target:
        return
    request = Request("GET", f"/api/v5/{target.partition(';')[0]}")
    endpoint = request.endpoint
    assert endpoint is not None
    given = {key for key, _ in request.query}
    assert given <= {param.name for param in endpoint.params} or not endpoint.params
    assert {param.name for param in endpoint.params if param.required == "yes"} <= given


SETTINGS = [each for each in WRITES.values() if read_back(request_of(each))]


def shown_row(request: Request, *, old: bool) -> dict[str, Any]:
    """A row of what the setting's GET shows, as it was wanted or as it was before."""
    wanted = request.items[0]
    names = {"mgnIsoMode": "isoMode", "ctIsoMode": "isoMode", "spotBorrowAutoRepay": "autoRepay"}
    fields = fields_of_setting(request.path)
    row = {field: "old" if old else wanted[names.get(field, field)] for field in fields}
    return row | {"ccy": "ccyList", "subAcct": "subAcct", "posSide": ""}


@pytest.mark.parametrize("endpoint", SETTINGS, ids=lambda each: each.path)
def test_a_setting_that_is_there_was_carried_out(endpoint: Endpoint) -> None:
    """One POST, and the GET that shows it."""
    request = request_of(endpoint)
    row = shown_row(request, old=False)
    session = scripted(lambda asked: LOST if asked.method == "POST" else [row])
    assert session.send(request).recovered
    assert len(sent(session, "POST")) == 1


@pytest.mark.parametrize("endpoint", SETTINGS, ids=lambda each: each.path)
def test_one_that_is_not_is_never_said_to_be_done(endpoint: Endpoint) -> None:
    """The old value is shown, or another's, or none: unknown, with the GET that settles it. Only what
    does no harm is sent again.
    """
    request = request_of(endpoint)
    old = shown_row(request, old=True)
    for rows in ([old], [], [{"other": "1"}], ["no row"], [old | {"ccy": "x", "subAcct": "x"}]):
        session = scripted(lambda asked, rows=rows: LOST if asked.method == "POST" else rows)
        with pytest.raises(OutcomeUnknown) as caught:
            session.send(request)
        asks = read_back(request)
        assert asks
        assert caught.value.settles == (f"GET {asks.target}",)
        assert f"GET {asks.target}" in caught.value.remedy
        assert len(sent(session, "POST")) <= (3 if endpoint.effect == "setting" else 1)


def test_a_part_of_what_was_to_be_set_is_not_the_whole() -> None:
    """Of two coins one is shown, or one has the old value."""
    body = {"type": "custom", "collateralEnabled": True, "ccyList": ["BTC", "ETH"]}
    request = Request("POST", "/api/v5/account/set-collateral-assets", json.dumps(body))
    both = [{"ccy": each, "collateralEnabled": True} for each in ("BTC", "ETH", "OKB")]
    for rows, done in (
        (both, True),
        (both[:1], False),
        ([both[0], both[1] | {"collateralEnabled": False}], False),
    ):
        session = scripted(lambda asked, rows=rows: LOST if asked.method == "POST" else rows)
        if done:
            assert session.send(request).recovered
        else:
            with pytest.raises(OutcomeUnknown):
                session.send(request)


SEEN = [each for each in WRITES.values() if "seen by" in way(each)]


@pytest.mark.parametrize("endpoint", SEEN, ids=lambda each: each.path)
def test_what_a_person_sees_is_named_and_sent_once(endpoint: Endpoint) -> None:
    """Unless a second time does no harm, and it says that."""
    request = request_of(endpoint)
    session = scripted(lambda _: LOST)
    with pytest.raises(OutcomeUnknown) as caught:
        session.send(request)
    assert (
        where_seen(request.path, request.items[0] if request.items else {}) in caught.value.remedy
    )
    harmless = endpoint.effect in HARMLESS
    assert ("it may be sent again" in caught.value.remedy) is harmless
    assert harmless or len(sent(session, "POST")) == 1


BY_ID = [each for each in WRITES.values() if "looked up by its" in way(each) and "Id:" in way(each)]


@pytest.mark.parametrize("endpoint", BY_ID, ids=lambda each: each.path)
def test_what_has_an_id_is_found_by_it(endpoint: Endpoint) -> None:
    """The row that has it settles it; another's does not, and nothing is sent a second time for it."""
    request = request_of(endpoint)
    item = items_of(request)[0]
    states = {"cancel": "canceled", "amend": "live"}

    def answers(asked: Request) -> Any:
        if asked.method == "POST":
            return LOST
        row = dict(item.wanted) | {
            item.id_field: item.id,
            "state": states.get(endpoint.effect, "0"),
        }
        shown = {
            name.removeprefix("new")[:1].lower() + name.removeprefix("new")[1:]: value
            for name, value in row.items()
            if name.startswith("new")
        }
        return [row | shown | {"cTime": str(int(TIME.true() * 1000))}]

    session = scripted(answers)
    assert session.send(request).recovered
    assert len(sent(session, "POST")) == 1


def test_without_an_id_the_remedy_does_not_speak_of_one() -> None:
    """The control: nothing is looked up, and the person is told where to see it."""
    for name in ("asset/withdrawal", "account/move-positions", "fiat/buy-sell/trade"):
        request = request_of(WRITES[name], "clientId", "clOrdId")
        assert "GET /api/v5/" in remedy(items_of(request), request.path)


if __name__ == "__main__":
    known = {line: reason for line, _, reason in LISTED}
    LIST.write_text(
        "".join(
            f"{each}  # {known[each]}\n" if known.get(each) else f"{each}\n" for each in lines()
        ),
        "utf-8",
    )
