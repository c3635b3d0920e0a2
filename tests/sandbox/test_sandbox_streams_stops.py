"""What streams say of algo orders and of liquidations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stream_listener import Listener
from test_sandbox_algos import SWAP, buy, px, sent, shown, taken

if TYPE_CHECKING:
    from sandbox_caller import Caller, Clock

    from okx_magic.sandbox import Sandbox

HOUR = 3600


def pushed(listener: Listener) -> dict[str, Any]:
    """The row of the next push."""
    while "data" not in (frame := listener.hear()):
        pass
    row: dict[str, Any] = frame["data"][0]
    return row


def test_algo_orders_are_pushed_as_they_are_taken_changed_set_off_and_ended(
    sandbox: Sandbox, call: Caller, clock: Clock
) -> None:
    """Each time as REST shows it then; the order that one places is on the channel of orders."""
    with Listener(sandbox, "business") as business, Listener(sandbox, "private") as private:
        for listener in (business, private):
            assert listener.login(sandbox.demo, clock.now)["event"] == "login"
        business.subscribe("orders-algo", instType="SWAP")
        private.subscribe("orders", instType="SWAP")
        near = taken(call, "trigger", side="buy", triggerPx=px(call, 1.0005), orderPx="-1")
        row = pushed(business)
        assert shown(call, near).items() <= row.items()
        assert row["state"] == "live"
        new = {"instId": SWAP, "algoId": near, "newSz": "2", "reqId": "r1"}
        assert sent(call, "amend-algos", new)["sCode"] == "0"
        row = pushed(business)
        assert (row["sz"], row["amendResult"], row["reqId"]) == ("2", "0", "r1")
        far = taken(call, "trigger", triggerPx=px(call, 0.5), orderPx="-1")
        assert pushed(business)["algoId"] == far
        sent(call, "cancel-algos", [{"instId": SWAP, "algoId": far}])
        assert pushed(business)["state"] == "canceled"
        clock.now += 5 * HOUR
        row = pushed(business)
        assert (row["algoId"], row["state"]) == (near, "effective")
        assert {**shown(call, near), "last": row["last"]}.items() <= row.items()
        order = pushed(private)
        assert (order["ordId"], order["algoId"], order["source"]) == (row["ordId"], near, "6")


def test_a_position_near_its_end_is_warned_of(sandbox: Sandbox, call: Caller, clock: Clock) -> None:
    """Below a margin ratio of three, every few seconds; another is not told of."""
    lever = {"instId": SWAP, "mgnMode": "isolated", "lever": "100"}
    call.post("/api/v5/account/set-leverage", lever)
    with Listener(sandbox, "private") as private:
        assert private.login(sandbox.demo, clock.now)["event"] == "login"
        private.subscribe("liquidation-warning", instType="SWAP")
        buy(call, "1")
        clock.now += 6
        assert [frame for frame in private.heard() if "data" in frame] == []
        buy(call, "1", tdMode="isolated")
        clock.now += 6
        row = {"pTime": ""}
        while row["pTime"] != str(int(clock.now * 1000)):
            row = pushed(private)
        held = call.get("/api/v5/account/positions").data
        [near] = [one for one in held if one["mgnMode"] == "isolated"]
        assert {name: near.get(name) for name in row} | {"pTime": row["pTime"]} == row
        assert 1 < float(row["mgnRatio"]) <= 3


def test_liquidations_of_others_are_pushed(sandbox: Sandbox, call: Caller, clock: Clock) -> None:
    """Those that REST has, and then the new ones."""
    clock.now += 12 * HOUR
    rows = call.public("/api/v5/public/liquidation-orders?instType=SWAP").data
    with Listener(sandbox) as public:
        public.subscribe("liquidation-orders", instType="SWAP")
        assert public.until(channel="liquidation-orders")["data"] == rows != []
