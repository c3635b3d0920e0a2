"""The detective against signatures with every mistake of its catalogue, made by a second hand."""

from __future__ import annotations

import base64
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import pytest
from byhand import known, names_for, part_of, signed_with
from chance import credentials, dice, evidence, request
from many import many

from okx_magic.credentials.changes import Cost
from okx_magic.credentials.derived import derivations
from okx_magic.credentials.macs import schemes
from okx_magic.detective import investigate
from okx_magic.detective.joining import joinings, recipes
from okx_magic.detective.search import Search
from okx_magic.detective.ways import Ways
from okx_magic.detective.wrapping import unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from byhand import Sent

    from okx_magic.detective import Explanation, Verdict

pytestmark = pytest.mark.slow

PARTS = (
    *("secret", "slip", "digest", "timestamp", "clock", "method", "path", "other path", "query"),
    *(
        "query order",
        "body",
        "content",
        "key order",
        "separator",
        "order",
        "whole",
        "recipe",
        "wrapping",
    ),
)
# A slip or an order is what is left to say when nothing more exact is: then the exact name is shown.
GENERAL = ("slip", "query order", "key order", "other path")
# Of these there are thousands, and each takes as long as all others together.
MOST = {"slip": 4, "clock": 4, "query order": 3, "key order": 3, "other path": 2}
WIDE = {"body", "timestamp", "query", "secret"}
REQUESTS, ENOUGH = 400, 30
# Two mistakes in the same of these cannot both be made.
EXCLUSIVE = (
    {"query", "query order"},
    {"path", "other path"},
    {"body", "content", "key order"},
    {"secret", "slip"},
    {"timestamp", "clock"},
    {"separator", "whole"},
    {"order", "whole"},
    *({"recipe", part} for part in ("order", "whole", "separator", "digest", "secret")),
)
# Those of the threads and pages that people write about their 50113.
COMMON = frozenset(
    {
        *("a line break behind the secret", "a blank behind the secret"),
        *("double quotes around the secret", "a byte order mark before the secret"),
        *("the last character of the secret lost", "the secret in lower case"),
        *("the passphrase in place of the secret", "the API key in place of the secret"),
        *("the secret decoded from Base64 first", "the secret cut off at its #"),
        *("the timestamp as epoch seconds", "the timestamp as epoch milliseconds"),
        *("the timestamp without its Z", "the timestamp with +00:00 in place of Z"),
        *("the timestamp without milliseconds", "the timestamp with microseconds"),
        "a time 8 h ahead of the header's, as local time taken for UTC is",
        *("the method in lower case", "the method left out", "the method GET", "the method POST"),
        *("/api/v5 left off the path", "a / behind the path", "a second / before the path"),
        *("/api/v3 in the path", "the full URL https://www.okx.com… for a path"),
        *("the query left out", "the query decoded", "the query sorted by name"),
        *("the query as urlencode writes it", "a bare ? behind the path"),
        "the query's parameters as compact JSON, in place of the query",
        *("the body left out", "{} for a body", "the word None for a body", "[] for a body"),
        *("the body as compact JSON", "the body as JSON with blanks, as json.dumps writes it"),
        *("the body as compact JSON, keys sorted", "the body as JSON indented by 2"),
        *(
            "the body as a printed Python object, as str() writes it",
            "the body as a form, as urlencode writes it",
        ),
        *("the body in an array of its own", "the body's array left off"),
        *("the body's numbers as text", "the body's text as numbers, where it is digits"),
        *("the digest in hexadecimal", "the Base64 of the digest in hexadecimal"),
        *("the digest in Base64 twice", "the digest in URL-safe Base64"),
        *("HMAC-SHA-512 in place of HMAC-SHA-256", "HMAC-SHA-1 in place of HMAC-SHA-256"),
        "plain SHA-256 of the prehash, without the secret",
        "HMAC-SHA-256 with key and message swapped: under the prehash, of the secret",
        *("the signature as b'…', as Python prints bytes", "the signature percent-encoded"),
        *("a line break at the end of the prehash", "line breaks between the parts of the prehash"),
        "the parts in the order method, timestamp, path, body",
    }
)


