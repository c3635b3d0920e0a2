"""Money that moved without an id of its own, and OKX's timer: what became of a lost request for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from scripted_rest import LOST, TIME, post, scripted, sent

from okx_magic.errors import OutcomeUnknown
from okx_magic.model import Envelope, Request
from okx_magic.orders import open_outcomes
from okx_magic.orders.bills import booked
from okx_magic.orders.ledger import Entry

if TYPE_CHECKING:
    from lab import Lab

MARGIN = "/api/v5/account/position/margin-balance"
TRANSFER = "/api/v5/asset/transfer"
TIMER = "/api/v5/trade/cancel-all-after"
SWAP = "BTC-USDT-SWAP"
ADD = {"instId": SWAP, "posSide": "net", "type": "add", "amt": "5.00"}
TAKE = ADD | {"type": "reduce", "amt": "1"}
IN = {"ccy": "USDT", "amt": "1", "from": "6", "to": "18"}
OUT = {"ccy": "USDT", "amt": "2.5", "from": "18", "to": "6", "type": "0"}


def hold(bench: Lab) -> None:
    """An isolated position with margin to take back."""
    bought = {"instId": SWAP, "tdMode": "isolated", "side": "buy", "ordType": "market", "sz": "1"}
    bench.session.send(post("/api/v5/trade/order", bought))
    bench.session.send(post(MARGIN, ADD | {"amt": "7"}))


def moved(bench: Lab) -> int:
    """How often money moved, asked of nobody but the exchange."""
    account = bench.sandbox._exchange._exchange.accounts["demo"]
    kinds = [bill.kind[1] for bill in account.trading.bills]
    return sum(kind in {"160", "161"} for kind in kinds) + len(account.funding.bills)


@pytest.mark.parametrize("fault", ["reset", "no-data"])
@pytest.mark.parametrize(
    ("path", "body"),
    [(MARGIN, ADD), (MARGIN, TAKE), (TRANSFER, IN), (TRANSFER, OUT)],
    ids=["add", "take", "in", "out"],
)
def test_it_is_known_by_its_bill(bench: Lab, path: str, body: dict[str, str], fault: str) -> None:
    """What was carried out is found at once; what was not is said to be that after two minutes, and not
    before; the money moves once at most, and the same may go again when it is known.
    """
    hold(bench)
    before = moved(bench)
    bench.sandbox.set_faults(f"next POST {path}: {fault}-after")
    assert bench.session.send(post(path, body)).recovered
    assert moved(bench) == before + 1
    bench.time.sleep(61)
    bench.sandbox.set_faults(f"next POST {path}: {fault}-before")
    with pytest.raises(OutcomeUnknown, match="may have been carried out") as caught:
        bench.session.send(post(path, body))
    assert "bills" in caught.value.settles[0]
    assert "--settle says in two minutes" in caught.value.remedy
    (line,) = bench.settle()
    assert "no bill of" in line
    assert "not carried out" not in line
    bench.time.sleep(130)
    (line,) = bench.settle()
    assert "not carried out" in line
    assert bench.settle() == ()
    assert moved(bench) == before + 1
    bench.session.send(post(path, body))
    assert moved(bench) == before + 2


def bill(**fields: str) -> dict[str, str]:
    return {"ts": "2000", "balChg": "-5", "posBalChg": "5", "sz": "5"} | fields


@pytest.mark.parametrize(
    ("rows", "amount", "known"),
    [
        ([bill()], "5", True),
        ([bill(balChg="-5.000", posBalChg="", sz="")], "5", True),
        ([bill(balChg="0", sz="", posBalChg="5.00")], "5.0", True),
        ([bill(ts="1000")], "5", True),
        ([bill(ts="999")], "5", False),
        ([bill(balChg="-4", posBalChg="4", sz="4")], "5", False),
        ([bill(balChg="", posBalChg="x", sz="NaN")], "5", False),
        ([], "5", False),
        ([bill(balChg="-4", posBalChg="4", sz="4"), bill()], "5", True),
        ([bill(ts="")], "5", None),
        (["no bill"], "5", None),
        ([bill(balChg="-4", posBalChg="4", sz="4")] * 100, "5", None),
        ([bill(balChg="-4", posBalChg="4", sz="4")] * 99 + [bill(ts="1")], "5", False),
    ],
)
def test_a_bill_is_its_own_by_amount_and_time(rows: list[Any], amount: str, known: object) -> None:
    """Numbers are compared as numbers; what is older, or another amount, is another's; a page that is
    full of later ones, or of something else, says nothing.
    """
    assert booked(rows, amount, since=1000) is known


@pytest.mark.parametrize(
    ("body", "asks"),
    [
        (IN | {"type": "3", "subAcct": "x"}, "asset/bills?ccy=USDT"),
        (IN | {"type": "1"}, "asset/bills?ccy=USDT"),
        (IN | {"subAcct": "x"}, "asset/bills?ccy=USDT"),
        (IN | {"from": "6", "to": "6"}, "asset/bills?ccy=USDT"),
        (IN | {"clientId": "t1"}, "asset/transfer-state?clientId=t1"),
        (IN | {"amt": "all"}, "asset/bills?ccy=USDT"),
    ],
)
def test_what_leaves_no_bill_of_that_kind_is_unknown(body: dict[str, str], asks: str) -> None:
    """By a sub-account's key, and what makes no sense; with an id of the person's it is looked up by
    that. One POST, and the GET that shows what there is.
    """
    session = scripted(lambda request: LOST if request.method == "POST" else [])
    with pytest.raises(OutcomeUnknown) as caught:
        session.send(post(TRANSFER, body))
    assert caught.value.remedy.endswith(f"GET /api/v5/{asks}")
    assert len(sent(session, "POST")) == 1


def test_a_bill_from_before_is_no_proof() -> None:
    """The same amount was moved a minute ago: the lost one is unknown."""

    def answers(request: Request) -> Any:
        made = str(int(TIME.true() * 1000) - 60_000)
        return LOST if request.method == "POST" else [bill(ts=made, balChg="-1", sz="1")]

    with pytest.raises(OutcomeUnknown):
        scripted(answers).send(post(TRANSFER, IN))


def settled(
    path: str, rows: list[Any], age: float, settles: tuple[str, ...] = (), amount: str = ""
) -> tuple[str, str]:
    """What a log-in makes of an open entry of that age, where each GET brings these rows."""
    entry = Entry("demo", "main", "", "POST", path, (), settles, "", 1_000_000.0, amount=amount)
    answer = Envelope("0", "", rows)
    return open_outcomes._learn(lambda *_: answer, entry, entry.time + age)


ACROSS = IN | {"type": "1", "subAcct": "sub1"}
BACK = ACROSS | {"type": "2"}
WITHDRAWAL = "/api/v5/asset/withdrawal"
SENT = {"ccy": "BTC", "amt": "0.1", "dest": "4", "toAddr": "bc1q", "chain": "BTC-Bitcoin"}
LISTED = {"wdId": "7", "ccy": "BTC", "amt": "0.10", "to": "bc1q", "state": "0"}
CROSSED = {"billId": "7", "ccy": "USDT", "amt": "1.0", "type": "0", "subAcct": "sub1"}


@pytest.mark.parametrize(
    ("path", "body", "asks", "row", "late"),
    [
        (TRANSFER, ACROSS, "subaccount/bills?ccy=USDT&type=0&subAcct=sub1", CROSSED, 0),
        (TRANSFER, BACK, "subaccount/bills?ccy=USDT&type=1&subAcct=sub1", CROSSED, 0),
        (TRANSFER, ACROSS, "subaccount/bills?", CROSSED | {"amt": "2"}, None),
        (TRANSFER, ACROSS, "subaccount/bills?", CROSSED, -60),
        (WITHDRAWAL, SENT, "asset/withdrawal-history?ccy=BTC", LISTED, 0),
        (WITHDRAWAL, SENT | {"toAddr": "bc1q:99"}, "asset/withdrawal-history?", LISTED, 0),
        (WITHDRAWAL, SENT, "asset/withdrawal-history?", LISTED | {"to": "bc1other"}, None),
        (WITHDRAWAL, SENT, "asset/withdrawal-history?", LISTED | {"to": ""}, None),
        (WITHDRAWAL, SENT, "asset/withdrawal-history?", LISTED | {"amt": "0.2"}, None),
        (WITHDRAWAL, SENT, "asset/withdrawal-history?", LISTED, -60),
    ],
)
def test_sub_accounts_and_withdrawals_are_known_by_what_is_listed(
    path: str, body: dict[str, str], asks: str, row: dict[str, str], late: float | None
) -> None:
    """Of the same amount, to the same place, made since: carried out. All else is unknown, with that GET;
    the money moves once at most.
    """

    def answers(request: Request) -> Any:
        made = str(int((TIME.true() + (late or 0)) * 1000))
        return LOST if request.method == "POST" else [row | {"ts": made}]

    session = scripted(answers)
    if late == 0:
        assert session.send(post(path, body)).recovered
    else:
        with pytest.raises(OutcomeUnknown) as caught:
            session.send(post(path, body))
        assert asks in caught.value.settles[0]
    assert any(asks in each for each in sent(session, "GET"))
    assert len(sent(session, "POST")) == 1


DAY = 86_400
MARGINS = ("GET /api/v5/account/bills?instId=BTC-USDT-SWAP&type=6&subType=160",)
FUNDS = ("GET /api/v5/asset/bills?ccy=USDT&type=131",)
OUTS = ("GET /api/v5/asset/withdrawal-history?ccy=BTC",)
HERE = [bill(ts="1000000500")]


@pytest.mark.parametrize(
    ("path", "settles", "rows", "age", "outcome", "says"),
    [
        (MARGIN, MARGINS, HERE, 6 * DAY, "done", "account/bills?instId"),
        (MARGIN, MARGINS, HERE, 8 * DAY, "done", "account/bills-archive?instId"),
        (MARGIN, MARGINS, [], 8 * DAY, "not done", "account/bills-archive?instId"),
        (MARGIN, MARGINS, HERE, 93 * DAY, "told", "too old to be listed"),
        (TRANSFER, FUNDS, HERE, 29 * DAY, "done", "asset/bills?ccy"),
        (TRANSFER, FUNDS, HERE, 31 * DAY, "done", "asset/bills-history?ccy"),
        (WITHDRAWAL, OUTS, HERE, 10, "told", "a withdrawal of 5 from then on is listed"),
        (WITHDRAWAL, OUTS, [], 10, "", "no withdrawal of 5 from then on is listed"),
        (WITHDRAWAL, OUTS, [], 130, "told", "no withdrawal of 5 from then on is listed"),
    ],
)
def test_an_old_bill_is_asked_for_where_okx_keeps_it(
    path: str, settles: tuple[str, ...], rows: list[Any], age: float, outcome: str, says: str
) -> None:
    """In the archive after a week, in the history after a month. A withdrawal is told, never settled: the
    ledger has no address.
    """
    told, said = settled(path, rows, age, settles, amount="5")
    assert told == outcome
    assert says in said


OPEN = [{"ordId": "1", "cTime": "900000000"}]
LATER = [{"ordId": "1", "cTime": "1000001000"}]


@pytest.mark.parametrize(
    ("rows", "age", "outcome", "says"),
    [
        ([], 5, "", "sets the timer anew"),
        (OPEN, 149, "", "sets the timer anew"),
        (OPEN, 151, "told", "orders from before it are open (1)"),
        (LATER, 151, "told", "no order from before it is open"),
        ([], 99_999, "told", "no order from before it is open"),
    ],
)
def test_a_timer_is_known_when_its_time_is_over(
    rows: list[Any], age: float, outcome: str, says: str
) -> None:
    """Until then it may be running, and to send it again settles it."""
    told, said = settled(TIMER, rows, age)
    assert told == outcome
    assert says in said


@pytest.mark.parametrize(
    ("state", "age", "outcome"),
    [
        ("success", 1, "done"),
        ("pending", 999, ""),
        ("failed", 1, ""),
        ("failed", 40, "not done"),
    ],
)
def test_a_transfer_with_an_id_is_settled_by_its_state(
    state: str, age: float, outcome: str
) -> None:
    """It is over only in the states that OKX calls the last."""
    rows = [{"transId": "7", "clientId": "t1", "state": state}]
    asks = ("GET /api/v5/asset/transfer-state?clientId=t1",)
    assert settled(TRANSFER, rows, age, asks)[0] == outcome


def test_a_lost_timer_is_sent_three_times_and_its_outcome_named() -> None:
    """It is set anew each time, which does no harm; then a person is told what to count on."""
    session = scripted(lambda _: LOST)
    with pytest.raises(OutcomeUnknown) as caught:
        session.send(post(TIMER, {"timeOut": "30"}))
    assert "sets the timer anew" in caught.value.remedy
    assert len(sent(session, "POST")) == 3


def test_an_entry_keeps_the_amount_of_its_bill(bench: Lab) -> None:
    """In the ledger's file, so that another kernel can settle it; one of an order has none."""
    bench.sandbox.set_faults(f"next POST {TRANSFER}: reset-before")
    with pytest.raises(OutcomeUnknown):
        bench.session.send(post(TRANSFER, IN))
    bench.session.send(post("/api/v5/trade/order", {
        "instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "10",
    }))  # fmt: skip
    lines = [json.loads(line) for line in bench.ledger.path.read_text().splitlines()]
    assert [line.get("amount") for line in lines if "path" in line] == ["1", None]
