"""What the sandbox keeps has an end, however much it is asked."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from okx_magic.sandbox.account import trading
from okx_magic.sandbox.account.account import Account
from okx_magic.sandbox.account.desk import Desk
from okx_magic.sandbox.account.ledger import Ids, Ledger
from okx_magic.sandbox.keys import issue_keys
from okx_magic.sandbox.market.instruments import instruments
from okx_magic.sandbox.market.market import Market
from okx_magic.sandbox.replies import RefusalError

if TYPE_CHECKING:
    from sandbox_caller import Caller

KEEPS = 2000


@pytest.fixture
def desk() -> Desk:
    cash = {"USDT": Decimal(10**9), "BTC": Decimal(10**6)}
    ids = Ids()
    account = Account("1", Ledger(ids, cash), Ledger(ids, {}), settled=0)
    return Desk(Market(1), 1_772_508_800.5, account, ids, issue_keys("demo"))


def limit(number: int, px: str = "1") -> dict[str, str]:
    wanted = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit"}
    return wanted | {"px": px, "sz": "1", "clOrdId": f"n{number}"}


def test_orders_that_are_over_are_forgotten_in_the_end(desk: Desk) -> None:
    """The last thousands of orders are remembered by both ids, those before them are not; what is
    open stays.
    """
    account = desk.account
    resting = trading.place(desk, limit(0)).ord_id
    for number in range(1, 3 * KEEPS):
        ord_id = trading.place(desk, limit(number)).ord_id
        trading.cancel(desk, {"instId": "BTC-USDT", "ordId": ord_id})
        assert len(account.orders) <= 2 * KEEPS + 1
    newest = account.orders.find("", ("BTC-USDT", f"n{3 * KEEPS - 1}"))
    assert newest is not None
    assert newest.ord_id == ord_id
    assert account.orders.find("", ("BTC-USDT", "n1")) is None
    assert len(account.orders.named) == len(account.orders)
    assert account.orders[resting].is_open
    assert account.orders.find("", ("BTC-USDT", "n0")) is account.orders[resting]


@pytest.mark.slow
def test_fills_are_forgotten_in_the_end(desk: Desk) -> None:
    """The last executions are remembered, and only those."""
    highest, lowest = desk.market.price_limits(instruments()["BTC-USDT"], desk.second)
    for number in range(KEEPS // 4):
        for side in ("buy", "sell"):
            order = limit(number, f"{highest if side == 'buy' else lowest:f}")
            trading.place(desk, order | {"side": side, "sz": "5", "ordType": "ioc"})
    assert len(desk.account.fills) == KEEPS
    assert len(desk.account.trading.bills) == 2 * KEEPS


def test_an_order_that_rested_for_long_may_be_forgotten_as_it_ends(desk: Desk) -> None:
    """The oldest of all is over and forgotten at once; that is no error."""
    swap = {"instId": "BTC-USDT-SWAP", "tdMode": "cross"}
    resting = trading.place(desk, limit(0) | swap).ord_id
    for number in range(1, 2 * KEEPS):
        ord_id = trading.place(desk, limit(number)).ord_id
        trading.cancel(desk, {"instId": "BTC-USDT", "ordId": ord_id})
    highest, _ = desk.market.price_limits(instruments()["BTC-USDT-SWAP"], desk.second)
    px = f"{highest:f}"
    trading.amend(desk, {"instId": "BTC-USDT-SWAP", "ordId": resting, "newPx": px})
    assert resting not in desk.account.orders
    assert [one.size for one in desk.account.positions.values()] == [1]


def test_the_newest_of_several_of_one_name_is_found(desk: Desk) -> None:
    """A clOrdId may be used again when its order is over; the look-up finds the newest."""
    first = trading.place(desk, limit(7)).ord_id
    with pytest.raises(RefusalError, match="51016"):
        trading.place(desk, limit(7))
    trading.cancel(desk, {"instId": "BTC-USDT", "ordId": first})
    second = trading.place(desk, limit(7)).ord_id
    trading.cancel(desk, {"instId": "BTC-USDT", "clOrdId": "n7"})
    found = desk.account.orders.find("", ("BTC-USDT", "n7"))
    assert found is not None
    assert (found.ord_id, found.is_open) == (second, False)
    assert desk.account.orders[first].ord_id == first


def test_so_many_orders_may_be_open(desk: Desk, call: Caller) -> None:
    """Of one instrument 500 orders may be open; the next is refused with 51102."""
    for number in range(500):
        trading.place(desk, limit(number))
    with pytest.raises(RefusalError, match=r"51102 .*more than 500"):
        trading.place(desk, limit(500))
    other = limit(501) | {"instId": "ETH-USDT"}
    assert trading.place(desk, other).is_open
    assert call.place(side="buy", ordType="limit", px="1", sz="1")["sCode"] == "0"


def test_paths_that_nobody_knows_are_not_kept(call: Caller) -> None:
    """Asking for ever new paths does not fill a cache of the catalogue."""
    from okx_magic import catalogue  # noqa: PLC0415 - its cache is looked at

    before = catalogue.endpoint.cache_info().currsize
    for number in range(50):
        assert call.public(f"/api/v5/nothing/{number}").status == 404
    assert catalogue.endpoint.cache_info().currsize == before
