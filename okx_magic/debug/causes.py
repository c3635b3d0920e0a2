"""Why OKX refused: each possible cause as a check that was made, with what it found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """A possible cause of a refusal that was checked, not guessed.

    ``holds`` is True where the check found this to be the cause, False where it ruled it out, and
    None where it cannot be told from here. ``found`` says in one sentence what was found.
    """

    name: str
    found: str
    holds: bool | None = None
