"""From evidence to a verdict in words.

Tested in ``tests/detective/test_detective.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from okx_magic.credentials.changes import instead
from okx_magic.credentials.prehash_rules import REFUSED, faults, unreadable
from okx_magic.detective.records import Explanation, Verdict
from okx_magic.detective.search import BUDGET, Search
from okx_magic.detective.wrapping import unwrapped
from okx_magic.errors import OneLineInterrupt

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from okx_magic.credentials.changes import Mistake
    from okx_magic.credentials.credentials import Credentials
    from okx_magic.detective.records import Evidence
    from okx_magic.detective.search import Hit, Progress


class Stopped(OneLineInterrupt):
    """A person stopped the search; the text tells what it had ruled out by then."""

    def __init__(self, search: Search) -> None:
        done = ", ".join(search.ruled_out) or "nothing yet"
        super().__init__(f"after {search.tried:,} of {BUDGET:,} signatures; ruled out: {done}")


def investigate(
    evidence: Evidence, credentials: Credentials, progress: Progress | None = None
) -> Verdict:
    """What was done to make this signature of this request under the secret of these credentials.

    All is computed here; nothing is sent, and no secret is in the verdict. ``progress`` is told how
    many signatures are computed, of at most how many. Raises Stopped, a KeyboardInterrupt that says
    what was ruled out, when a person stops it.
    """
    search = Search(evidence, unwrapped(evidence.signature), credentials, progress)
    try:
        hits = search.hits()
    except KeyboardInterrupt:
        raise Stopped(search) from None
    remark = unreadable(evidence.timestamp, evidence.target)
    if not hits:
        return Verdict("unexplained", (), search.tried, remark, tuple(search.ruled_out))
    if any(not hit.mistakes for hit in hits):
        parts = (evidence.timestamp, evidence.method, evidence.target, evidence.body)
        told = (
            fault if part == "timestamp" else f"the {part}: {fault}"
            for part, fault in faults(*parts)
        )
        return Verdict(
            "right", tried=search.tried, remark="; ".join(told), refused=REFUSED in remark
        )
    return Verdict("explained", explanations(hits), search.tried, remark)


def explanations(hits: Iterable[Hit]) -> tuple[Explanation, ...]:
    """The hits of the fewest mistakes in words, the likeliest first; those of one kind are one."""
    smallest = sorted(hits, key=_size_and_rarity)
    fewest = len(smallest[0].mistakes)
    blurred: list[Hit] = []
    # What changed the whole to the same effect as a part of it says less.
    if exact := [hit for hit in smallest if not _of_the_whole(hit) and len(hit.mistakes) == fewest]:
        smallest, blurred = exact, [hit for hit in smallest if _of_the_whole(hit)]
    kinds: dict[tuple[str, ...], list[Hit]] = {}
    for hit in smallest:
        if len(hit.mistakes) == fewest:
            kind = tuple(sorted(mistake.correction for mistake in hit.mistakes))
            kinds.setdefault(kind, []).append(hit)
    return tuple(_explained(*alike, *blurred) for alike in kinds.values())


def _of_the_whole(hit: Hit) -> bool:
    return any(mistake.correction == instead("w") for mistake in hit.mistakes)


# Sorting is stable: among equally usual ones the order of the catalogue stays.
def _size_and_rarity(hit: Hit) -> tuple[int, int]:
    return len(hit.mistakes), sum(mistake.cost for mistake in hit.mistakes)


def _explained(hit: Hit, *alike: Hit) -> Explanation:
    kinds = {mistake.correction for mistake in hit.mistakes}
    # Another name of one kind says nothing new; another kind could be what really happened.
    others = [mistake for mistake in hit.also if mistake.correction not in kinds]
    sentence = f"signed with {_listed([mistake.name for mistake in hit.mistakes])}"
    if others:
        sentence += f" (here the same as {_listed([each.name for each in others], 'or')})"
    also = (*hit.also, *(mistake for each in alike for mistake in (*each.mistakes, *each.also)))
    told = [mistake.name for mistake in hit.mistakes]
    return Explanation(
        sentence,
        "; ".join(_distinct((*hit.mistakes, *others))),
        tuple(told),
        tuple(dict.fromkeys(each.name for each in also if each.name not in told)),
    )


def _distinct(mistakes: Iterable[Mistake]) -> list[str]:
    return list(dict.fromkeys(mistake.correction for mistake in mistakes))


def _listed(names: Sequence[str], word: str = "and") -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"
