"""OKX's answers as typed DataFrames: ``data`` becomes columns, each typed by its field's name.

    envelope.data ─► shapes.py ─► typed_columns.py ─► frame.py ─► DataFrame
                     raw columns  typed arrays        attrs           ▲
    envelope.number_rows ─► number_columns.py ────────┘               │
                            rows of numbers, at once                  │
    many envelopes ────────────────────────────────► joined.py ───────┘

pandas is imported here and nowhere above, so import this room late.
"""

from okx_magic.frames.frame import safe_csv, to_frame
from okx_magic.frames.joined import frame_of_pages

__all__ = ["frame_of_pages", "safe_csv", "to_frame"]
