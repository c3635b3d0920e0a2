"""Which faults there are, and which requests they strike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okx_magic.sandbox.faults import FAULTS, described, draw, read_rules, read_strikes
from okx_magic.sandbox.gateway import RawRequest

ORDER = "/api/v5/trade/order"
CONFIG = "/api/v5/account/config"


def struck(rules: str, requests: list[str], seed: str = "1") -> list[int]:
    """Which of the requests, from 1, the rules strike."""
    read = read_rules(rules, seed)
    asked = [RawRequest(*request.split(), headers={}) for request in requests]
    return [n for n, request in enumerate(asked, 1) if draw(read, request) is not None]


@pytest.mark.parametrize(
    ("rules", "numbers"),
    [
        ("hang", [2]),
        ("next: hang", [2]),
        ("POST: hang", [2]),
        ("next 2 POST: hang", [2, 3]),
        ("2nd POST: hang", [3]),
        ("3rd any: hang", [3]),
        ("every any: hang", [1, 2, 3, 4, 5]),
        ("every GET: hang", [1, 5]),
        (f"every {ORDER}: hang", [2, 4]),
        (f"2nd POST {ORDER}:hang", [4]),
        ("  every   GET   */config : hang ", [1, 5]),
        ("any: hang", [1]),
        ("hang, 2nd GET: hang", [2, 5]),
        ("hang\nany: hang", [1, 2]),
        ("100% POST: hang", [2, 3, 4]),
        ("0% any: hang", []),
        ("skew=3", [1, 2, 3, 4, 5]),
        ("any: skew=3", [1]),
        ("", []),
        (" , \n", []),
    ],
)
def test_which_requests(rules: str, numbers: list[int]) -> None:
    """A rule strikes the requests that its words name, counted from when it was set."""
    requests = [f"GET {CONFIG}", f"POST {ORDER}", "POST /api/v5/trade/batch-orders"]
    assert struck(rules, [*requests, f"POST {ORDER}", f"GET {CONFIG}"]) == numbers


def test_the_query_is_no_part_of_the_path() -> None:
    """A pattern is held against the path alone."""
    assert struck("every GET */order: hang", [f"GET {ORDER}?ordId=1", "GET /a?b=/order"]) == [1]


def test_a_rate_strikes_as_often_and_repeats_itself() -> None:
    """About so many of a hundred requests are struck, the same ones for the same seed."""
    asked = ["POST /x"] * 10_000
    first = struck("5% POST: hang", asked)
    assert 400 <= len(first) <= 600
    assert struck("5% POST: hang", asked) == first
    assert struck("5% POST: hang", asked, seed="2") != first


def test_one_of_several() -> None:
    """Of faults apart by a stroke chance takes one each time, all of them in the end."""
    rules = read_rules("every any: 50011 | reset-after | slow=5", "1")
    drawn = [draw(rules, RawRequest("GET", "/", {})) for _ in range(100)]
    assert {strike.fault.wire for strike in drawn if strike} == {"whole", "reset", "drip"}


@pytest.mark.parametrize(
    ("text", "moment", "late", "pause", "skew"),
    [
        ("hang", "before", 0, 0, 0),
        ("hang-before", "before", 0, 0, 0),
        ("hang-after", "after", 0, 0, 0),
        ("hang-late", "late", 1, 0, 0),
        ("51149-late=250", "late", 0.25, 0, 0),
        ("lose-answer", "after", 0, 0, 0),
        ("lose-answer-late=5", "late", 0.005, 0, 0),
        ("lose-request", "before", 0, 0, 0),
        ("502-empty-after", "after", 0, 0, 0),
        ("slow", "after", 0, 0.02, 0),
        ("slow=5", "after", 0, 0.005, 0),
        ("slow-late=5", "late", 0.005, 0.02, 0),
        ("late=30", "late", 0.03, 0, 0),
        ("delay", "after", 0, 1, 0),
        ("skew=-31.5", "after", 0, 0, -31.5),
        ("50011", "before", 0, 0, 0),
    ],
)
def test_names(text: str, moment: str, late: float, pause: float, skew: float) -> None:
    """A name says when the request is carried out, its number how late, slow or far off."""
    (strike,) = read_strikes(text)
    assert (strike.moment, strike.late, strike.pause, strike.skew) == (moment, late, pause, skew)


@pytest.mark.parametrize(
    "rules",
    ["hangs", "hang-soon", "hang=", "hang=x", "slow=1e3", "99999", ":", "GET", "any:",
     "post: hang", "next 2 3 GET: hang", "GET trade/order: hang", "5 % GET: hang", "slow=1:hang",
     "reset | ", "hang-", "-after", "2nd 3rd GET: hang"],
)  # fmt: skip
def test_what_cannot_be_read_is_named(rules: str) -> None:
    """A rule that cannot be read is a ValueError that repeats it or names the faults there are."""
    with pytest.raises(ValueError, match=r"cannot read|no fault is called|no number"):
        read_rules(rules, "1")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever the text, it is rules or a ValueError."""
    try:
        read_rules(text, "1")
    except ValueError as error:
        assert str(error)  # noqa: PT017 - either is right


def test_each_fault_has_its_line() -> None:
    """Every fault is described in one line, and can be asked for in all three moments."""
    lines = described()
    assert set(FAULTS) < set(lines)
    for name in FAULTS:
        assert 5 < len(lines[name]) <= 100
        assert "\n" not in lines[name]
        assert len(read_strikes(f"{name} | {name}-before | {name}-after | {name}-late=1")) == 4


def test_a_mistyped_fault_gets_the_near_name() -> None:
    """Not the whole list, which is for a word like none of them."""
    with pytest.raises(ValueError, match="did you mean lose-answer") as near:
        read_rules("lose-answr", "1")
    assert "delay" not in str(near.value)
    with pytest.raises(ValueError, match="there are lose-answer"):
        read_rules("bananas", "1")
