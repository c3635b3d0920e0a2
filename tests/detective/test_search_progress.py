"""What a person sees of a search while it works, when it is stopped, and when it finds nothing."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from byhand import Sent, signed_with
from chance import credentials, evidence

from okx_magic.detective import investigate
from okx_magic.detective.investigation import Stopped
from okx_magic.detective.search import BUDGET
from okx_magic.ui import bars

if TYPE_CHECKING:
    from typing import Any

GET = Sent(
    "2024-05-06T07:08:09.010Z",
    *("GET", "/api/v5/account/balance", "?ccy=BTC", "", "0123456789ABCDEF0123456789ABCDEF"),
)
FOREIGN = base64.b64encode(bytes(range(32))).decode()


def test_progress_only_grows_and_ends_within_the_budget() -> None:
    """What is told of a search is its count of signatures, up to the one in the verdict."""
    told: list[tuple[int, int]] = []
    found = investigate(
        evidence(GET, FOREIGN), credentials(GET), lambda done, of: told.append((done, of))
    )
    counts = [done for done, _ in told]
    assert found.kind == "unexplained"
    assert counts == sorted(counts)
    assert {of for _, of in told} == {BUDGET}
    assert counts[-1] == found.tried <= BUDGET


def test_a_stop_keeps_what_was_ruled_out() -> None:
    """Interrupted on its way, the search says what is not the cause."""

    def stop(done: int, _of: int) -> None:
        if done > 120_000:
            raise KeyboardInterrupt

    with pytest.raises(Stopped, match=r"signatures; ruled out: .*one mistake alone") as caught:
        investigate(evidence(GET, FOREIGN), credentials(GET), stop)
    assert "two known mistakes" in str(caught.value)
    assert "three usual mistakes" not in str(caught.value)


def test_no_explanation_says_what_was_tried_and_what_to_bring() -> None:
    """In words; each kind of mistake once."""
    lines = investigate(evidence(GET, FOREIGN), credentials(GET)).lines()
    (tried,) = (line for line in lines if line.startswith("  tried "))
    kinds = tried.removeprefix("  tried   ").split(", ")
    assert {"one mistake alone", "any two mistakes", "three usual mistakes"} <= {*kinds}
    assert len(set(kinds)) == len(kinds)
    assert any(line.startswith("  bring ") for line in lines)


def test_the_bar_follows_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is moved to each count, has the budget for its end, and is closed."""
    seen: list[Any] = []

    class Drawn:
        def __init__(self, **options: Any) -> None:
            self.n = 0
            seen.append(options["total"])

        def update(self, steps: int) -> None:
            self.n += steps
            seen.append(self.n)

        def close(self) -> None:
            seen.append("closed")

    monkeypatch.setattr("tqdm.auto.tqdm", Drawn)
    with bars.SearchBar("looking", " signatures") as bar:
        bar.reach(3, 10)
        bar.reach(8, 10)
    assert seen == [10, 3, 8, "closed"]


def test_a_found_mistake_is_no_search_to_the_end() -> None:
    """Control: the count stays far below the budget where the cause is a usual one."""
    found = investigate(
        evidence(GET, signed_with(GET, "the method in lower case")), credentials(GET)
    )
    assert found.tried < BUDGET / 100
