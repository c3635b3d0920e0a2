"""Faults on the wire: what a client meets, and what the exchange has done."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

import pytest
from sandbox_caller import Answer, Caller

from okx_magic.sandbox import Sandbox

if TYPE_CHECKING:
    from sandbox_caller import Clock


PLACE = "/api/v5/trade/order"
TIME = "/api/v5/public/time"
HTML = b"<html>"
# What stands on the wire, as (HTTP status, beginning of the body), or the exception of the client.
MET = {
    "reset": ConnectionResetError,
    "close": http.client.RemoteDisconnected,
    "hang": TimeoutError,
    "half": http.client.IncompleteRead,
    "html": (200, HTML),
    "empty": (200, b""),
    "500": (500, HTML),
    "502": (502, HTML),
    "503": (503, HTML),
    "504": (504, HTML),
    "502-empty": (502, b""),
    "302": (302, b""),
    "307": (307, b""),
    "50001": (503, b'{"code":"50001","data":[],"msg":"Service temporarily unavailable.'),
    "50004": (400, b'{"code":"50004","data":[],"msg":"'),
    "50011": (429, b'{"msg":"Too Many Requests","code":"50011"}'),
    "50013": (429, b'{"code":"50013","data":[],"msg":"Systems are busy.'),
    "50026": (500, b'{"code":"50026","data":[],"msg":"System error.'),
    "51054": (500, b'{"code":"51054","data":[],"msg":"Request timed out.'),
    "51149": (500, b'{"code":"51149","data":[],"msg":"'),
    "51016": (200, b'{"code":"1","data":[{"clOrdId":"'),
    "50061": (200, b'{"code":"50061","data":[],"msg":"You\'ve reached'),
    "50110": (401, b'{"msg":"'),
}


def order(cl_ord_id: str) -> dict[str, str]:
    wanted = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit"}
    return wanted | {"px": "1", "sz": "1", "clOrdId": cl_ord_id}


def state(call: Caller, cl_ord_id: str) -> str:
    """The code of looking the order up: "0" when it is there, 51603 when not."""
    code: str = call.get(f"{PLACE}?instId=BTC-USDT&clOrdId={cl_ord_id}").json["code"]
    return code


@pytest.fixture
def doomed(sandbox: Sandbox, clock: Clock) -> Caller:
    """A caller for requests that may go wrong."""
    return Caller(sandbox, clock)


def meet(
    caller: Caller, body: dict[str, str], *, patience: float = 10, **headers: str
) -> type[Exception] | Answer:
    """The answer to an order, or the exception in its place."""
    caller.connection.timeout = patience
    try:
        return caller.post(PLACE, body, **headers)
    except (OSError, http.client.HTTPException) as error:
        return type(error)
    finally:
        caller.connection.close()


@pytest.mark.parametrize("name", sorted(MET))
@pytest.mark.parametrize(("moment", "found"), [("before", "51603"), ("after", "0")])
def test_an_order_meets_each_fault(
    call: Caller, doomed: Caller, sandbox: Sandbox, name: str, moment: str, found: str
) -> None:
    """The client meets the fault; the order is on the book after it, and is not before it; and the
    next order is taken as ever.
    """
    sandbox.set_faults(f"next POST {PLACE}: {name}-{moment}")
    met = meet(doomed, order("a1"), patience=0.8 if name == "hang" else 10)
    if isinstance(met, Answer):
        status, start = MET[name]  # type: ignore[misc]  # as MET has it for those who answer
        assert met.status == status
        assert met.body.startswith(start), met.body
        assert bool(met.body) == bool(start)
    else:
        assert met is MET[name]
    assert state(call, "a1") == found
    assert call.post(PLACE, order("a2")).data[0]["sCode"] == "0"
    assert state(call, "a2") == "0"


@pytest.mark.parametrize(("fault", "orders"), [("lose-answer", 2), ("lose-request", 1)])
def test_control_a_naive_client_orders_twice(
    call: Caller, doomed: Caller, sandbox: Sandbox, fault: str, orders: int
) -> None:
    """Who sends an order again because its answer was lost has two, where it had been booked."""
    sandbox.set_faults(fault)
    wanted = order("") | {"ordType": "market", "sz": "100"}
    assert meet(doomed, wanted) is ConnectionResetError
    assert isinstance(meet(doomed, wanted), Answer)
    fills = call.get("/api/v5/trade/fills").data
    assert len({fill["ordId"] for fill in fills}) == orders


def test_the_header_asks_for_a_fault(call: Caller, doomed: Caller) -> None:
    """A request asks for a fault of its own by x-sandbox-fault; a name that is not known is told."""
    assert meet(doomed, order("a1"), **{"x-sandbox-fault": "lose-answer"}) is ConnectionResetError
    assert state(call, "a1") == "0"
    assert meet(doomed, order("a2"), **{"x-sandbox-fault": "lose-request"}) is ConnectionResetError
    assert state(call, "a2") == "51603"
    refused = call.public(TIME, **{"x-sandbox-fault": "gremlins"})
    assert refused.status == 400
    assert "no fault is called 'gremlins'; there are lose-answer" in refused.json["msg"]
    assert call.public(TIME).status == 200


def test_faults_are_set_and_cleared(call: Caller, sandbox: Sandbox) -> None:
    """New rules take the place of the old; what cannot be read changes nothing."""
    sandbox.set_faults("every GET: 502")
    assert call.public(TIME).status == 502
    with pytest.raises(ValueError, match="no fault"):
        sandbox.set_faults("every GET: 600")
    assert call.public(TIME).status == 502
    sandbox.set_faults("")
    assert call.public(TIME).status == 200


def test_an_orders_code_stands_beside_the_order(call: Caller, sandbox: Sandbox) -> None:
    """A code that is an order's own comes as its sCode, for each order of a batch."""
    sandbox.set_faults("every POST: 51008")
    single = call.post(PLACE, order("a1")).json
    assert (single["code"], single["msg"]) == ("1", "All operations failed")
    assert single["data"][0] | {"sMsg": ""} == {
        "clOrdId": "a1", "ordId": "", "sCode": "51008", "sMsg": "", "subCode": "", "tag": "",
        "ts": "1772508800500",
    }  # fmt: skip
    batch = call.post("/api/v5/trade/batch-orders", [order("a2"), order("a3")]).json
    assert [item["clOrdId"] for item in batch["data"]] == ["a2", "a3"]
    assert call.post(PLACE, b"{").json["code"] == "50002"
    assert call.post("/api/v5/account/set-leverage", {}).json["code"] == "51008"


