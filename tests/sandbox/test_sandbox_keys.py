"""Keys with rights of their own: what they may do, from where, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sandbox_caller import Answer, Caller, Clock, signed

from okx_magic.sandbox import Keys, Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

CONFIG = "/api/v5/account/config"
ORDER = "/api/v5/trade/order"
WITHDRAW = "/api/v5/asset/withdrawal"


@pytest.fixture
def send(call: Caller, clock: Clock) -> Callable[..., Answer]:
    """Sends one request signed with some keys."""

    def sending(keys: Keys, method: str = "GET", target: str = CONFIG, body: bytes = b"") -> Answer:
        demo = keys.environment == "demo"
        headers = signed(keys, method, target, body, clock.now, demo=demo)
        return call.send(method, target, headers, body)

    return sending


def code(answer: Answer) -> str:
    found: str = answer.json["code"]
    return found


@pytest.mark.parametrize(
    ("permissions", "reads", "trades", "withdraws"),
    [
        (("read_only",), "0", "50120", "50120"),
        (("trade",), "50120", "50014", "50120"),
        (("read_only", "trade"), "0", "50014", "50120"),
        (("trade", "withdraw", "read_only"), "0", "50014", "50038"),
    ],
)
def test_permissions(
    sandbox: Sandbox,
    send: Callable[..., Answer],
    permissions: tuple[str, ...],
    reads: str,
    trades: str,
    withdraws: str,
) -> None:
    """A key does what it has the permission for; else it is 50120, before anything is looked at."""
    keys = sandbox.make_key("demo", permissions=permissions)
    assert code(send(keys)) == reads
    assert code(send(keys, "POST", ORDER, b"{}")) == trades
    assert code(send(keys, "POST", WITHDRAW, b"{}")) == withdraws


def test_a_refused_permission_word_for_word(sandbox: Sandbox, send: Callable[..., Answer]) -> None:
    """50120 comes with HTTP 200, in the form of the services."""
    keys = sandbox.make_key("demo", permissions=["read_only"])
    answer = send(keys, "POST", ORDER, b"{}")
    assert answer.status == 200
    assert answer.json == {
        "code": "50120",
        "data": [],
        "msg": "This API key doesn't have permission to use this function",
    }


@pytest.mark.parametrize(
    ("addresses", "admitted"),
    [
        ((), True),
        (("127.0.0.1",), True),
        (("203.0.113.7", "127.0.0.0/8"), True),
        (("203.0.113.7",), False),
        (("2001:db8::/32", "10.0.0.0/8"), False),
    ],
)
def test_addresses(
    sandbox: Sandbox, send: Callable[..., Answer], addresses: tuple[str, ...], *, admitted: bool
) -> None:
    """A key that is bound to addresses works from those; 50110 names the one it was used from."""
    answer = send(sandbox.make_key("live", addresses=addresses))
    if admitted:
        assert answer.data[0]["ip"] == ",".join(addresses)
    else:
        assert answer.status == 401
        assert answer.json == {
            "msg": "Your IP 127.0.0.1 is not included in your API key's IP whitelist.",
            "code": "50110",
        }


def test_expiry(sandbox: Sandbox, send: Callable[..., Answer], clock: Clock) -> None:
    """A key is good until it expires, and is unknown from then on."""
    keys = sandbox.make_key("demo", expires=clock.now + 60)
    clock.now += 59
    assert code(send(keys)) == "0"
    clock.now += 1
    answer = send(keys)
    assert (answer.status, code(answer)) == (401, "50119")


def test_the_order_of_the_checks(sandbox: Sandbox, call: Caller, clock: Clock) -> None:
    """Key before environment, environment before address, then passphrase, signature, permission."""
    keys = sandbox.make_key("demo", permissions=["trade"], addresses=["203.0.113.7"])
    seen = []
    for bound in (keys, sandbox.make_key("demo", permissions=["trade"])):
        headers = signed(bound, "GET", CONFIG, b"", clock.now, demo=True)
        wrong = headers | {
            "OK-ACCESS-SIGN": "x",
            "OK-ACCESS-PASSPHRASE": "x",
            "x-simulated-trading": "0",
        }
        for name in ("x-simulated-trading", "OK-ACCESS-PASSPHRASE", "OK-ACCESS-SIGN", ""):
            seen.append(code(call.send("GET", CONFIG, wrong)))
            wrong |= {name: headers[name]} if name else {}
    assert seen == ["50101", "50110", "50110", "50110", "50101", "50105", "50113", "50120"]


def test_another_site(send: Callable[..., Answer]) -> None:
    """A sandbox is a site of its own: keys of another are unknown to it."""
    with Sandbox.start() as elsewhere:
        answer = send(elsewhere.demo)
    assert (answer.status, code(answer)) == (401, "50119")


@pytest.mark.parametrize(
    ("rights", "shown"),
    [
        ({}, {"perm": "read_only,trade", "ip": "", "label": "sandbox"}),
        (
            {"permissions": ["trade", "withdraw", "read_only"], "addresses": ["127.0.0.1", "::1"],
             "label": "my bot"},
            {"perm": "read_only,withdraw,trade", "ip": "127.0.0.1,::1", "label": "my bot"},
        ),
    ],
)  # fmt: skip
def test_account_config_tells_the_truth(
    sandbox: Sandbox, send: Callable[..., Answer], rights: dict[str, Any], shown: dict[str, str]
) -> None:
    """What account/config says of the key is what the key may do."""
    row = send(sandbox.make_key("demo", **rights)).data[0]
    assert {name: row[name] for name in shown} == shown


def test_the_keys_that_it_starts_with() -> None:
    """The rights asked for at the start are those of both keys."""
    with Sandbox.start(permissions=["read_only"], addresses=["127.0.0.1"]) as sandbox:
        assert sandbox.demo.rights == sandbox.live.rights
        assert sandbox.demo.rights.permissions == ("read_only",)


def test_no_repr_shows_secrets(sandbox: Sandbox) -> None:
    """Neither the sandbox nor its keys show a secret or a passphrase."""
    for keys in (sandbox.demo, sandbox.live, sandbox.make_key()):
        for shown in (repr(sandbox), repr(keys), str(keys.rights)):
            assert keys.secret not in shown
            assert keys.passphrase not in shown


def test_seeded_keys_repeat_themselves() -> None:
    """With a seed the same keys are made again, one after the other, none of them twice."""

    def made(seed: int | None) -> list[Keys]:
        with Sandbox.start(seed=seed) as sandbox:
            return [sandbox.demo, *(sandbox.make_key(name) for name in ("demo", "demo", "live"))]

    assert made(1) == made(1) != made(2)
    assert made(None) != made(None)
    assert len({keys.key for keys in made(1)}) == 4


@pytest.mark.parametrize(
    "rights", [{"permissions": ["read"]}, {"addresses": ["here"]}, {"environment": "sandbox"}]
)
def test_rights_that_are_none(sandbox: Sandbox, rights: dict[str, Any]) -> None:
    """Unknown permissions, addresses and environments are a ValueError."""
    with pytest.raises(ValueError, match=r"read|here|sandbox"):
        sandbox.make_key(**rights)


@pytest.mark.parametrize("options", [{"faults": "no"}, {"permissions": "no"}, {"addresses": "no"}])
def test_options_that_cannot_be_read(options: dict[str, Any]) -> None:
    """They are a ValueError before anything is started."""
    with pytest.raises(ValueError, match=r"no"):
        Sandbox.start(**options)
