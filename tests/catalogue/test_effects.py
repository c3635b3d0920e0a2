from __future__ import annotations

import pytest

from okx_magic import catalogue
from okx_magic.catalogue.effects import GUARDED
from okx_magic.model import Request

# Words in a path that speak of money leaving, or of whom it obeys.
TELLING = ("withdraw", "transfer", "subaccount", "apikey", "borrow", "loan", "finance/")
# Those of them that only read or quote, take something back, or move nothing out of the account.
HARMLESS = {
    "/api/v5/asset/cancel-withdrawal": "undo",
    "/api/v5/fiat/cancel-withdrawal": "undo",
    "/api/v5/finance/flexible-loan/max-loan": "read",
    "/api/v5/finance/sfp/dcd/quote": "read",
    "/api/v5/finance/sfp/dcd/redeem-quote": "read",
    "/api/v5/finance/stable-rewards/quote": "read",
    "/api/v5/finance/staking-defi/cancel": "undo",
    "/api/v5/finance/staking-defi/eth/cancel-redeem": "undo",
    "/api/v5/finance/staking-defi/sol/cancel-redeem": "undo",
    "/api/v5/tradingBot/grid/withdraw-income": "order",
}
POSTS = [path for method, path in catalogue.endpoints() if method == "POST"]


@pytest.mark.parametrize("path", [path for path in POSTS if any(map(path.__contains__, TELLING))])
def test_what_speaks_of_money_that_leaves_is_guarded(path: str) -> None:
    """No endpoint of the catalogue whose path says so is missed; the exceptions are listed."""
    effect = Request("POST", path, "{}").effect
    assert effect == HARMLESS[path] if path in HARMLESS else effect in GUARDED


@pytest.mark.parametrize("path", POSTS)
def test_reads_and_cancels_are_told_from_orders(path: str) -> None:
    """Whatever gives an order its own id is an order; what passes as a cancel says so in its path."""
    endpoint = catalogue.endpoint("POST", path)
    assert endpoint is not None
    effect = Request("POST", path, "{}").effect
    if endpoint.client_id is not None:
        assert effect == "order"
    if endpoint.effect == "amend":
        assert "amend" in path
    if effect == "cancel":
        assert "cancel" in path
        assert "withdraw" not in path
    if effect == "read":
        assert endpoint.permission != "Withdraw"


@pytest.mark.parametrize(
    "path", ["/api/v5/account/demo-adjust-balance", "/api/v5/tradingBot/signal/create-signal"]
)
def test_what_adds_a_second_time_is_no_setting(path: str) -> None:
    """A setting whose answer was lost is sent again by itself."""
    assert Request("POST", path, "{}").effect not in {"setting", "undo", "cancel"}


def test_stopping_a_bot_is_no_cancel() -> None:
    """It may sell all that the bot holds."""
    for bot in ("grid", "recurring", "signal"):
        path = f"/api/v5/tradingBot/{bot}/stop-order-algo"
        assert Request("POST", path, "[]").effect == "order"


@pytest.mark.parametrize(
    ("body", "effect"),
    [
        ('{"timeOut":"10"}', "cancel"),
        ('{"timeOut":10}', "cancel"),
        ('{"timeOut":"0"}', "setting"),
        ('{"timeOut":"00"}', "setting"),
        ('{"timeOut":"0","timeOut":"10"}', "setting"),
        ('{"timeOut":"-1"}', "setting"),
        ("{}", "setting"),
        ("[]", "setting"),
        ("nothing", "setting"),
    ],
)
def test_switching_the_timer_off_is_no_cancel(body: str, effect: str) -> None:
    """cancel-all-after with 0 takes a safety away (OKX docs: Cancel All After)."""
    assert Request("POST", "/api/v5/trade/cancel-all-after", body).effect == effect


@pytest.mark.parametrize(
    "path",
    [
        "/api/v5/asset/Withdrawal",
        "/api/v5/asset/withdrawal/",
        "/api/v5/nothing/cancel-all-after",
        "/api/v5/nothing",
        "/",
    ],
)
def test_an_unknown_path_is_the_worst_effect(path: str) -> None:
    """No spelling of a path makes it less than it is."""
    assert Request("POST", path, "{}").effect == "unknown"