def test_a_redirect_leads_to_another_name_of_this_machine(call: Caller, sandbox: Sandbox) -> None:
    """A redirect names the same path at localhost, where a client that follows is answered."""
    port = sandbox.url.rpartition(":")[2]
    call.connection.request("GET", f"{TIME}?a=1", headers={"x-sandbox-fault": "307"})
    response = call.connection.getresponse()
    assert response.status == 307
    assert response.headers["Location"] == f"http://localhost:{port}{TIME}?a=1"
    assert response.read() == b""
    there = http.client.HTTPConnection("localhost", int(port), timeout=5)
    there.request("GET", TIME)
    assert there.getresponse().status == 200
    there.close()


@pytest.mark.parametrize("name", ["reset", "51149", "502", "hang"])
def test_late_booking(call: Caller, doomed: Caller, clock: Clock, name: str) -> None:
    """An order may be booked after its answer is lost: the first look-up finds none, a later one it."""
    fault = {"x-sandbox-fault": f"{name}-late=800"}
    meet(doomed, order("a1"), patience=0.8 if name == "hang" else 10, **fault)
    assert state(call, "a1") == "51603"
    clock.now += 0.7
    assert state(call, "a1") == "51603"
    # The order was right when it came, however long nobody looks.
    clock.now += 60
    assert state(call, "a1") == "0"
    placed = call.get(f"{PLACE}?instId=BTC-USDT&clOrdId=a1").data[0]
    assert placed["cTime"] == "1772508801300"


@pytest.mark.parametrize(("deadline", "found"), [(500, "51603"), (900, "0")])
def test_a_late_order_keeps_its_deadline(
    call: Caller, doomed: Caller, clock: Clock, deadline: int, found: str
) -> None:
    """An order whose expTime has passed when its turn comes is not booked."""
    until = str(int(clock.now * 1000) + deadline)
    meet(doomed, order("a1"), expTime=until, **{"x-sandbox-fault": "lose-answer-late=800"})
    clock.now += 5
    assert state(call, "a1") == found


def test_an_order_that_expires_on_its_way(call: Caller, clock: Clock) -> None:
    """An order that is held beyond its expTime is refused with 50037, one sent after it with 50036."""
    soon = str(int(clock.now * 1000) + 20)
    held = call.post(PLACE, order("a1"), expTime=soon, **{"x-sandbox-fault": "late=30"})
    assert held.json["code"] == "50037"
    assert state(call, "a1") == "51603"
    past = str(int(clock.now * 1000) - 1)
    assert call.post(PLACE, order("a2"), expTime=past).json["code"] == "50036"


def test_seeded_chance_repeats_itself() -> None:
    """With the same seed the same requests are struck."""

    def statuses(seed: int) -> list[int]:
        with Sandbox.start(seed=seed, faults="20% any: 502 | 503", limits=False) as sandbox:
            host = sandbox.url.removeprefix("http://")
            connection = http.client.HTTPConnection(host, timeout=5)
            seen = []
            for _ in range(60):
                connection.request("GET", TIME)
                response = connection.getresponse()
                response.read()
                seen.append(response.status)
            connection.close()
            return seen

    assert set(statuses(1)) == {200, 502, 503}
    assert statuses(1) == statuses(1) != statuses(2)
