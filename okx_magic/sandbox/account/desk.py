"""Where one account is dealt with, and what it is worth at that moment.

OKX docs: Trading Account, Get balance and Get positions, Futures mode: one pool of cross margin for
each currency, and a margin of its own for each isolated position.

Tested in ``tests/sandbox/test_sandbox_ledger.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from okx_magic.sandbox.account.orders import fees
from okx_magic.sandbox.account.positions import Position, rounded, worth
from okx_magic.sandbox.market.instruments import Instrument, Tier, instruments, tiers
from okx_magic.sandbox.market.market import Moment

if TYPE_CHECKING:
    from okx_magic.sandbox.account.account import Account
    from okx_magic.sandbox.account.ledger import Ids
    from okx_magic.sandbox.keys import Keys

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Valued:
    """A position at its ``mark``: what it is worth (above zero), what it would bring, the margins
    that are needed to open and to keep it, and the fee of closing it.
    """

    position: Position
    mark: Decimal
    value: Decimal
    upl: Decimal
    imr: Decimal
    mmr: Decimal
    fee: Decimal


@dataclass(frozen=True, slots=True)
class Pool:
    """One currency of an account: its cash, what open orders hold back of it, and how much of that does
    not stand behind positions either; and its positions.
    """

    cash: Decimal
    frozen: Decimal
    reserved: Decimal
    cross: tuple[Valued, ...]
    isolated: tuple[Valued, ...]

    @property
    def upl(self) -> Decimal:
        """What the positions in cross margin would bring."""
        return sum((one.upl for one in self.cross), _ZERO)

    @property
    def imr(self) -> Decimal:
        """The margin that they tie up."""
        return sum((one.imr for one in self.cross), _ZERO)

    @property
    def ratio(self) -> Decimal:
        """The margin ratio of those in cross margin, of which there must be some: at 1 they are
        liquidated.
        """
        # To keep them the fee of closing them must be there, too.
        needed = sum((one.mmr + one.fee for one in self.cross), _ZERO)
        return (self.cash - self.reserved + self.upl) / needed

    @property
    def isolated_equity(self) -> Decimal:
        """What isolated positions hold: their margins and what they would bring."""
        return sum((one.position.margin + one.upl for one in self.isolated), _ZERO)

    @property
    def equity(self) -> Decimal:
        """All that it would be if every position were closed at its mark."""
        return self.cash + self.upl + self.isolated_equity

    @property
    def available(self) -> Decimal:
        """What a new position can take for its margin."""
        return self.cash + self.upl - self.imr - self.frozen

    @property
    def spendable(self) -> Decimal:
        """What can be spent or transferred: profits that are not realised are neither."""
        return self.available - max(self.upl, _ZERO)


@dataclass(frozen=True, slots=True)
class Desk(Moment):
    """Where one account is dealt with, for who has the ``keys``."""

    account: Account
    ids: Ids
    keys: Keys

    def valued(self, position: Position) -> Valued:
        """``position`` as it stands now."""
        instrument, size = position.instrument, abs(position.size)
        mark = self.market.mark(instrument, self.now)
        value = worth(instrument, mark, size)
        return Valued(
            position,
            mark,
            value,
            upl=position.upl(mark),
            imr=rounded(value / position.lever),
            mmr=value * tier_of(instrument, size).mmr,
            fee=value * fees(instrument).taker,
        )

    def pool(self, ccy: str) -> Pool:
        """What there is of ``ccy``."""
        account = self.account
        held = [self.valued(one) for one in account.positions.values() if one.ccy == ccy]
        return Pool(
            account.trading.of(ccy),
            account.frozen(ccy),
            account.reserved(ccy),
            tuple(one for one in held if not one.position.isolated),
            tuple(one for one in held if one.position.isolated),
        )

    def dollars(self, ccy: str) -> Decimal:
        """What one ``ccy`` is worth; USDT stands for the dollar."""
        pair = instruments().get(f"{ccy}-USDT")
        return Decimal(1) if pair is None else self.market.last(pair, self.now)


def tier_of(instrument: Instrument, size: Decimal) -> Tier:
    """The tier of a position of ``size`` contracts."""
    known = tiers(instrument)
    return next((tier for tier in known if size <= tier.max_sz), known[-1])


def largest(instrument: Instrument, lever: Decimal) -> Decimal:
    """The largest position that leverage ``lever`` allows, in contracts."""
    allowed = (tier.max_sz for tier in tiers(instrument) if tier.max_lever >= lever)
    return max(allowed, default=_ZERO)
