r"""The cell language: text in, filled requests out. Pure: no network, no clock, no shell.

    cell text ─► lines ─► grammar ─► Template ─► filling ─► model.Request
                          (curl, head, jsontext, subscribe)      (values)

The whole language::

    cell     = { blank | comment | request }
    request  = [ NAME "=" ] METHOD SP target [ SP "HTTP/" version ] EOL
               { query | header | comment | blank }  [ "body" EOL ]  [ json ]
    METHOD   = "GET" | "POST"                        ; upper case
    target   = "/" …no spaces…  |  "https://" an accepted host "/" …
    query    = ( "?" | "&" ) key "=" value EOL       ; any indentation
    header   = token ":" value EOL
    json     = "{{" expr "}}" | object | array       ; ends where the value ends
    comment  = ( "#" | "//" ) … EOL                  ; a whole line, or behind a value
    variable = "{{" python expression "}}"
    curl     = "curl" …shell words, "\" continues…   ; stands for one request

What cannot be sent as it is, is refused with line, reason and remedy (``CellError``).
"""

from __future__ import annotations

from okx_magic.cell.filling import Names, evaluate, fill, names
from okx_magic.cell.grammar import parse
from okx_magic.cell.lines import check_name
from okx_magic.cell.subscribe import SUBSCRIBE
from okx_magic.cell.template import Cell, Template

__all__ = [
    "SUBSCRIBE",
    "Cell",
    "Names",
    "Template",
    "check_name",
    "evaluate",
    "fill",
    "names",
    "parse",
]
