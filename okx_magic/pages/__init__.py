"""Many pages as one frame.

    Span ─► paging.py ─► cursor_pager.py ─► pull.py ─► Pulled: a frame, and what the receipt says
            the style    candle_plan.py     the sending
                         the plan           (blocks.py: chunks side by side here)
                                            (team.py, job.py, workers.py, shares.py: here and on workers)

pandas is imported with it, so import this room late.
"""

from okx_magic.pages.pull import Progress, Pull, Pulled, PullInterrupted, first_page
from okx_magic.pages.team import Team

__all__ = ["Progress", "Pull", "PullInterrupted", "Pulled", "Team", "first_page"]
