from __future__ import annotations

from dataclasses import replace

import pytest

from okx_magic.errors import RefusedError
from okx_magic.model import Environment, Request
from okx_magic.orders import gate
from okx_magic.orders.gate import Standing

ORDER = Request("POST", "/api/v5/trade/order", '{"instId":"BTC-USDT","side":"buy","sz":"1"}')
CANCEL = Request("POST", "/api/v5/trade/cancel-order", '{"instId":"BTC-USDT","ordId":"1"}')
LEVERAGE = Request("POST", "/api/v5/account/set-leverage", '{"lever":"3"}')
LIVE = Standing("live")
ARMED = Standing("live", armed=True)
ARMED_FOR_EARN = replace(ARMED, allow=frozenset({"earn"}))
UNARMED_FOR_TRANSFERS = replace(LIVE, allow=frozenset({"transfer"}))
DEMO = Standing("demo")


def post(path: str, body: str = "{}") -> Request:
    return Request("POST", f"/api/v5/{path}", body)


REFUSED = [
    # Read-only until armed.
    ("an order", ORDER, LIVE, "read-only"),
    ("a batch", post("trade/batch-orders", "[]"), LIVE, "read-only"),
    ("an algo order", post("trade/order-algo"), LIVE, "read-only"),
    ("an amendment", post("trade/amend-order"), LIVE, "read-only"),
    ("a closed position", post("trade/close-position"), LIVE, "read-only"),
    ("a setting", LEVERAGE, LIVE, "read-only"),
    ("a disarmed timer", post("trade/cancel-all-after", '{"timeOut":"0"}'), LIVE, "read-only"),
    # Guarded kinds need the profile, armed or not.
    ("a withdrawal", post("asset/withdrawal"), ARMED, "not allow withdrawals"),
    ("a fiat withdrawal", post("fiat/create-withdrawal"), ARMED, "not allow withdrawals"),
    ("a transfer", post("asset/transfer"), ARMED, "not allow transfers"),
    ("a sub-account", post("users/subaccount/create-subaccount"), ARMED, "sub-accounts"),
    ("a new key", post("users/subaccount/apikey"), ARMED, "not allow changes of API keys"),
    ("an earn product", post("finance/savings/purchase-redempt"), ARMED, "earn products"),
    ("a loan", post("account/spot-manual-borrow-repay"), ARMED, "not allow loans"),
    ("an unknown path", post("asset/withdraw-all"), ARMED, "does not know"),
    ("a withdrawal in disguise", post("asset/withdrawal/"), ARMED, "does not know"),
    ("another kind's", post("asset/withdrawal"), ARMED_FOR_EARN, "not allow withdr"),
    ("an allowed kind unarmed", post("asset/transfer"), UNARMED_FOR_TRANSFERS, "read-only"),
    # The kill switch, everywhere.
    ("an order after the kill", ORDER, replace(ARMED, latched=True), "kill switch"),
    ("a setting after the kill", LEVERAGE, replace(DEMO, latched=True), "kill switch"),
    # The same again.
    ("a re-run", ORDER, replace(DEMO, repeats=12.4), "sent 12 s ago"),
    ("a re-run on the sandbox", ORDER, Standing("sandbox", repeats=59), "sent 59 s ago"),
    ("a lost answer", ORDER, replace(DEMO, unsettled=True), "still unknown"),
    ("a lost answer on live", ORDER, replace(ARMED, unsettled=True), "still unknown"),
]  # fmt: skip

ADMITTED = [
    ("a read", Request("GET", "/api/v5/account/balance"), replace(LIVE, latched=True)),
    ("a read by POST", post("trade/order-precheck"), LIVE),
    ("a cancel unarmed", CANCEL, LIVE),
    ("a cancel after the kill", CANCEL, replace(LIVE, latched=True)),
    ("a timer", post("trade/cancel-all-after", '{"timeOut":"10"}'), replace(LIVE, latched=True)),
    ("a cancel again", CANCEL, replace(DEMO, repeats=1, unsettled=True)),
    ("an order armed", ORDER, ARMED),
    ("an order again on live", ORDER, replace(ARMED, repeats=3)),
    ("an order that is meant twice", ORDER, replace(DEMO, repeats=1, unsettled=True, again=True)),
    ("a setting again", LEVERAGE, replace(DEMO, repeats=1)),
    ("a withdrawal allowed", post("asset/withdrawal"), replace(ARMED, allow=frozenset({"withdraw"}))),
    ("an unknown path allowed", post("x/y"), replace(ARMED, allow=frozenset({"unknown"}))),
    ("an unknown path on demo", post("x/y"), DEMO),
    ("an order on demo", ORDER, DEMO),
    ("an order on the sandbox", ORDER, Standing("sandbox")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "standing", "rule"),
    [pytest.param(*case, id=name) for name, *case in REFUSED],
)
def test_what_must_not_be_sent_is_refused_by_its_rule(
    request_: Request, standing: Standing, rule: str
) -> None:
    """Each is refused, and the error names the rule and what to do."""
    with pytest.raises(RefusedError, match=rule) as caught:
        gate.check(request_, standing)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("request_", "standing"), [pytest.param(*case, id=name) for name, *case in ADMITTED]
)
def test_what_may_be_sent_passes(request_: Request, standing: Standing) -> None:
    """Reads and cancels always pass, and the rest where all that it needs is given."""
    gate.check(request_, standing)


def test_only_writes_of_live_accounts_are_asked_about() -> None:
    """A person is asked where money can move, and nowhere else."""
    asked: list[tuple[Request, Environment]] = [(ORDER, "live"), (LEVERAGE, "live")]
    silent: list[tuple[Request, Environment]] = [(ORDER, "demo"), (CANCEL, "live")]
    assert all(gate.asks(*case) for case in asked)
    assert not any(gate.asks(*case) for case in silent)