def signatures(rng: Random, part: str) -> Iterator[tuple[Sent, str, str]]:
    """A request, a mistake and the signature, once for every mistake of a part that can be made."""
    waiting: set[str] = set()
    done: set[str] = set()
    for number in range(REQUESTS):
        sent = request(rng)
        right = signed_with(sent)
        # New names come with every request; later only those that are still waiting are looked for.
        asked = names_for(sent) if number < ENOUGH else waiting & {*names_for(sent)}
        for name in sorted(asked):
            if part_of(name) != part or name in done:
                continue
            signature = made(sent, name)
            if signature in (None, right):
                waiting.add(name)
                continue
            done.add(name)
            waiting.discard(name)
            yield sent, name, signature
        if not waiting and number > ENOUGH:
            return
    assert not waiting, waiting


def made(sent: Sent, *names: str) -> str | None:
    """The signature under these mistakes; None where one cannot be made with these values."""
    try:
        return signed_with(sent, *names)
    except ValueError:
        return None


def reproduces(sent: Sent, explanation: Explanation, signature: str) -> bool:
    """Whether the explanation is true, by hand."""
    return all(map(known, explanation.mistakes)) and signature in (
        made(sent, *explanation.mistakes),
        made(sent, *explanation.mistakes, "empty parts left out"),
    )


def is_named(verdict: Verdict, *names: str) -> bool:
    """Whether an explanation shows these mistakes and no other."""
    return any(
        len(each.mistakes) == len(names) and {*names} <= {*each.mistakes, *each.also}
        for each in verdict.explanations
    )


@pytest.mark.parametrize("part", PARTS)
def test_every_mistake_is_named(part: str) -> None:
    """At least 99 of 100 mistakes made alone are named, and whatever is shown gives the signature."""
    # Parts that are wrong in hundreds of ways: a sixth of these is enough to notice.
    step = 1 if part in MOST else many(1, 6 if part in WIDE else 1)
    missed, tried = [], 0
    for sent, name, signature in islice(signatures(dice(part), part), 0, MOST.get(part), step):
        verdict = investigate(evidence(sent, signature), credentials(sent))
        for each in verdict.explanations:
            assert reproduces(sent, each, signature), (name, sent, each)
        tried += 1
        if not is_named(verdict, name) and not (part in GENERAL and is_one(verdict)):
            missed.append((name, sent, verdict.explanations))
    assert tried > 1
    assert len(missed) <= tried / 100, missed


def is_one(verdict: Verdict) -> bool:
    return [len(each.mistakes) for each in verdict.explanations][:1] == [1]


def test_no_mistake_of_the_catalogue_is_untested() -> None:
    """Every name that the detective can say has its implementation by hand."""
    rng = dice("catalogue")
    told = {mistake.name for joining in joinings() for mistake in joining.mistakes}
    told |= {
        mistake.name
        for found in recipes().values()
        for joining in found
        for mistake in joining.mistakes
    }
    told |= {mistake.name for mistake, _ in derivations("s", "k", "p")}
    told |= {
        mistake.name for each in schemes({16, 20, 28, 32, 48, 64}) for mistake in each.mistakes
    }
    for _ in range(60):
        ways = Ways(evidence(request(rng), ""))
        for block in (*ways.singles(), *ways.singles(odd=True)):
            texts = [text for part in block.texts for text in part]
            told |= {each.name for text in texts for each in (*text.mistakes, *text.also)}
    assert len(told) > 900
    assert sorted(name for name in told if not known(name)) == []


