"""Orders whose answer is lost, damaged or of no help, after they were booked and before.

They are those that stops meet, too: ``OKX_MAGIC_FULL=1`` runs each of the 56 cases 50 times in place of
once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lab import ANSWERED, PLACE, Lab, Moment, lab, meeting, naive, order
from lab import HIDDEN as OF_ALL
from many import many

from okx_magic.errors import NotCarriedOut, OkxMagicError, OutcomeUnknown
from okx_magic.wire import retry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.model import Request

pytestmark = pytest.mark.slow

TIMES = many(50, 1)
HIDDEN = (*OF_ALL, "51016")
FAULTS = (*HIDDEN, *ANSWERED)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with lab(tmp_path_factory.mktemp("faults")) as running:
        yield running


@pytest.fixture(autouse=True)
def empty_books(shared: Lab) -> None:
    shared.forget_orders()


def outcome_of(bench: Lab, request: Request) -> tuple[str, str, str]:
    """Placed or not, as a person is told, the order's id, and what the ledger says."""
    try:
        reply = bench.session.send(request)
    except NotCarriedOut as error:
        named = "not placed" if "not placed" in error.message and "safe" in error.remedy else "?"
    except OkxMagicError as error:
        named = f"{type(error).__name__}: {error.message}"
    else:
        assert reply.envelope.data[0]["sCode"] == "0"
        named = "placed" if reply.recovered else "answered"
    return named, *bench.told()[-1]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("fault", FAULTS)
def test_an_order_is_booked_once_or_not_at_all_and_said_so(
    shared: Lab, fault: str, moment: Moment
) -> None:
    """Whatever becomes of the answer, the order is on the book exactly once after it was booked, and
    never where it was not; and the outcome is named as it is.
    """
    for number in range(TIMES):
        with meeting(shared, PLACE, fault, moment):
            named, client_id, written = outcome_of(shared, order(px=str(number + 1)))
        if moment == "after":
            heard = "answered" if fault in ANSWERED else "placed"
            assert (shared.booked(client_id), named, written) == (1, heard, "done")
        else:
            assert (shared.booked(client_id), named, written) == (0, "not placed", "not done")


@pytest.mark.parametrize("fault", HIDDEN)
def test_a_naive_client_books_twice(shared: Lab, fault: str) -> None:
    """The faults bite: a client that tries again has two market orders in the place of one."""
    shared.sandbox.set_faults(f"next POST */trade/order: {fault}-after")
    patience = 1.0 if fault == "hang" else retry.POST_SECONDS
    naive(shared, order(ordType="market", sz="10", px=""), patience)
    assert len(shared.orders()) == 2


@pytest.mark.parametrize("fault", HIDDEN)
def test_not_placed_is_said_only_when_it_is_proved(hasty: Lab, fault: str) -> None:
    """That an order was not placed is said only after its expTime, and a second: until then a copy may
    be on its way. It leaves once.
    """
    hasty.sandbox.set_faults(f"next POST */trade/order: {fault}-before")
    began = hasty.time.true()
    with pytest.raises(NotCarriedOut):
        hasty.session.send(order())
    assert hasty.time.true() - began >= 6.0
    assert sum(each.request.method == "POST" for each in hasty.connection.log) == 1


def test_an_order_booked_late_is_found(bench: Lab) -> None:
    """An order that is carried out only after the first look-ups is found by a later one."""
    bench.sandbox.set_faults("next POST */trade/order: reset-late=2000")
    reply = bench.session.send(order())
    assert reply.recovered
    looks = [each for each in bench.connection.log if each.request.method == "GET"]
    assert [each.code for each in looks] == ["51603", "51603", "51603", "0"]


def test_an_order_that_comes_up_after_its_exptime_is_not_booked(bench: Lab) -> None:
    """OKX refuses what is carried out after its expTime, so that "not placed" holds."""
    bench.sandbox.set_faults("next POST */trade/order: reset-late=5500")
    with pytest.raises(NotCarriedOut):
        bench.session.send(order())
    bench.time.sleep(60)
    bench.session.send(order(px="2"))
    assert [str(each.ticket.px) for each in bench.orders()] == ["2"]


def test_a_look_up_that_fails_is_no_proof(bench: Lab) -> None:
    """While every look-up fails nothing is said but that nobody knows, with the request that tells."""
    bench.sandbox.set_faults("next POST */trade/order: reset-before, every GET */trade/order: 502")
    with pytest.raises(OutcomeUnknown) as caught:
        bench.session.send(order())
    (inst_id, client_id), *_ = caught.value.orders
    ask = f"GET /api/v5/trade/order?instId={inst_id}&clOrdId={client_id}"
    assert caught.value.settles == (ask,)
    assert ask in caught.value.remedy
    assert bench.ledger.unsettled(bench.connection.account.credentials.key_hash)  # type: ignore[union-attr]
