"""Whatever is ordered, the books balance to the last digit."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal, localcontext
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from okx_magic.sandbox import trading
from okx_magic.sandbox.account import Account
from okx_magic.sandbox.desk import Desk
from okx_magic.sandbox.instruments import instruments
from okx_magic.sandbox.keys import issue_keys
from okx_magic.sandbox.ledger import Ids, Ledger
from okx_magic.sandbox.market import Market
from okx_magic.sandbox.replies import RefusalError
from okx_magic.sandbox.settling import settle

NOW = 1_772_508_800
OPENING = {"BTC": Decimal("1.5"), "ETH": Decimal(20), "USDT": Decimal(200_000)}
MARKET = Market(5)
KEYS = issue_keys("demo", 1)

steps = st.lists(
    st.tuples(
        st.sampled_from(["place", "place", "place", "cancel", "amend", "wait"]),
        st.sampled_from(["BTC-USDT", "ETH-USDT", "ETH-BTC"]),
        st.sampled_from(["buy", "sell"]),
        st.sampled_from(["limit", "market", "post_only", "ioc", "fok"]),
        st.sampled_from(["", "base_ccy", "quote_ccy"]),
        st.integers(-300, 300),
        st.decimals("0.001", "50", places=6),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=25,
)


def desk(account: Account, ids: Ids, now: float) -> Desk:
    at = Desk(account, MARKET, ids, now, KEYS)
    settle(at)
    return at


def price(at: Desk, inst_id: str, ticks: int) -> str:
    instrument = instruments()[inst_id]
    return f"{MARKET.last(instrument, at.second) + ticks * instrument.tick:f}"


def check(account: Account) -> None:
    cash = defaultdict(Fraction, {ccy: Fraction(amount) for ccy, amount in OPENING.items()})
    filled: dict[str, Fraction] = defaultdict(Fraction)
    fees: dict[str, Fraction] = defaultdict(Fraction)
    for fill in account.fills:
        base, quote = fill.ticket.instrument.base, fill.ticket.instrument.quote
        sign = 1 if fill.ticket.side == "buy" else -1
        cash[base] += sign * Fraction(fill.sz)
        cash[quote] -= sign * Fraction(fill.sz) * Fraction(fill.px)
        received = Fraction(fill.sz) * (1 if sign == 1 else Fraction(fill.px))
        assert Fraction(fill.fee) == received * Fraction(fill.fee_rate) < 0
        cash[base if sign == 1 else quote] += Fraction(fill.fee)
        filled[fill.ord_id] += Fraction(fill.sz)
        fees[fill.ord_id] += Fraction(fill.fee)
    frozen: dict[str, Fraction] = defaultdict(Fraction)
    for order in account.orders.values():
        assert Fraction(order.filled) == filled[order.ord_id]
        assert Fraction(order.fee) == fees[order.ord_id]
        if order.is_open:
            left = Fraction(order.ticket.sz) - Fraction(order.filled)
            assert left > 0
            assert order.ticket.px is not None
            worth = Fraction(order.ticket.px) if order.ticket.side == "buy" else 1
            frozen[order.ticket.pays] += left * worth
    for ccy, amount in cash.items():
        assert Fraction(account.trading.of(ccy)) == amount >= 0
        assert Fraction(account.frozen(ccy)) == frozen[ccy] <= amount


@given(steps)
@settings(deadline=None, max_examples=100)
def test_balances_are_start_plus_fills_and_fees(
    sequence: list[tuple[str, str, str, str, str, int, Decimal, int]],
) -> None:
    """After every step: cash = start + fills + fees, frozen = open orders, nothing below zero."""
    ids, now = Ids(), float(NOW)
    account = Account("1", Ledger(ids, dict(OPENING)), Ledger(ids, {}), settled=NOW)
    for act, inst_id, side, ord_type, tgt_ccy, ticks, size, which in sequence:
        with localcontext(prec=50):
            at = desk(account, ids, now)
            known = list(account.orders.values())
            chosen = known[which % len(known)] if known else None
            named = {"instId": inst_id, "ordId": "1"}
            if chosen is not None:
                named = {"instId": chosen.ticket.instrument.inst_id, "ordId": chosen.ord_id}
            try:
                if act == "place":
                    wanted = {
                        "instId": inst_id, "tdMode": "cash", "side": side, "ordType": ord_type,
                        "sz": f"{size:f}", "tgtCcy": tgt_ccy, "px": price(at, inst_id, ticks),
                    }  # fmt: skip
                    trading.place(at, wanted)
                elif act == "cancel":
                    trading.cancel(at, named)
                elif act == "amend":
                    new = {"newSz": f"{size:f}", "newPx": price(at, named["instId"], ticks)}
                    trading.amend(at, named | new)
                else:
                    now += which * 400 + 1
            except RefusalError:
                pass
        check(account)


def test_the_sequences_do_trade() -> None:
    """The control: a plain purchase changes what the check reads."""
    ids = Ids()
    account = Account("1", Ledger(ids, dict(OPENING)), Ledger(ids, {}), settled=NOW)
    wanted = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market"}
    trading.place(desk(account, ids, NOW), wanted | {"sz": "1000"})
    check(account)
    assert account.fills
    assert account.trading.of("USDT") < OPENING["USDT"]
