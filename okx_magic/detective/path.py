"""The path in wrong forms: more than the path, less of it, or another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okx_magic.credentials.account import OFFICIAL_HOSTS
from okx_magic.detective.mistakes import ALONE, KNOWN, RARE, USUAL, Mistake, touched, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.detective.mistakes import Wrong

_BASE = "/api/v5"
_LOGIN = "/users/self/verify"

_HOST_CORRECTION = "sign the path from its first / on, without scheme and host"
_BASE_CORRECTION = (
    "sign the whole path of the request line, /api/v5 with it: keep it out of the base URL"
)
_SLASH_CORRECTION = "sign the path with the very slashes of the request line"
_TEXT_CORRECTION = "sign the path exactly as it stands in the request line"
LOGIN_CORRECTION = (
    "sign the path of the request itself; only a WebSocket log-in signs GET and /users/self/verify"
)
_AT_LOGIN = "sign GET and /users/self/verify at the log-in, whatever the path of the WebSocket"
_COMMON = ("www.okx.com", "openapi.okx.com")
# Older names; none of them answers any more.
_OLD_HOSTS = ("www.okex.com", "okex.com", "okx.com", "api.okx.com")


def once(path: str, host: str) -> Iterator[Wrong]:
    """The paths of one mistake, for a request to ``path`` at ``host`` ("" where it is unknown)."""
    yield from _shortened(path)
    yield from _with_host(path, host)
    yield from _slashes(path)
    yield from _other_bases(path)
    yield from _login(path)
    yield from _texts(path)


def _shortened(path: str) -> Iterator[Wrong]:
    for prefix, reach in ((_BASE, USUAL), ("/api", KNOWN), (f"{_BASE}/", KNOWN)):
        if path.startswith(prefix):
            mistake = Mistake(f"{prefix} left off the path", _BASE_CORRECTION, reach)
            yield wrong(path.removeprefix(prefix), mistake)
    if not path.startswith("//"):
        mistake = Mistake("the first / of the path left off", _SLASH_CORRECTION, USUAL)
        yield wrong(path.removeprefix("/"), mistake)
    if path.startswith(_BASE):
        name = "/v5 left out of the path"
        yield wrong(path.replace("/v5", "", 1), Mistake(name, _BASE_CORRECTION))
        family, mark, rest = path.removeprefix(f"{_BASE}/").partition("/")
        name = f"{_BASE}/{family} left off the path"
        if mark:
            yield wrong(f"/{rest}", Mistake(name, _BASE_CORRECTION, RARE))
    last = path.rpartition("/")[2]
    name = "only the last part of the path"
    yield wrong(f"/{last}", Mistake(name, _BASE_CORRECTION, RARE))
    yield wrong(last, Mistake(name, _BASE_CORRECTION, RARE))
    yield wrong("", Mistake("the path left out", _TEXT_CORRECTION))
    yield wrong("/", Mistake("only the / of the path", _TEXT_CORRECTION))
    yield wrong(_BASE, Mistake("only /api/v5 for a path", _TEXT_CORRECTION, RARE))
    yield wrong("None", Mistake("the word None for a path", _TEXT_CORRECTION, RARE))
    yield wrong("undefined", Mistake("the word undefined for a path", _TEXT_CORRECTION, RARE))


def _with_host(path: str, host: str) -> Iterator[Wrong]:
    for other in dict.fromkeys((host, *sorted(OFFICIAL_HOSTS), *_OLD_HOSTS)):
        if not other:
            continue
        reach = USUAL if other == (host or "www.okx.com") else KNOWN if other in _COMMON else ALONE
        url = Mistake(f"the full URL https://{other}… for a path", _HOST_CORRECTION, reach)
        bare = Mistake(f"the host {other} before the path", _HOST_CORRECTION, min(reach, KNOWN))
        rare = Mistake(
            f"the full URL https://{other}… for a path", _HOST_CORRECTION, min(reach, RARE)
        )
        yield wrong(f"https://{other}{path}", url)
        yield wrong(f"{other}{path}", bare)
        yield wrong(f"https://{other}/{path}", rare)
        plain = Mistake(
            f"the full URL http://{other}… for a path", _HOST_CORRECTION, min(reach, RARE)
        )
        yield wrong(f"http://{other}{path}", plain)
        yield wrong(f"//{other}{path}", bare._replace(reach=min(reach, RARE)))


def _slashes(path: str) -> Iterator[Wrong]:
    for text, name, reach in (
        (f"{path}/", "a / behind the path", USUAL),
        (f"/{path}", "a second / before the path", USUAL),
        (path.rstrip("/"), "the / behind the path left off", KNOWN),
        (f"/{path.lstrip('/')}", "one / before the path", KNOWN),
    ):
        yield wrong(text, Mistake(name, _SLASH_CORRECTION, reach))
    yield wrong(f"/.{path}", Mistake("a /. before the path", _TEXT_CORRECTION, RARE))
    at = path.find("/", 1)
    while at > 0:
        reach = KNOWN if path[:at] == _BASE else RARE
        doubled = Mistake(f"a second / behind {path[:at]} in the path", _SLASH_CORRECTION, reach)
        yield wrong(f"{path[:at]}/{path[at:]}", doubled)
        dotted = Mistake(f"a /. behind {path[:at]} in the path", _TEXT_CORRECTION, RARE)
        yield wrong(f"{path[:at]}/.{path[at:]}", dotted)
        at = path.find("/", at + 1)
    while "//" in path:
        path = path.replace("//", "/")
    yield wrong(path, Mistake("double slashes in the path made single", _SLASH_CORRECTION))


def _other_bases(path: str) -> Iterator[Wrong]:
    if path.startswith(_BASE):
        yield wrong(f"{_BASE}{path}", Mistake("/api/v5 twice in the path", _BASE_CORRECTION))
    yield wrong(f"/v5{path}", Mistake("/v5 before the path", _BASE_CORRECTION, RARE))
    yield wrong(f"/api{path}", Mistake("/api before the path", _BASE_CORRECTION, RARE))
    for version in ("v3", "v1", "v2", "v4", "v6", "v5"):
        name = f"/api/{version} in the path"
        text = path.replace("/v5/", f"/{version}/", 1)
        if version == "v5":
            text = path.replace("/v3/", "/v5/", 1)
        reach = USUAL if version == "v3" else KNOWN if version == "v5" else RARE
        yield wrong(text, Mistake(name, _TEXT_CORRECTION, reach))


def _login(path: str) -> Iterator[Wrong]:
    if path != _LOGIN:
        name = "the path of the WebSocket log-in"
        yield wrong(_LOGIN, Mistake(name, LOGIN_CORRECTION, USUAL))
        return
    for text in _LOGIN_PATHS:
        yield wrong(text, Mistake(f"the path {text} for the log-in", _AT_LOGIN))


_LOGIN_PATHS = (
    *("/ws/v5/private", "/ws/v5/public", "/ws/v5/business", f"{_BASE}{_LOGIN}"),
    *("/user/self/verify", f"{_LOGIN}/", f"/ws/v5/private{_LOGIN}"),
    "wss://ws.okx.com:8443/ws/v5/private",
)


def _texts(path: str) -> Iterator[Wrong]:
    yield from touched("p", path, _TEXT_CORRECTION)
    for one, other in ("-_", "_-"):
        name = f"the path with {other} for each {one}"
        yield wrong(path.replace(one, other), Mistake(name, _TEXT_CORRECTION, RARE))
