"""Causes of a refusal that are in the account: credentials, site, environment, permission, address.

Tested in ``tests/advice/test_causes.py``.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING

from okx_magic.advice.case import Case, Cause, ago
from okx_magic.credentials.account import SITES
from okx_magic.credentials.websocket import WEBSOCKET_HOSTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.model import Exchange

_ADDRESS = re.compile(r"[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]*[0-9A-Fa-f]")
_TRADED = "it trades spot pairs for cash, and swaps and futures that settle in USDT or USDC"
_PERMISSIONS = {"Read": "read_only", "Trade": "trade", "Withdraw": "withdraw"}


def credentials(case: Case) -> Iterator[Cause]:
    """What the three values look like, without showing them."""
    values = case.account.credentials
    if values is None:
        yield Cause("credentials", "the account has none", holds=True)
        return
    for warning in values.warnings:
        yield Cause("credentials", warning, remedy=_mended(warning))
    if not values.warnings:
        usual = "key, secret and passphrase look as OKX's do, with nothing around them"
        yield Cause("credentials", f"{usual}; they are from {case.account.source}", holds=False)


def secret(case: Case) -> Iterator[Cause]:
    """Whether the secret can be the one of this key. Says nothing of the other two values: OKX has
    other codes for those.
    """
    values = case.account.credentials
    before = case.accepted
    if before is not None:
        found = f"{_accepted(case, before)} with it: it is the right one"
        remedy = "%okx_debug shows what was signed, part by part: the secret is not the cause"
        yield Cause("secret", found, holds=False)
        yield Cause("bytes", "what arrived is not what was signed", remedy=remedy)
        return
    if values is not None:
        for warning in values.warnings:
            own = warning.startswith(("the secret is", "the secret has"))
            told = warning if own else ""
            if told or "secret" in warning:
                # Which of the others it is like is not told: this code blames none of them.
                found = told or "it looks like another of the three values"
                yield Cause("secret", found, remedy=_mended(warning))
    found = (
        "OKX has accepted nothing signed with it in this session: it may belong to another API key"
    )
    yield Cause("secret", found)


def before(case: Case) -> Iterator[Cause]:
    """Whether the same account was accepted before, which distinguishes a mistake from a change."""
    accepted = case.accepted
    if accepted is None:
        yield Cause("before", "OKX has accepted nothing of this account in this session")
        return
    found = f"{_accepted(case, accepted)} of this account"
    found += ": something changed since then" if case.exchange else ""
    changed = "look at the key at OKX: it was deleted, changed or bound to other addresses since"
    yield Cause("before", found, remedy=changed if case.exchange else "")


def site(case: Case) -> Iterator[Cause]:
    """Which site was asked: a key is known at one of OKX's sites only."""
    host = case.account.host
    asked = _site_name(case)
    if not asked:
        yield Cause("site", f"asked at {host}, which knows only its own keys")
        return
    others = ", ".join(f"{name} ({_host(name)})" for name in SITES if name != asked)
    found = f"asked at {host}, which is the site {asked}; not asked at {others}"
    yield Cause("site", found)


def websocket(case: Case) -> Iterator[Cause]:
    """At which WebSocket host the account is known; which host another program asked is unknown here."""
    name, asked = case.account.environment, _site_name(case)
    if not asked or name not in WEBSOCKET_HOSTS[asked]:
        yield Cause("URL", f"{case.account.host} has no WebSocket of OKX")
        return
    host = WEBSOCKET_HOSTS[asked][name]
    found = f"{name} keys of the site {asked} log in at wss://{host}/ws/v5/private or …/business"
    yield Cause("URL", f"{found}; public channels are at …/public")


def environment(case: Case) -> Iterator[Cause]:
    """Which environment was asked for, and which header said so."""
    name, source = case.account.environment, case.account.source
    if case.exchange is None:
        yield Cause("environment", f"the account in use is {name}, from {source}")
        return
    headers = {key.lower(): value for key, value in case.exchange.request.headers}
    demo = headers.get("x-simulated-trading") == "1"
    header = "with x-simulated-trading: 1" if demo else "without x-simulated-trading"
    other = "live" if demo else "demo"
    found = f"sent as {name} ({header}), from {source}"
    if case.accepted is not None:
        yield Cause("environment", f"{found}, as it was when OKX accepted it", holds=None)
        return
    if case.account.loopback:
        # Of a sandbox, however it is dressed: nothing here is about real money.
        yield Cause(
            "environment",
            f"{found}: the sandbox made the key for its other one",
            holds=True,
            remedy="OKX_DEMO, or demo in the profile, says which of its keys this is;"
            " %okx_login sandbox has keys of its own",
        )
        return
    yield Cause("environment", f"{found}: the key is for {other} trading", holds=True)


