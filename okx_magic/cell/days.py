"""Points out bars that open by the day of Hong Kong, which is rarely what a person means by a day."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from okx_magic.catalogue.bars import opens_by_hong_kong

if TYPE_CHECKING:
    from okx_magic.model import Request


def day_of_bars(request: Request) -> str:
    """What to know of the days of the candles that are asked for; "" where there is nothing to know."""
    if not request.path.endswith("candles"):
        return ""
    bar = dict(parse_qsl(request.target.partition("?")[2])).get("bar", "")
    if not opens_by_hong_kong(bar):
        return ""
    return (
        f"bar={bar} counts from 00:00 in Hong Kong (UTC+8), which is 16:00 UTC;"
        f" bar={bar}utc counts from 00:00 UTC"
    )
