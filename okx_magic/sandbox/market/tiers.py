"""Position tiers: the larger a position, the more margin it needs and the less leverage it may have.

OKX docs: Public Data, Get position tiers. ``data/tiers.json`` has, by instType and instFamily, the
tiers as ``[maxSz, mmr, maxLever]``; a tier begins where the one before it ends.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.sandbox.market.instruments import Instrument


@dataclass(frozen=True, slots=True)
class Tier:
    """Sizes from ``min_sz`` to ``max_sz``, in contracts; ``mmr`` and ``imr`` are the shares of a
    position's worth that must be there to keep and to open it, at ``max_lever``.
    """

    tier: str
    min_sz: Decimal
    max_sz: Decimal
    mmr: Decimal
    imr: Decimal
    max_lever: Decimal


def tiers(instrument: Instrument) -> tuple[Tier, ...]:
    """The tiers of an instrument, smallest first; none for spot and options."""
    families = _table().get(instrument.inst_type, {})
    return families.get(instrument.listing.get("instFamily", ""), ())


@cache
def _table() -> Mapping[str, Mapping[str, tuple[Tier, ...]]]:
    text = files("okx_magic.sandbox.market").joinpath("data", "tiers.json").read_text("utf-8")
    return MappingProxyType(
        {
            inst_type: MappingProxyType({family: _tiers(rows) for family, rows in table.items()})
            for inst_type, table in json.loads(text).items()
        }
    )


def _tiers(rows: list[list[str]]) -> tuple[Tier, ...]:
    bounds = pairwise(Decimal(size) for size in ("0", *(row[0] for row in rows)))
    return tuple(
        Tier(str(number), least, most, Decimal(mmr), _share(Decimal(lever)), Decimal(lever))
        for number, ((least, most), (_, mmr, lever)) in enumerate(
            zip(bounds, rows, strict=True), start=1
        )
    )


def _share(lever: Decimal) -> Decimal:
    # OKX gives it with at most four digits: 0.0667 at 15 times.
    return round(1 / lever, 4)