def demo_feature(case: Case) -> Iterator[Cause]:
    """Whether something was asked that only live trading has, or that the sandbox does not imitate."""
    name = case.account.environment
    asked = str(case.exchange.request) if case.exchange is not None else "this"
    # By its address: a sandbox may be dressed as any environment.
    if name == "sandbox" or case.account.loopback:
        found = f"the sandbox does not offer what {asked} asks: it imitates a part of OKX"
        whole = case.exchange is None or case.exchange.outcome.endswith("offer this")
        has = "%okx_find shows similar endpoints" if whole else _TRADED
        yield Cause("sandbox", found, holds=True, remedy=has)
    elif case.exchange is not None and name == "demo":
        found = f"{asked} is not available in demo trading"
        yield Cause("environment", found, holds=True, remedy="leave it out in demo trading")
    else:
        yield Cause("environment", f"the account in use is {name}")


def permission(case: Case) -> Iterator[Cause]:
    """What the endpoint needs against what the key may do."""
    has = str(case.known.config.get("perm", ""))
    may = f"the key may {has.replace('_only', '').replace(',', ', ')}" if has else ""
    if case.exchange is None:
        yield Cause("permission", may or "the permissions of the key are not known")
        return
    request = case.exchange.request
    endpoint = request.endpoint
    needed = endpoint.permission if endpoint else None
    if needed is None:
        found = "the catalogue does not know which one the endpoint needs"
        yield Cause("permission", "; ".join(filter(None, (found, may))))
    elif not has:
        found = f"the endpoint needs {needed}; GET /api/v5/account/config says what the key may do"
        yield Cause("permission", found)
    else:
        given = _PERMISSIONS.get(needed) in has.split(",")
        yield Cause("permission", f"the endpoint needs {needed}; {may}", holds=not given)


def address(case: Case) -> Iterator[Cause]:
    """The IP address that OKX saw, against the allowlist of the key."""
    if case.exchange is None:
        return
    seen = next(filter(_is_address, _ADDRESS.findall(case.exchange.outcome)), "")
    bound = str(case.known.config.get("ip", ""))
    if not seen:
        yield Cause("address", "OKX's answer does not name the address that it saw")
    elif bound:
        inside = seen in bound.split(",")
        found = f"OKX saw {seen}, and the key's allowlist is {bound}"
        yield Cause("address", found, holds=None if inside else True)
    else:
        version = ip_address(seen).version
        found = f"OKX saw {seen}, an IPv{version} address: is it in the key's allowlist?"
        yield Cause("address", found)


def proxy(case: Case) -> Iterator[Cause]:
    """Whether a proxy or CA of the person's own is between here and OKX."""
    name = case.account.proxy_name
    if name:
        yield Cause("proxy", f"the request went through {name}, which may change or answer it")
    elif case.account.ca_bundle:
        found = f"the owner of a CA in {case.account.ca_bundle} can read and change what is sent"
        yield Cause("proxy", found)
    else:
        yield Cause("proxy", "okx_magic used none", holds=False)


def _mended(warning: str) -> str:
    """What to do about a doubtful value; a new key only if nothing else helps."""
    if "swapped" in warning:
        return "swap the two, and log in again"
    if "same" in warning:
        return "one of the two was pasted twice: copy the other again, and log in"
    if "quotation marks" in warning:
        return "leave the quotation marks out, and log in again"
    return "copy it again from where you keep it, and log in"


def _accepted(case: Case, before: Exchange) -> str:
    if case.exchange is None:
        return f"OKX accepted {before.request} in this session"
    when = ago(case.exchange.sent_at - before.sent_at)
    return f"OKX accepted {before.request} {when}"


def _site_name(case: Case) -> str:
    host = case.account.host
    return next((name for name, each in SITES.items() if host in each.hosts), "")


def _host(site_name: str) -> str:
    return SITES[site_name].base_url.removeprefix("https://")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
