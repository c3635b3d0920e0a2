"""Brings many pages as one frame.

    Span ─► tables/walk.py ─► pages.py ─► Pulled: a frame, and what the receipt says of it
            tables/grid.py    (blocks.py: pieces side by side, here or on other machines)
            the plan          the sending

Whoever imports this imports pandas, so import it late.
"""

from okx_magic.pages.blocks import fetch_block
from okx_magic.pages.pull import Progress, Pull, Pulled, PullInterrupted, first_page

__all__ = ["Progress", "Pull", "PullInterrupted", "Pulled", "fetch_block", "first_page"]
