"""OKX's answers as typed DataFrames: ``data`` becomes columns, each typed by its field's name.

    envelope.data ─► shapes.py ─► columns.py ─► frame.py ─► DataFrame
                     raw columns  typed arrays  attrs

pandas is imported here and nowhere above, so import this room late.
"""

from okx_magic.tables.frame import to_frame

__all__ = ["to_frame"]
