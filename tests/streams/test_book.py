"""Books by their sequence: right, or said to be not."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import PATIENCE, Scripted, ScriptedAccess, until

from okx_magic.errors import TransportError
from okx_magic.streams.book import Book, Change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from okx_magic.streams.stream import Stream

    Opened = Callable[..., Stream]


def level(px: float, sz: str) -> list[str]:
    return [str(px), sz, "0", "1"]


def change(before: int, seq: int, asks: Any = (), bids: Any = ()) -> dict[str, Any]:
    rows = {"asks": [level(*each) for each in asks], "bids": [level(*each) for each in bids]}
    return {**rows, "ts": "1700000000000", "checksum": 0, "prevSeqId": before, "seqId": seq}


WHOLE = change(-1, 10, [(101, "1"), (102, "2")], [(99, "1"), (98, "3")])


def test_a_book_in_order(server: Scripted, stream: Opened) -> None:
    """A change that follows is applied, an empty one of equal ids is a sign of life, "0" deletes, a new
    count is gone along with, what comes twice is dropped; the checksum 0 is not looked at.
    """
    book = stream("books")
    server.push("books", [WHOLE], action="snapshot")
    server.push("books", [change(10, 11, [(101, "0")], [(99.5, "7")])], action="update")
    server.push("books", [change(10, 11, [(101, "0")])], action="update")
    server.push("books", [change(11, 11)], action="update")
    server.push("books", [change(11, 3, [(103, "4")])], action="update")
    until(lambda: book.total == 3)
    frame = book.frame()
    assert list(zip(frame["side"], frame["px"], frame["sz"], strict=True)) == [
        ("ask", 102.0, 2.0),
        ("ask", 103.0, 4.0),
        ("bid", 99.5, 7.0),
        ("bid", 99.0, 1.0),
        ("bid", 98.0, 3.0),
    ]
    assert frame.attrs["seqId"] == 3
    assert len(book.frame(1)) == 2
    assert book.gaps == ()


def test_a_gap_in_a_book(server: Scripted, access: ScriptedAccess, stream: Opened) -> None:
    """A change whose forerunner did not come is not applied: the book is not valid until REST has it."""
    answers: list[Any] = []

    def rest(_: str) -> list[Any]:
        if not answers:
            raise TransportError("not yet", written=False)
        return [answers.pop()]

    book = stream("books")
    server.push("books", [WHOLE], action="snapshot")
    until(lambda: book.total == 1)
    access.rest_of = rest
    server.push("books", [change(12, 13, [(101, "5")])], action="update")
    until(lambda: book.gaps)
    feed: Any = book._feeds[0]
    assert not feed.book.valid
    assert feed.book._asks["101"][1] == "1", "control: the change is not in the book"
    answers.append(change(-1, 12, [(101, "4")]))
    until(lambda: feed.book.valid)
    assert book.frame()["sz"].tolist() == [5.0], "REST's book, and what was waiting behind it"
    assert access.asked[0] == "/api/v5/market/books?instId=BTC-USDT&sz=400"
    until(lambda: book.gaps[0].until)


def test_a_book_without_its_first_push(
    server: Scripted, access: ScriptedAccess, stream: Opened
) -> None:
    """A book begins with REST's, joined with those changes that are newer."""
    access.rest_of = lambda _: [change(-1, 11, [(101, "1")])]
    book = stream("books")
    server.push("books", [change(10, 11, [(101, "9")])], action="update")
    server.push("books", [change(11, 12, [(102, "2")])], action="update")
    until(lambda: book.total and book._feeds[0].book.seq_id == 12)  # type: ignore[attr-defined]
    assert book.frame()["sz"].tolist() == [1.0, 2.0]


class Watched(list[list[str]]):
    """Levels; behind each of them somebody else has time."""

    def __init__(self, levels: list[list[str]], between: Callable[[], None]) -> None:
        super().__init__(levels)
        self._between = between

    def __iter__(self) -> Iterator[list[str]]:
        for each in super().__iter__():
            yield each
            self._between()


def test_a_book_is_never_read_within_a_change() -> None:
    """Who reads in another thread while a change or a whole book is taken gets one state of OKX's."""
    book, found, readers = Book(), list[dict[str, Any]](), list[threading.Thread]()

    def between() -> None:
        readers.append(threading.Thread(target=lambda: found.append(book.as_dict())))
        readers[-1].start()
        # Long enough for one that does not wait.
        readers[-1].join(0.05)

    book.start(Change(asks=[level(101, "1"), level(102, "1")], bids=[level(99, "1")], seqId=1))
    after = [level(101, "2"), level(102, "2")], [level(99, "2")]
    book.take(
        Change(asks=Watched(after[0], between), bids=after[1], seqId=2, prevSeqId=1), whole=False
    )
    whole = [level(101, "3"), level(102, "3")], [level(99, "3")]
    book.start(Change(asks=whole[0], bids=Watched(whole[1], between), seqId=3))
    for reader in readers:
        reader.join(PATIENCE)
    assert len(found) == 3
    for each in found:
        sizes = {row[1] for row in (*each["asks"], *each["bids"])}
        assert sizes == {str(each["seqId"])}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 3)), max_size=30),
    st.data(),
)
def test_a_book_is_right_or_says_that_it_is_not(
    changes: list[tuple[int, int]], data: st.DataObject
) -> None:
    """Whatever is lost, doubled or late: a valid book is the exchange's of the same seqId."""
    truth: dict[int, dict[str, str]] = {0: {}}
    sent: list[Change] = []
    for seq, (price, size) in enumerate(changes, 1):
        levels = dict(truth[seq - 1])
        levels.pop(str(price), None)
        if size:
            levels[str(price)] = str(size)
        truth[seq] = levels
        sent.append(Change(asks=[[str(price), str(size), "0", "1"]], seqId=seq, prevSeqId=seq - 1))
    book = Book()
    book.start(Change(seqId=0))
    for each in sent:
        for _ in range(data.draw(st.integers(0, 2))):
            book.take(each, whole=False)
        if not book.valid and data.draw(st.booleans()):
            at = data.draw(st.integers(0, each.seqId))
            asks = [[px, sz, "0", "1"] for px, sz in truth[at].items()]
            book.start(Change(asks=asks, seqId=at))
        if book.valid:
            found = {row[0]: row[1] for row in book.as_dict()["asks"]}
            assert found == truth[book.seq_id]
