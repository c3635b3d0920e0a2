"""A batch of cancels of which a part is sent again: only what is still open, and one answer in the end.

Pure. A cancel that is repeated does no harm to its order, but the order of a batch that is over by now
would be refused, and a refusal would stand where it was carried out.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from okx_magic import strictjson
from okx_magic.errors import OkxError, PartlyRefused
from okx_magic.model import Envelope

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from okx_magic.model import Request

Rows = dict[int, "Mapping[str, Any]"]


def only(request: Request, places: Collection[int]) -> Request:
    """A batch with those of its orders alone that stand at ``places``."""
    orders = strictjson.loads(request.body)
    chosen = [order for place, order in enumerate(orders) if place in places]
    return replace(request, body=json.dumps(chosen, separators=(",", ":"), ensure_ascii=False))


def answer_of(rows: Rows, request: Request) -> Envelope | OkxError:
    """What OKX would have said of all orders of ``request``; ``rows`` has an acknowledgement for each."""
    data = [dict(rows[place]) for place in sorted(rows)]
    refused = [row for row in data if row.get("sCode", "0") not in {"0", ""}]
    if not refused:
        return Envelope("0", "", data)
    kind = OkxError if len(refused) == len(data) else PartlyRefused
    return kind(
        "2",
        f"{len(refused)} of {len(data)} items refused or not carried out, by look-up",
        envelope=Envelope("2", "", data),
        items=tuple((str(row["sCode"]), str(row.get("sMsg", ""))) for row in refused),
        request=request,
    )
