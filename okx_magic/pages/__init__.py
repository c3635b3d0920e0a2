"""Many pages as one frame.

    Span ─► paging.py ─► cursor_pager.py ─► pull.py ─► Pulled: a frame, and what the receipt says
            the style    candle_plan.py     the sending
                         the plan           (blocks.py: chunks side by side, here or on workers)

pandas is imported with it, so import this room late.
"""

from okx_magic.pages.blocks import fetch_block
from okx_magic.pages.pull import Progress, Pull, Pulled, PullInterrupted, first_page

__all__ = ["Progress", "Pull", "PullInterrupted", "Pulled", "fetch_block", "first_page"]
