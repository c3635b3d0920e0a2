"""What became of requests whose outcome was never learnt, one look-up each: at a log-in, or later.

Tested in ``tests/reliability/test_open_outcomes.py``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from okx_magic.errors import OkxMagicError, RefusedError
from okx_magic.model import Request
from okx_magic.orders.bills import WITHDRAWAL, booked, listing
from okx_magic.orders.items import is_ours
from okx_magic.orders.ledger import TOLD
from okx_magic.orders.lookups import SETS_ANEW, TIMER, made_at
from okx_magic.orders.reconcile import CANCELED, STILL_OPEN, look
from okx_magic.orders.shown import fields_of_setting, where_seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from okx_magic.orders.ledger import Entry, Ledger
    from okx_magic.orders.reconcile import Ask

    # Tells the outcome, "" where it is open, and what is seen, from a list's rows and the entry's age.
    _Told = Callable[[Entry, list[Any], float], tuple[str, str]]

# OKX forgets orders that were cancelled without a fill after two hours (OKX docs: Order details).
_REMEMBERED: Final = 2 * 3600
# After so long no copy of a request is on its way any more.
_ON_ITS_WAY: Final = 30
# Of a long list of open outcomes the newest are looked up, so that a log-in does not take for ever.
_MOST: Final = 10
_SECONDS: Final = 3.0
# So far apart may our clock, which the ledger has, and the exchange's be.
_CLOCKS: Final = 30
# A cancel or a setting is sent up to three times: so long after the first the last has left.
_LAST_TRY: Final = 60
# OKX docs: Cancel All After, timeOut.
_LONGEST_TIMER: Final = 120
_OPEN_ORDERS: Final = "GET /api/v5/trade/orders-pending"
# A bill that is not listed so many seconds after the request will not come.
_BOOKED_WITHIN: Final = 120
_CANCELS: Final = (
    *("/cancel-order", "/cancel-batch-orders", "/cancel-algos", "/cancel-rfq", "/cancel-quote"),
)
_PLACES: Final = ("/trade/order", "/trade/batch-orders", "/trade/order-algo", "/sprd/order")


def tell_open_outcomes(
    ask: Ask, ledger: Ledger | None, key_hash: str, now: float, most: int | None = _MOST
) -> Iterator[str]:
    """One line for each open outcome of a key, newest last, as soon as it is asked for; those that could
    be settled are closed in the ledger. Of the newest ``most`` (None: of all);
    ``now`` is in seconds since 1970.
    """
    if ledger is None or not key_hash:
        return
    try:
        entries = ledger.unsettled(key_hash)
    except RefusedError as error:
        yield error.message
        return
    looked_up = entries if most is None else entries[-most:]
    if len(entries) > len(looked_up):
        older = len(entries) - len(looked_up)
        yield f"{older} older outcomes are also open: %okx_log --settle asks for all"
    for entry in looked_up:
        outcome, found = _learn(ask, entry, now)
        if outcome:
            ledger.close(entry.id, outcome)
        yield f"{_named(entry)}: {found}"


def _check(path: str) -> str:
    seen = where_seen(path, {})
    return f"{seen} shows it" if seen else "check the account"


def _learn(ask: Ask, entry: Entry, now: float) -> tuple[str, str]:
    """The outcome, "" where it is still open, and what to say."""
    age = now - entry.time
    if entry.path.endswith(TIMER) and age < _LONGEST_TIMER + _ON_ITS_WAY:
        return "", f"the timer may be running: {SETS_ANEW}, or switches it off with timeOut 0"
    told = _told_by_list(entry)
    if told is not None:
        return _from_list(ask, entry, told, age)
    if not entry.settles:
        return TOLD, f"it is not known whether it was carried out: {_check(entry.path)}"
    return _by_ids(ask, entry, age)


def _from_list(ask: Ask, entry: Entry, told: _Told, age: float) -> tuple[str, str]:
    question = _OPEN_ORDERS if entry.path.endswith(TIMER) else entry.settles[0]
    if entry.amount:
        target = listing(question.removeprefix("GET "), age)
        if not target:
            return TOLD, "its bill would be too old to be listed"
        question = f"GET {target}"
    try:
        rows = ask(Request("GET", question.removeprefix("GET ")), _SECONDS).data
    except OkxMagicError as error:
        return "", f"still unknown ({error.message}); {question} tells"
    outcome, seen = told(entry, rows, age)
    return outcome, f"{seen}; {question} shows it"


def _by_ids(ask: Ask, entry: Entry, age: float) -> tuple[str, str]:
    rows: list[Mapping[str, Any] | None] = []
    for question in entry.settles:
        try:
            rows.append(look(ask, Request("GET", question.removeprefix("GET ")), _SECONDS))
        except OkxMagicError as error:
            return "", f"still unknown ({error.message}); {question} shows it"
    if any(_is_older(row, entry) for row in rows):
        asks = " · ".join(entry.settles)
        return TOLD, f"an older order has the same id, so it cannot be known: {asks} shows that one"
    states = [str(row.get("state", "?")) if row else "not found" for row in rows]
    named = _placed if entry.path.endswith(_PLACES) else _changed
    named = _cancelled if entry.path.endswith(_CANCELS) else named
    named = _moved if entry.path.endswith("/asset/transfer") else named
    return named(states, age, " · ".join(entry.settles))


def _told_by_list(entry: Entry) -> _Told | None:
    """What tells the outcome from the rows of a list; None where it is looked up by an id."""
    if entry.path.endswith(TIMER):
        return _timer_over
    if not entry.settles:
        return None
    if entry.amount:
        return _booked
    if entry.path.endswith("/trade/close-position"):
        return _position_closed
    return _set_now if fields_of_setting(entry.path) else None


def _timer_over(entry: Entry, rows: list[Any], _: float) -> tuple[str, str]:
    """What is known of a timer whose time is over: whether orders from before it are still open."""
    older = [row for row in rows if (made := made_at(row)) and made / 1000 < entry.time - _CLOCKS]
    if older:
        return TOLD, f"its time is over, and orders from before it are open ({len(older)})"
    return TOLD, "its time is over, and no order from before it is open"


def _booked(entry: Entry, rows: list[Any], age: float) -> tuple[str, str]:
    """The outcome of money that moved, by its bill."""
    found = booked(rows, entry.amount, (entry.time - _CLOCKS) * 1000)
    if entry.path == WITHDRAWAL:
        # The ledger has no address, and one to another is none.
        seen = f"{'a' if found else 'no'} withdrawal of {entry.amount} from then on is listed"
        return (TOLD if found or age >= _BOOKED_WITHIN else ""), seen
    if found:
        return "done", f"carried out: there is a bill of {entry.amount}"
    if found is None:
        return TOLD, "there are too many later bills to tell"
    if age < _BOOKED_WITHIN:
        return "", f"no bill of {entry.amount} yet"
    return "not done", f"not carried out: there is no bill of {entry.amount}"


def _position_closed(_: Entry, rows: list[Any], age: float) -> tuple[str, str]:
    """The outcome of a position that was to be closed: done where none is left."""
    left = [str(row["pos"]) for row in rows if row.get("pos") not in (None, "", "0")]
    if not left:
        return "done", "the position is closed"
    seen = f"a position of {', '.join(left)} is there now"
    return ("", f"{seen}, and may yet be closed") if age < _ON_ITS_WAY else (TOLD, seen)


def _set_now(entry: Entry, rows: list[Any], age: float) -> tuple[str, str]:
    """What a setting is after ``age`` seconds: the ledger does not say what it was to be."""
    seen = " and ".join(_shown(field, rows) for field in fields_of_setting(entry.path))
    return ("", f"{seen}, and may yet change") if age < _LAST_TRY + _ON_ITS_WAY else (TOLD, seen)


def _shown(field: str, rows: list[Any]) -> str:
    values = dict.fromkeys(str(row[field]) for row in rows if row.get(field) not in (None, ""))
    return f"{field} is {', '.join(values) or 'not shown'} now"


def _is_older(row: Mapping[str, Any] | None, entry: Entry) -> bool:
    """Whether an order was there before the request was sent. An id of ours is used once."""
    made = made_at(row) if row and entry.path.endswith(_PLACES) else None
    ours = all(is_ours(client_id) for _, client_id in entry.orders)
    return made is not None and not ours and made / 1000 < entry.time - _CLOCKS


def _placed(states: list[str], age: float, ask: str) -> tuple[str, str]:
    """The same for orders that were to be placed, and are in these states after ``age`` seconds."""
    missing = states.count("not found")
    if not missing:
        return "done", f"placed, {', '.join(states)} now; {ask} shows it"
    if age < _ON_ITS_WAY:
        return "", f"not found yet; {ask} shows it"
    if missing < len(states):
        return "partly done", f"placed in part: {', '.join(states)}"
    forgotten = "" if age < _REMEMBERED else ", or cancelled without a fill more than two hours ago"
    return "not done", f"not placed{forgotten}"


def _changed(states: list[str], _: float, ask: str) -> tuple[str, str]:
    """The same for what was there before, and was to be changed."""
    what = "the order" if "/order" in ask else "it"
    return TOLD, f"{what} is {', '.join(states)} now"


def _cancelled(states: list[str], age: float, ask: str) -> tuple[str, str]:
    """The same for orders that were to be cancelled."""
    outcome, seen = _changed(states, age, ask)
    if CANCELED.issuperset(states):
        return "done", f"cancelled; {ask} shows it"
    if age < _LAST_TRY + _ON_ITS_WAY and not STILL_OPEN.isdisjoint(states):
        return "", f"{seen}, and may yet be cancelled; {ask} shows it"
    if STILL_OPEN.issuperset(states):
        return "not done", f"not cancelled; {seen}"
    return outcome, seen


def _moved(states: list[str], age: float, ask: str) -> tuple[str, str]:
    """The same for a transfer that carries an id of the person's."""
    (state,) = states
    if state == "success":
        return "done", f"carried out; {ask} shows it"
    if state not in {"failed", "not found"} or age < _ON_ITS_WAY:
        return "", f"{state}, and may yet be carried out; {ask} shows it"
    return "not done", f"not carried out: {state}; {ask} shows it"


def _named(entry: Entry) -> str:
    when = f"{datetime.fromtimestamp(entry.time, UTC):%Y-%m-%d %H:%M:%S} UTC"
    ids = ", ".join(client_id for _, client_id in entry.orders)
    return " ".join(filter(None, ("open outcome:", entry.method, entry.path, ids, "of", when)))
