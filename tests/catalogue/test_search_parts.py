"""The parts of the search for endpoints: stems, likeness, descriptions and wishes."""

from __future__ import annotations

import time

import pytest

from okx_magic import catalogue
from okx_magic.catalogue.described import Described
from okx_magic.catalogue.endpoint_search import search
from okx_magic.catalogue.sayings import does, wish
from okx_magic.catalogue.similar import Similar
from okx_magic.catalogue.stems import stems

ORDER, BOOK = ("POST", "/api/v5/trade/order"), ("GET", "/api/v5/market/books")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("closed positions", "closing position"),
        ("posSide", "position side"),
        ("stopping", "stopped"),
        ("sell 5 btc", "selling 20 ethereum"),
        ("please show me my positions", "position"),
    ],
)
def test_what_means_the_same_has_the_same_stems(one: str, other: str) -> None:
    """Endings, the two words of a name, which coin and how many make no difference; fillers are gone."""
    assert stems(one) == stems(other)


def test_what_means_another_thing_has_other_stems() -> None:
    """The control: a trader is no trade, and a text of fillers keeps its words."""
    assert stems("trader") != stems("trade")
    assert stems("what is it") == ["what", "is", "it"]


def test_the_nearest_text_answers() -> None:
    """More words in common are nearer, rare ones above all, and what has none is no answer."""
    known = Similar(
        [(["place", "order"], [ORDER]), (["order", "book"], [BOOK]), (["order", "limit"], [ORDER])]
    )
    scores = known.scores(stems("the book of orders"))
    assert scores[BOOK] > scores[ORDER] > 0
    assert known.scores(["unheard"]) == {}
    assert known.words == {"place", "order", "book", "limit"}


def test_of_several_answers_the_first_is_meant() -> None:
    """The order of the answers to a question tells which is likelier."""
    scores = Similar([(["sell"], [ORDER, BOOK])]).scores(["sell"])
    assert scores[ORDER] > scores[BOOK]


def test_an_endpoint_is_spoken_of_with_its_title_and_with_what_people_say() -> None:
    """Nobody at OKX says "depth" for its book; a word of a question counts for its answer."""
    assert Described([]).scores(stems("depth"))[BOOK] > 0
    assert ORDER not in Described([]).scores(["unheard"])
    assert Described([(["unheard"], [ORDER])]).scores(["unheard"])[ORDER] > 0


@pytest.mark.parametrize(
    ("question", "actions"),
    [
        ("cancel my order", {"end"}),
        ("please cancel it", {"end"}),
        ("what can I cancel", {"read"}),
        ("move my stop loss", {"change"}),
        ("stop loss", set()),
        ("open interest", set()),
        ("open a grid bot", {"begin"}),
    ],
)
def test_a_question_says_what_is_to_be_done(question: str, actions: set[str]) -> None:
    """By its first words; a verb in the name of a thing is none."""
    assert wish(question).actions == actions


def test_a_family_is_named_by_its_words() -> None:
    """Of a grid bot the grids are meant, not all bots; a coin tells which staking."""
    assert wish("end the grid bot").families == ("tradingBot/grid",)
    assert wish("start a bot").families == ("tradingBot/",)
    assert wish("stake my ether").families == ("finance/staking-defi/eth",)
    assert wish("buy bitcoin").families == ()


def test_what_an_endpoint_does_is_known_of_every_one() -> None:
    """By its effect, or the words of its title and path."""
    known = catalogue.endpoints()
    assert does(known["POST", "/api/v5/tradingBot/grid/stop-order-algo"]) == {"end"}
    assert does(known["GET", "/api/v5/trade/order"]) == {"read"}
    assert "change" in does(known["POST", "/api/v5/account/set-leverage"])
    assert all(does(endpoint) for endpoint in known.values())


@pytest.mark.parametrize(
    ("text", "path"),
    [("cancle order", "trade/cancel-order"), ("liqudation price", "account/positions")],
)
def test_a_slip_of_a_letter_is_forgiven(text: str, path: str) -> None:
    """Two swapped, or one too few."""
    assert search(text)[0].path.endswith(path)


def test_a_search_takes_few_milliseconds() -> None:
    """Under 20 ms of CPU once it is ready; ten questions at a time, the least of five rounds."""
    search("ready")
    rounds = []
    for _ in range(5):
        begun = time.process_time()
        for number in range(10):
            search(f"how do I cancel all of my open orders on instrument {number}")
        rounds.append(time.process_time() - begun)
    assert min(rounds) < 10 * 0.02
