"""Which share of its address's pace a worker may use."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists, sampled_from

from okx_magic.errors import CellError
from okx_magic.pages.shares import Share, Shares, Worker

PRIVATE = ["10.0.0.2", "192.168.7.7", "172.17.0.3", "127.0.0.1", "100.64.3.3", "fe80::1%eth0", ""]
PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700::1111"]


def worker(number: int, address: str = "10.0.0.2") -> Worker:
    return Worker(f"process {number}", f"host {number}", number, address)


def shares(*addresses: str, rule: Any = None) -> Shares:
    first, *others = (worker(number, each) for number, each in enumerate(addresses))
    made = Shares(first, rule)
    for each in others:
        assert made.see(each)
    return made


def of(made: Shares) -> list[int]:
    return [share.of for share in made.all().values()]


@given(integers(1, 60), integers(1, 30), integers(0, 6))
def test_the_shares_of_an_address_are_its_limit(requests: int, count: int, halved: int) -> None:
    """Together exactly the limit, or its lowered part: not one more, and this kernel has some."""
    parts = [Share(number, count, halved).places(requests) for number in range(count)]
    assert sum(parts) == max(1, requests >> halved)
    assert max(parts) - min(parts) <= 1
    assert parts[0] >= 1


@given(lists(sampled_from(PRIVATE + PUBLIC), min_size=1, max_size=12))
def test_private_addresses_count_as_one(addresses: list[str]) -> None:
    """And each public one as itself."""
    counted = ["private" if each in PRIVATE else each for each in addresses]
    assert of_by_process(shares(*addresses)) == [counted.count(each) for each in counted]


def of_by_process(made: Shares) -> list[int]:
    table = made.all()
    return [table[process].of for process in made]


def test_own_addresses_and_those_of_a_function() -> None:
    """What the caller says about addresses holds."""
    addresses = ("10.0.0.2", "10.0.0.3", "10.0.0.3")
    assert of_by_process(shares(*addresses)) == [3, 3, 3]
    assert of_by_process(shares(*addresses, rule="own")) == [1, 2, 2]
    assert of_by_process(shares(*addresses, rule=lambda each: each.host)) == [1, 1, 1]
    with pytest.raises(CellError, match="neither 'own' nor a function"):
        shares("10.0.0.2", rule="mine")


def test_two_that_are_refused_are_put_together() -> None:
    """They share one pace, which is told once; a third that was not refused keeps its own."""
    made = shares("10.0.0.2", "10.0.0.3", "10.0.0.4", rule="own")
    made.refuse("process 0")
    made.refuse("process 1")
    assert made.settle() == [
        "OKX counts 10.0.0.2 and 10.0.0.3 as one address (50011): their workers share its pace now"
    ]
    assert of_by_process(made) == [2, 2, 1]
    assert made.settle() == []


def test_the_second_may_be_refused_later() -> None:
    """One alone goes at half its pace; when the other is refused too, they are one, at its whole pace."""
    made = shares("10.0.0.2", "10.0.0.3", rule="own")
    made.refuse("process 1")
    assert "half the pace" in made.settle()[0]
    assert [share.halved for share in made.all().values()] == [0, 1]
    made.refuse("process 0")
    assert "as one address" in made.settle()[0]
    assert [(share.of, share.halved) for share in made.all().values()] == [(2, 0), (2, 0)]


def test_one_address_slows_down_until_it_is_of_no_use() -> None:
    """Somebody else sends from it too: half each time, and in the end the refusal counts."""
    made = shares("10.0.0.2", "10.0.0.3")
    for _ in range(6):
        assert not made.exhausted
        made.refuse("process 0")
        assert len(made.settle()) == 1
    assert made.exhausted


def test_who_is_gone_leaves_its_share_to_the_others() -> None:
    """And is a newcomer when it comes again."""
    made = shares("10.0.0.2", "10.0.0.3", "10.0.0.4")
    made.forget("process 1")
    assert of(made) == [2, 2]
    assert not made.see(worker(2))
    assert made.see(worker(1))
