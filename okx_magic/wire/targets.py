"""What may stand in a request line: checked before anything is asked, measured or opened."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from okx_magic.errors import RefusedError

if TYPE_CHECKING:
    from okx_magic.model import Request

# Names between single slashes, as all of OKX's paths are: nothing that a library, a proxy or a server
# could read as another host, another path or another line. Of the query what RFC 3986, section 3.4,
# lets stand there.
_TARGET: Final = re.compile(
    r"(?:/[A-Za-z0-9_-]+)+/?(?:\?(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)?", re.ASCII
)


def check_target(request: Request) -> None:
    """Raise RefusedError for a target that is no plain path with a query."""
    if _TARGET.fullmatch(request.target) is None:
        raise RefusedError(
            f"{request.target[:60]!r} is no path of OKX's API",
            remedy="a path such as /api/v5/account/balance?ccy=BTC, its values percent-encoded",
        )
