"""The kill switch of one key holds for every key of the account (module: orders/latch)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from okx_magic.accounts import Accounts
from okx_magic.commands.live_and_kill import kill
from okx_magic.errors import RefusedError
from okx_magic.orders.latch import Latch, Permit
from okx_magic.orders.submission import Orders
from okx_magic.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from okx_magic.session import Session

ORDER = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market"}
CANCEL = ("POST", "/api/v5/trade/cancel-order", {"instId": "BTC-USDT", "ordId": "1"})


@pytest.fixture
def running(nobody: Path) -> Iterator[Sandbox]:
    """Two keys of one account, and one of another account, as profiles."""
    with Sandbox.start(seed=5, limits=False) as mine, Sandbox.start(seed=6, limits=False) as other:
        folder = nobody / ".okx"
        folder.mkdir(exist_ok=True)
        keys = {
            "one": (mine, mine.demo),
            "two": (mine, mine.make_key("demo")),
            "other": (other, other.demo),
        }
        text = "".join(
            f"[profiles.{name}]\ndemo = true\nbase_url = '{at.url}'\napi_key = '{each.key}'\n"
            f"secret_key = '{each.secret}'\npassphrase = '{each.passphrase}'\n"
            for name, (at, each) in keys.items()
        )
        (folder / "config.toml").write_text(text, "utf-8")
        (folder / "config.toml").chmod(0o600)
        yield mine


@pytest.fixture
def kernel(running: Sandbox, nobody: Path) -> Iterator[Callable[[], Accounts]]:  # noqa: ARG001  # runs first
    """Starts kernels of this machine."""
    started: list[Accounts] = []

    def start() -> Accounts:
        started.append(Accounts(environ={}, home=nobody))
        return started[-1]

    yield start
    for each in started:
        each.end()


def sends(session: Session, sz: str = "10") -> bool:
    """Whether an order goes; if not, for the kill switch."""
    try:
        session.request("POST", "/api/v5/trade/order", ORDER | {"sz": sz})
    except RefusedError as refusal:
        if "kill switch" not in str(refusal):
            raise
        return False
    return True


def stop(session: Session) -> None:
    kill(session, lambda _: None)


def test_a_key_that_was_logged_in_before_obeys(kernel: Callable[[], Accounts]) -> None:
    """Both have told whose they are."""
    first, second = kernel(), kernel()
    two = second.login("two")
    stop(first.login("one"))
    assert not sends(two)


def test_a_key_that_logs_in_after_it_obeys(kernel: Callable[[], Accounts]) -> None:
    """The latch was there first."""
    stop(kernel().login("one"))
    assert not sends(kernel().login("two"))


def test_a_key_that_never_logged_in_obeys(kernel: Callable[[], Accounts]) -> None:
    """``-a two``, or ``connect``, opens a session that nobody asked whose it is: its first order asks."""
    stop(kernel().login("one"))
    assert not sends(kernel().session("two"))


def test_the_kill_of_a_key_that_never_logged_in_holds_for_the_others(
    kernel: Callable[[], Accounts],
) -> None:
    """It asks whose key it is, and stops all of them."""
    two = kernel().login("two")
    stop(kernel().session("one"))
    assert not sends(two)


def test_a_key_in_the_same_kernel_obeys(kernel: Callable[[], Accounts]) -> None:
    """Two sessions side by side, of which one is stopped."""
    accounts = kernel()
    one, two = accounts.login("one"), accounts.login("two")
    assert sends(two)
    stop(one)
    assert not sends(two, "11")


def test_an_order_that_waits_with_the_other_key_obeys(
    kernel: Callable[[], Accounts], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was admitted before the kill, and had not left; its session never logged in."""
    one, two = kernel().login("one"), kernel().session("two")
    take = Permit.take

    def late(permit: Permit) -> None:
        monkeypatch.setattr(Permit, "take", take)
        stop(one)
        take(permit)

    monkeypatch.setattr(Permit, "take", late)
    assert not sends(two)


def test_another_account_trades_on(kernel: Callable[[], Accounts]) -> None:
    """The control: of a stranger the switch stops nothing, logged in or not."""
    stop(kernel().login("one"))
    assert sends(kernel().login("other"))
    assert sends(kernel().session("other"), "11")


def test_where_it_cannot_be_asked_nothing_is_sent(
    kernel: Callable[[], Accounts], running: Sandbox
) -> None:
    """A switch is on, and OKX does not say whose key this is: it may be this account's."""
    stop(kernel().login("one"))
    stranger = kernel().session("two")
    running.set_faults("every GET */account/config: 502")
    assert not sends(stranger)
    running.set_faults("")
    assert not sends(stranger)


def test_where_it_cannot_be_asked_and_none_is_on_it_is_sent(
    kernel: Callable[[], Accounts], running: Sandbox
) -> None:
    """Nothing is stopped for want of an answer where nobody pulled a switch."""
    session = kernel().session("two")
    running.set_faults("every GET */account/config: 502")
    assert sends(session)


def test_what_is_released_with_one_key_is_released_for_what_never_had_a_switch_of_its_own(
    kernel: Callable[[], Accounts],
) -> None:
    """The key that pulled it keeps its own until it is released by that key."""
    accounts = kernel()
    one, two = accounts.login("one"), accounts.login("two")
    stop(one)
    two.gate.release()
    assert sends(two)
    assert not sends(one, "11")
    one.gate.release()
    assert sends(one, "12")


def test_a_cancel_passes_and_asks_nobody(kernel: Callable[[], Accounts]) -> None:
    """It lessens what is at risk, so it waits for no answer."""
    stop(kernel().login("one"))
    two = kernel().session("two")
    with pytest.raises(Exception, match="51400"):
        two.request(*CANCEL)
    assert [each.request.path for each in two.log if each.request.path.endswith("config")] == []


def test_without_the_question_the_other_key_trades_on(
    kernel: Callable[[], Accounts], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    monkeypatch.setattr(Orders, "identify", lambda _: None)
    stop(kernel().login("one"))
    assert sends(kernel().session("two"))


def test_an_unreadable_switch_counts_as_on(tmp_path: Path) -> None:
    """Also that of a uid: a folder in its place, or nothing that can be read."""
    latch = Latch(tmp_path, "key")
    latch.know("7")
    (latch._paths()[1]).mkdir()
    assert latch
    assert latch.of_others
