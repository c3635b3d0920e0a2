"""What OKX's v5 API offers, as data: endpoints, parameters, limits, paging, fields and codes.

The facts are files in ``data/``, one record a line, to be read and corrected by hand; only
``reader`` reads them. Source: the OKX API docs (https://www.okx.com/docs-v5/), copy of June 2026.
"""

from okx_magic.catalogue.effects import Effect
from okx_magic.catalogue.reader import (
    Code,
    Endpoint,
    Limit,
    Param,
    codes,
    endpoint,
    endpoints,
    examples,
    explain,
    field_type,
    field_types,
    first_columns,
    preparations,
)

__all__ = [
    "Code",
    "Effect",
    "Endpoint",
    "Limit",
    "Param",
    "codes",
    "endpoint",
    "endpoints",
    "examples",
    "explain",
    "field_type",
    "field_types",
    "first_columns",
    "preparations",
]
