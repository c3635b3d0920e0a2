"""The mistake as the catalogue holds it, and the wrong text that it makes of a part of the prehash."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from okx_magic.credentials.text_changes import ALONE, CHANGES, KNOWN, RARE, USUAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["ALONE", "KNOWN", "RARE", "USUAL", "Mistake", "Wrong", "distinct", "touched", "wrong"]


# In the company of how many mistakes, itself included, one is looked for. Usual ones make up the
# triples; with all of the rare ones in pairs, a pair would take seconds to find. Those for which even
# that is too much are looked for ALONE.
class Mistake(NamedTuple):
    """One thing done wrong. ``name`` completes "signed with …", ``correction`` says what to do
    instead; mistakes with the same correction are of one kind.
    """

    name: str
    correction: str
    reach: int = KNOWN


class Wrong(NamedTuple):
    """The bytes that stand in place of a part's right ones after these ``mistakes``, one or two.

    ``also`` are other mistakes, each of which alone gives the same bytes here.
    """

    text: bytes
    mistakes: tuple[Mistake, ...]
    also: tuple[Mistake, ...] = ()

    @property
    def reach(self) -> int:
        """That of its rarest mistake."""
        return min(mistake.reach for mistake in self.mistakes)


def wrong(text: str, *mistakes: Mistake) -> Wrong:
    """A wrong text, as its UTF-8 bytes."""
    return Wrong(text.encode("utf-8", "surrogatepass"), mistakes)


def distinct(right: Iterable[bytes], found: Iterable[Wrong]) -> list[Wrong]:
    """Those that differ from what is ``right`` and from each other.

    Of several with the same bytes that of the fewest mistakes stays, then the more usual one, then the
    first. A
    mistake that changes nothing in this request cannot have been the cause, so it is left out.
    """
    known = set(right)
    kept: dict[bytes, Wrong] = {}
    for each in found:
        if each.text in known:
            continue
        before = kept.get(each.text)
        if before is None or len(each.mistakes) < len(before.mistakes):
            kept[each.text] = each
        elif len(each.mistakes) == len(before.mistakes) == 1:
            first, other = (before, each) if before.reach >= each.reach else (each, before)
            also = (*first.also, *other.mistakes, *other.also)
            kept[each.text] = Wrong(each.text, first.mistakes, also)
    return list(kept.values())


def touched(letter: str, text: str, correction: str, coding: str = "") -> Iterator[Wrong]:
    """The text after each change of the one table that happens to texts of this letter.

    ``coding`` is the correction where the text was encoded, if that is another one.
    """
    for change in CHANGES[letter]:
        made = change.of(text)
        plain = made.encode("utf-8", "surrogatepass") if isinstance(made, str) else made
        told = coding if coding and change.kind == "coded" else correction
        yield Wrong(plain, (Mistake(change.name, told, change.reach),))