@pytest.mark.parametrize("seed", range(2))
def test_pairs_of_known_mistakes_are_named(seed: int) -> None:
    """At least 95 of 100 pairs of mistakes that people are known for are named."""
    missed, tried = pairs(dice(f"known {seed}"), many(40, 20), COMMON)
    assert len(missed) <= tried * 0.05, missed


def test_pairs_of_any_mistakes_are_named() -> None:
    """The same of pairs from the whole catalogue, rare ones with rare ones; not of those that are looked
    for alone, of which there are thousands.
    """
    missed, tried = pairs(dice("any"), 20, None)
    assert len(missed) <= tried * 0.05, missed


def looked_for_alone(sent: Sent) -> set[str]:
    """The mistakes that the search does not pair with others, to keep to its budget."""
    ways = Ways(evidence(sent, signed_with(sent)))
    blocks = list(ways.singles(odd=True))
    places = [place for each in blocks for place in (*each.texts, each.joinings, each.digests)]
    wrong = [each for place in places for each in place]
    told = [mistake for each in wrong for mistake in each.mistakes]
    told += [mistake for mistake, _ in derivations("s", "k", "p")]
    return {mistake.name for mistake in told if mistake.cost > Cost.RARE}


def pairs(rng: Random, count: int, among: frozenset[str] | None) -> tuple[list[object], int]:
    """The pairs that were not named, of so many; what is shown for any of them must be true."""
    missed: list[object] = []
    tried = 0
    while tried < count:
        sent = request(rng)
        right = signed_with(sent)
        names = [name for name in names_for(sent) if among is None or name in among]
        names = [name for name in names if part_of(name) not in ("slip", "clock", "none")]
        alone_only = looked_for_alone(sent)
        names = [name for name in names if name not in alone_only]
        pair = rng.sample(names, 2)
        parts = {part_of(name) for name in pair}
        alone = {made(sent, name) for name in pair}
        signature = made(sent, *pair)
        if len(parts) < 2 or any(parts <= each for each in EXCLUSIVE):
            continue
        # A mistake that changes nothing here, or undoes the other, has not been made.
        if signature is None or {None, right, signature} & alone or signature == right:
            continue
        verdict = investigate(evidence(sent, signature), credentials(sent))
        for each in verdict.explanations:
            assert reproduces(sent, each, signature), (pair, sent, each)
        tried += 1
        if not is_named(verdict, *pair) and not is_one(verdict):
            missed.append((pair, sent, verdict.explanations))
    return missed, tried


def test_nobody_is_accused_for_a_foreign_signature() -> None:
    """Of 1,000 signatures by chance and of other secrets, none is explained."""
    rng = dice("foreign")
    for _ in range(2):
        sent = request(rng)
        others = [replace(sent, secret=f"{rng.getrandbits(128):032X}") for _ in range(200)]
        texts = [signed_with(other) for other in others]
        texts += [base64.b64encode(rng.randbytes(32)).decode() for _ in range(150)]
        texts += [rng.randbytes(32).hex() for _ in range(50)]
        texts += [base64.b64encode(rng.randbytes(size)).decode() for size in (16, 20, 48, 64) * 25]
        assert len(texts) == 500
        readings = [each for text in texts for each in unwrapped(text)]
        # All at once: the search compares each digest with all of them.
        search = Search(evidence(sent, texts[-1]), readings, credentials(sent))
        assert search.hits() == []
        assert search.tried > 200_000


def test_the_signatures_of_a_mistake_would_be_found_among_foreign_ones() -> None:
    """Control: one explicable signature among hundreds is found by the same search."""
    rng = dice("control")
    sent = request(rng)
    foreign = [base64.b64encode(rng.randbytes(32)).decode() for _ in range(200)]
    foreign.insert(100, signed_with(sent, "the method in lower case"))
    readings = [each for text in foreign for each in unwrapped(text)]
    hits = Search(evidence(sent, ""), readings, credentials(sent)).hits()
    assert [mistake.name for mistake in hits[0].mistakes] == ["the method in lower case"]
