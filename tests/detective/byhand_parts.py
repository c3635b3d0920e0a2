"""Wrong timestamps, methods, paths and ways to join them, by hand."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations
from typing import TYPE_CHECKING
from urllib.parse import quote

from byhand import Sent, Signing, pattern, register

if TYPE_CHECKING:
    from collections.abc import Callable


def moment(sent: Sent) -> datetime:
    """The time of the header: ISO 8601, or epoch seconds for a log-in."""
    if sent.timestamp.isdigit():
        return datetime.fromtimestamp(int(sent.timestamp), UTC)
    return datetime.strptime(sent.timestamp, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


NOTATIONS: dict[str, Callable[[datetime], str]] = {
    "the timestamp in ISO 8601 with milliseconds and Z": iso,
    "the timestamp without its Z": lambda at: iso(at)[:-1],
    "the timestamp without milliseconds": lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "the timestamp with +00:00 in place of Z": lambda at: at.isoformat(timespec="milliseconds"),
    "the timestamp with microseconds": lambda at: at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    "the timestamp with microseconds and without Z": lambda at: at.strftime("%Y-%m-%dT%H:%M:%S.%f"),
    "the timestamp with microseconds and +00:00": lambda at: at.isoformat(timespec="microseconds"),
    "the timestamp without milliseconds and Z": lambda at: at.strftime("%Y-%m-%dT%H:%M:%S"),
    "the timestamp without milliseconds and with +00:00": lambda at: at.isoformat(
        timespec="seconds"
    ),
    "the timestamp with both +00:00 and Z": lambda at: at.isoformat(timespec="milliseconds") + "Z",
    "the timestamp with microseconds and both +00:00 and Z": lambda at: (
        at.isoformat(timespec="microseconds") + "Z"
    ),
    "the timestamp with +0000 in place of Z": lambda at: iso(at)[:-1] + at.strftime("%z"),
    "the timestamp without milliseconds and with +0000": lambda at: at.strftime(
        "%Y-%m-%dT%H:%M:%S%z"
    ),
    "the timestamp with a blank in place of T": lambda at: iso(at).replace("T", " "),
    "the timestamp with a blank in place of T and without Z": lambda at: iso(at)[:-1].replace(
        "T", " "
    ),
    "the timestamp with a blank in place of T, without milliseconds and Z": lambda at: at.strftime(
        "%Y-%m-%d %H:%M:%S"
    ),
    "the timestamp with a blank in place of T and without milliseconds": lambda at: at.strftime(
        "%Y-%m-%d %H:%M:%SZ"
    ),
    "the timestamp as str(datetime) gives it": lambda at: at.strftime("%Y-%m-%d %H:%M:%S.%f+00:00"),
    "the timestamp as str(datetime) gives it without a zone": lambda at: at.strftime(
        "%Y-%m-%d %H:%M:%S.%f"
    ),
    "the timestamp as str(datetime) gives it, without microseconds": lambda at: str(
        at.replace(microsecond=0)
    ),
    "the timestamp with a blank in place of T and +00:00": lambda at: at.isoformat(
        " ", "milliseconds"
    ),
    "the timestamp with one digit of fraction": lambda at: iso(at)[:-3] + "Z",
    "the timestamp with two digits of fraction": lambda at: iso(at)[:-2] + "Z",
    "the timestamp with nanoseconds": lambda at: at.strftime("%Y-%m-%dT%H:%M:%S.%f000Z"),
    "the timestamp with nanoseconds and +00:00": lambda at: at.strftime(
        "%Y-%m-%dT%H:%M:%S.%f000+00:00"
    ),
    "the timestamp with seven digits of fraction": lambda at: at.strftime("%Y-%m-%dT%H:%M:%S.%f0Z"),
    "the timestamp with nanoseconds and without Z": lambda at: at.strftime(
        "%Y-%m-%dT%H:%M:%S.%f000"
    ),
    "the timestamp with milliseconds that are not filled up with zeros": lambda at: (
        f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000}Z"
    ),
    "the timestamp with its seconds again for a fraction": lambda at: at.strftime(
        "%Y-%m-%dT%H:%M:%S.%SZ"
    ),
    "the timestamp with .000 for milliseconds": lambda at: at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    "the timestamp with a comma before the milliseconds": lambda at: iso(at).replace(".", ","),
    "the timestamp with a colon before the milliseconds": lambda at: iso(at).replace(".", ":"),
    "the timestamp cut off behind the minutes": lambda at: at.strftime("%Y-%m-%dT%H:%MZ"),
    "the timestamp in compact ISO 8601": lambda at: at.strftime("%Y%m%dT%H%M%SZ"),
    "the timestamp in compact ISO 8601 with milliseconds": lambda at: (
        f"{at:%Y%m%dT%H%M%S}.{at.microsecond // 1000:03d}Z"
    ),
    "the date alone for a timestamp": lambda at: str(at.date()),
    "the timestamp with UTC in place of Z": lambda at: at.strftime("%Y-%m-%d %H:%M:%S UTC"),
    "the timestamp as epoch seconds": lambda at: str(milliseconds(at) // 1000),
    "the timestamp as epoch milliseconds": lambda at: str(milliseconds(at)),
    "the timestamp as epoch microseconds": lambda at: str(milliseconds(at) * 1000),
    "the timestamp as epoch seconds with a fraction": lambda at: str(milliseconds(at) / 1000),
    "the timestamp as epoch seconds with three decimals": lambda at: (
        f"{milliseconds(at) / 1000:.3f}"
    ),
    "the timestamp as epoch nanoseconds": lambda at: str(milliseconds(at) * 1_000_000),
    "the timestamp as epoch seconds with .0": lambda at: str(float(milliseconds(at) // 1000)),
    "the timestamp as epoch milliseconds with .0": lambda at: str(float(milliseconds(at))),
    "the timestamp as epoch seconds with six decimals": lambda at: f"{milliseconds(at) / 1000:.6f}",
    "the timestamp as epoch seconds, rounded up": lambda at: str(-(-milliseconds(at) // 1000)),
    "the timestamp as the milliseconds of whole seconds": lambda at: str(
        milliseconds(at) // 1000 * 1000
    ),
    "the timestamp as the date of an HTTP header": lambda at: at.strftime(
        "%a, %d %b %Y %H:%M:%S GMT"
    ),
    "the timestamp as JavaScript's Date prints itself": lambda at: at.strftime(
        "%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)"
    ),
    "the timestamp as ctime prints it": lambda at: at.ctime(),
    "the timestamp on a 12-hour clock": lambda at: f"{at:%Y-%m-%dT%I}{iso(at)[13:]}",
    "the timestamp with its month counted from 0": lambda at: (
        f"{at.year}-{at.month - 1:02d}-{at.day:02d}{iso(at)[10:]}"
    ),
    "the timestamp with its month for minutes": lambda at: (
        at.strftime("%Y-%m-%dT%H:%m:%S.") + iso(at)[20:]
    ),
    "the timestamp with its minutes for a month": lambda at: at.strftime("%Y-%M-%d") + iso(at)[10:],
    "the timestamp with its day before its month": lambda at: (
        at.strftime("%Y-%d-%m") + iso(at)[10:]
    ),
    "the timestamp with +00 in place of Z": lambda at: iso(at).replace("Z", "+00"),
    "the timestamp as Go prints a time": lambda at: f"{iso(at)[:10]} {iso(at)[11:23]} +0000 UTC",
    "the timestamp with a blank and UTC in place of Z": lambda at: iso(at).replace("Z", " UTC"),
    "the timestamp in digits alone": lambda at: at.strftime("%Y%m%d%H%M%S"),
    "the timestamp as Java's Date prints itself": lambda at: at.strftime(
        "%a %b %d %H:%M:%S UTC %Y"
    ),
    "the timestamp with 3N for milliseconds": lambda at: at.strftime("%Y-%m-%dT%H:%M:%S.3NZ"),
    "the timestamp with full stops in its time": lambda at: iso(at).replace(":", "."),
    "the timestamp with full stops in its date": lambda at: at.strftime("%Y.%m.%d %H:%M:%S"),
}
WORDS = {
    "the timestamp left out": "",
    "the word None for a timestamp": "None",
    "the word null for a timestamp": "null",
    "the word undefined for a timestamp": "undefined",
    "the word NaN for a timestamp": "NaN",
    "the placeholder {{timestamp}} itself": "{{timestamp}}",
    "the placeholder {timestamp} itself": "{timestamp}",
}
OF_THE_TEXT: dict[str, Callable[[str], str]] = {
    "the timestamp in double quotes": lambda text: f'"{text}"',
    "the timestamp in single quotes": lambda text: f"'{text}'",
    "a line break behind the timestamp": lambda text: f"{text}\n",
    "a blank behind the timestamp": lambda text: f"{text} ",
    "the timestamp with a small t and z": lambda text: text.replace("T", "t").replace("Z", "z"),
    "the timestamp percent-encoded": lambda text: quote(text, safe=""),
    "the timestamp with two Z": lambda text: f"{text}Z",
    "the timestamp as b'…'": lambda text: str(text.encode()),
    "the timestamp twice": lambda text: f"{text}{text}",
}
for _name, _notation in NOTATIONS.items():
    register(
        _name,
        "timestamp",
        lambda s, write=_notation: setattr(s, "timestamp", write(moment(s.sent)).encode()),
    )
for _name, _word in WORDS.items():
    register(_name, "timestamp", lambda s, word=_word: setattr(s, "timestamp", word.encode()))
for _name, _change in OF_THE_TEXT.items():
    register(
        _name,
        "timestamp",
        lambda s, change=_change: setattr(s, "timestamp", change(s.sent.timestamp).encode()),
    )

SHIFT = "a time {} {} the header's, as local time taken for UTC is"


def _length(minutes: int) -> str:
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes // 60}:{minutes % 60:02d} h"


QUARTERS = range(15, 14 * 60 + 1, 15)


@pattern(
    SHIFT.format(r"(?P<hours>\d+)(?::(?P<minutes>\d\d))? h", "(?P<way>ahead of|behind)"),
    "timestamp",
    lambda _: [
        SHIFT.format(_length(minutes), way)
        for minutes in QUARTERS
        for way in ("ahead of", "behind")
    ],
)
def _shifted(signing: Signing, hours: str, minutes: str | None, way: str) -> None:
    far = timedelta(hours=int(hours), minutes=int(minutes or 0))
    at = moment(signing.sent)
    signing.timestamp = iso(at + far if way == "ahead of" else at - far).encode()


@pattern(
    r"the timestamp in local time with its offset (?P<zone>[+-]\d\d:\d\d)",
    "timestamp",
    lambda _: [
        f"the timestamp in local time with its offset {zone}"
        for zone in ("+08:00", "-05:00", "+05:30", "+01:00")
    ],
)
def _zoned(signing: Signing, zone: str) -> None:
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:]))
    local = moment(signing.sent).astimezone(timezone(-offset if zone[0] == "-" else offset))
    signing.timestamp = local.isoformat(timespec="milliseconds").encode()


# ---- the clock ------------------------------------------------------------------------------------


@pattern(
    r"a second reading of the clock, (?P<far>\d+) (?P<unit>ms|s) (?P<way>before|after) the header's",
    "clock",
    lambda sent: (
        []
        if sent.timestamp.isdigit()
        else [
            f"a second reading of the clock, {far} the header's"
            for far in (
                "1 ms after",
                "3 ms before",
                "1234 ms after",
                "29999 ms before",
                "7 s after",
            )
        ]
    ),
)
def _reread(signing: Signing, far: str, unit: str, way: str) -> None:
    gap = timedelta(milliseconds=int(far) * (1000 if unit == "s" else 1))
    at = moment(signing.sent)
    signing.timestamp = iso(at + gap if way == "after" else at - gap).encode()


# ---- the method -----------------------------------------------------------------------------------

METHODS: dict[str, Callable[[str], str]] = {
    "the method in lower case": str.lower,
    "the method left out": lambda _: "",
    "the method with one capital": str.capitalize,
    "a blank behind the method": lambda method: method + " ",
    "blanks around the method": lambda method: f" {method} ",
    "the method as an Enum prints itself": lambda method: f"Method.{method}",
    "the method in double quotes": lambda method: f'"{method}"',
    "the method as b'…'": lambda method: str(method.encode()),
    "the method as .NET prints an HttpMethod": lambda method: "HttpMethod." + method.capitalize(),
    "the method's toUpperCase not called": lambda _: "function toUpperCase() { [native code] }",
    "the method twice": lambda method: method + method,
    "the word null for a method": lambda _: "null",
    "the word None for a method": lambda _: "None",
    "the word undefined for a method": lambda _: "undefined",
}
for _other in ("GET", "POST", "PUT", "DELETE", "PATCH"):
    METHODS[f"the method {_other}"] = lambda _, other=_other: other
    METHODS[f"the method {_other} in lower case"] = lambda _, other=_other: other.lower()
for _name, _change in METHODS.items():
    register(
        _name,
        "method",
        lambda s, change=_change: setattr(s, "method", change(s.sent.method).encode()),
    )
register("the method in capitals", "method", lambda s: setattr(s, "method", s.method.upper()))

# ---- the path -------------------------------------------------------------------------------------

PATHS: dict[str, Callable[[str], str]] = {
    "/api/v5 left off the path": lambda path: path.replace("/api/v5", "", 1),
    "/api left off the path": lambda path: path.replace("/api", "", 1),
    "/api/v5/ left off the path": lambda path: path.replace("/api/v5/", "", 1),
    "the first / of the path left off": lambda path: path[1:],
    "/v5 left out of the path": lambda path: path.replace("/v5", "", 1),
    "only the last part of the path": lambda path: "/" + path.split("/")[-1],
    "the path left out": lambda _: "",
    "only the / of the path": lambda _: "/",
    "only /api/v5 for a path": lambda _: "/api/v5",
    "the word None for a path": lambda _: "None",
    "the word undefined for a path": lambda _: "undefined",
    "a / behind the path": lambda path: path + "/",
    "a second / before the path": lambda path: "/" + path,
    "/api/v5 twice in the path": lambda path: path.replace("/api/v5", "/api/v5/api/v5"),
    "/v5 before the path": lambda path: "/v5" + path,
    "/api before the path": lambda path: "/api" + path,
    "/api/v1 in the path": lambda path: path.replace("v5", "v1", 1),
    "/api/v2 in the path": lambda path: path.replace("v5", "v2", 1),
    "/api/v3 in the path": lambda path: path.replace("v5", "v3", 1),
    "/api/v4 in the path": lambda path: path.replace("v5", "v4", 1),
    "/api/v6 in the path": lambda path: path.replace("v5", "v6", 1),
    "the path of the WebSocket log-in": lambda _: "/users/self/verify",
    "the path in lower case": str.lower,
    "the path in capitals": str.upper,
    "the path percent-encoded": lambda path: path.replace("/", "%2F"),
    "a blank behind the path": lambda path: path + " ",
    "a blank before the path": lambda path: " " + path,
    "a line break behind the path": lambda path: path + "\n",
    "a tab behind the path": lambda path: path + "\t",
    "the path in double quotes": lambda path: f'"{path}"',
    "a full stop behind the path": lambda path: path + ".",
    "the path with _ for each -": lambda path: path.replace("-", "_"),
    "the path with - for each _": lambda path: path.replace("_", "-"),
    "a /. before the path": lambda path: "/." + path,
}
for _name, _change in PATHS.items():
    register(
        _name, "path", lambda s, change=_change: setattr(s, "path", change(s.sent.path).encode())
    )


@pattern(
    r"the path (?P<text>\S+) for the log-in",
    "path",
    lambda sent: (
        [f"the path {text} for the log-in" for text in LOG_IN]
        if sent.path == "/users/self/verify"
        else []
    ),
)
def _log_in(signing: Signing, text: str) -> None:
    signing.path = text.encode()


LOG_IN = (
    *("/ws/v5/private", "/ws/v5/public", "/ws/v5/business", "/api/v5/users/self/verify"),
    *("/user/self/verify", "/users/self/verify/", "/ws/v5/private/users/self/verify"),
    "wss://ws.okx.com:8443/ws/v5/private",
)
HOSTS = (
    "www.okx.com",
    "openapi.okx.com",
    "aws.okx.com",
    "eea.okx.com",
    "us.okx.com",
    "www.okex.com",
)


@pattern(
    r"the full URL (?P<scheme>https?)://(?P<host>[^/…]+)… for a path",
    "path",
    lambda _: [
        f"the full URL {scheme}://{host}… for a path"
        for scheme in ("https", "http")
        for host in HOSTS
    ],
)
def _url(signing: Signing, scheme: str, host: str) -> None:
    signing.path = f"{scheme}://{host}{signing.sent.path}".encode()


@pattern(
    r"the host (?P<host>\S+) before the path",
    "path",
    lambda _: [f"the host {host} before the path" for host in HOSTS],
)
def _host(signing: Signing, host: str) -> None:
    signing.path = f"{host}{signing.sent.path}".encode()


@pattern(
    r"a second / behind (?P<start>\S+) in the path",
    "path",
    lambda sent: [
        f"a second / behind {'/'.join(sent.path.split('/')[:count])} in the path"
        for count in range(2, len(sent.path.split("/")))
    ],
)
def _doubled(signing: Signing, start: str) -> None:
    signing.path = f"{start}/{signing.sent.path.removeprefix(start)}".encode()


@pattern(
    r"a /\. behind (?P<start>\S+) in the path",
    "path",
    lambda sent: [
        f"a /. behind {'/'.join(sent.path.split('/')[:count])} in the path"
        for count in range(2, len(sent.path.split("/")))
    ],
)
def _dotted(signing: Signing, start: str) -> None:
    signing.path = f"{start}/.{signing.sent.path.removeprefix(start)}".encode()


@pattern(
    r"(?P<family>/api/v5/[^/ ]+) left off the path",
    "path",
    lambda sent: (
        ["/".join(sent.path.split("/")[:4]) + " left off the path"]
        if sent.path.startswith("/api/v5/")
        else []
    ),
)
def _family(signing: Signing, family: str) -> None:
    signing.path = signing.sent.path.removeprefix(family).encode()


@pattern(
    r"the path of another request, (?P<path>\S+)",
    "other path",
    lambda _: [
        f"the path of another request, {path}"
        for path in ("/api/v5/account/config", "/api/v5/trade/orders-pending")
    ],
)
def _other_path(signing: Signing, path: str) -> None:
    signing.path = path.encode()


# ---- joining --------------------------------------------------------------------------------------

SEPARATORS = {
    "line breaks": b"\n",
    "blanks": b" ",
    "&": b"&",
    "commas": b",",
    "|": b"|",
    "+": b"+",
    "colons": b":",
    "-": b"-",
    "_": b"_",
    "full stops": b".",
    "tabs": b"\t",
    "semicolons": b";",
    "Windows line breaks": b"\r\n",
    "commas and blanks": b", ",
    "slashes": b"/",
    "backslash and n": b"\\n",
    "+ in blanks": b" + ",
    "?": b"?",
    "=": b"=",
    "#": b"#",
}
for _name, _separator in SEPARATORS.items():
    register(
        f"{_name} between the parts of the prehash",
        "separator",
        lambda s, separator=_separator: setattr(s, "between", separator),
    )
LETTERS = {"t": "timestamp", "m": "method", "p": "path", "b": "body"}
for _order in permutations("tmpb"):
    if _order != ("t", "m", "p", "b"):
        register(
            "the parts in the order " + ", ".join(LETTERS[each] for each in _order),
            "order",
            lambda s, order=_order: setattr(s, "order", "".join(order)),
        )
WHOLE: dict[str, Callable[[bytes], bytes]] = {
    "a line break at the end of the prehash": lambda text: text + b"\n",
    "a Windows line break at the end of the prehash": lambda text: text + b"\r\n",
    "a blank and a Windows line break at the end of the prehash": lambda text: text + b" \r\n",
    "-n before the prehash and a line break behind it": lambda text: b"-n %s\n" % text,
    "-e before the prehash and a line break behind it": lambda text: b"-e %s\n" % text,
    "a blank at the end of the prehash": lambda text: text + b" ",
    "a blank at the start of the prehash": lambda text: b" " + text,
    "a line break at the start of the prehash": lambda text: b"\n" + text,
    "a byte order mark before the prehash": lambda text: "\ufeff".encode() + text,
    "a NUL character at the end of the prehash": lambda text: text + b"\0",
    "the prehash in double quotes": lambda text: b'"%s"' % text,
    "the prehash in single quotes": lambda text: b"'%s'" % text,
    "the prehash as b'…'": lambda text: str(text).encode(),
    "the prehash in lower case": lambda text: text.decode().lower().encode(),
    "the prehash in capitals": lambda text: text.decode().upper().encode(),
    "the prehash percent-encoded": lambda text: quote(text, safe="").encode(),
    "the prehash percent-encoded but for its slashes": lambda text: quote(text).encode(),
    "the prehash in Base64": base64.b64encode,
    "the prehash in hexadecimal": lambda text: text.hex().encode(),
    "the prehash as UTF-16": lambda text: text.decode().encode("utf-16-le"),
    "the prehash as UTF-16 with a byte order mark": lambda text: text.decode().encode("utf-16"),
    "the prehash as a JSON string": lambda text: json.dumps(text.decode()).encode(),
    "the SHA-256 of the prehash in its place": lambda text: hashlib.sha256(text).digest(),
    "the SHA-256 of the prehash in hexadecimal in its place": lambda text: (
        hashlib.sha256(text).hexdigest().encode()
    ),
    "the SHA-512 of the prehash in its place": lambda text: hashlib.sha512(text).digest(),
    "the SHA-512 of the prehash in hexadecimal in its place": lambda text: (
        hashlib.sha512(text).hexdigest().encode()
    ),
    "the MD5 of the prehash in hexadecimal in its place": lambda text: (
        hashlib.md5(text, usedforsecurity=False).hexdigest().encode()
    ),
    "the prehash twice": lambda text: text + text,
    "the prehash in reverse": lambda text: bytes(reversed(text)),
}
for _name, _change in WHOLE.items():
    register(_name, "whole", lambda s, change=_change: setattr(s, "whole", change))


def _as_a_log_in(signing: Signing) -> None:
    signing.whole = lambda _: signing.timestamp + b"GET/users/self/verify"


register("the prehash of the WebSocket log-in", "whole", _as_a_log_in)

LISTS: dict[str, Callable[[list[str]], str]] = {
    "the parts as a printed Python list": repr,
    "the parts as a printed Python tuple": lambda parts: repr((*parts,)),
    "the parts as a JSON array": json.dumps,
    "the parts as a compact JSON array": lambda parts: (
        f"[{','.join(json.dumps(part, ensure_ascii=False) for part in parts)}]"
    ),
}


def _listed(signing: Signing, write: Callable[[list[str]], str]) -> None:
    def text(_: bytes) -> bytes:
        parts = (signing.timestamp, signing.method, signing.path + signing.query, signing.body)
        return write([part.decode() for part in parts]).encode()

    signing.whole = text


for _name, _write in LISTS.items():
    register(_name, "whole", lambda s, write=_write: _listed(s, write))

PICKS: dict[str, Callable[[Signing], bytes]] = {
    "the body alone": lambda s: s.body,
    "the path with its query alone": lambda s: s.path + s.query,
    "the query alone": lambda s: s.query[1:],
    "the query without ?, and the body": lambda s: s.query[1:] + s.body,
    "the timestamp alone": lambda s: s.timestamp,
    "timestamp and method alone": lambda s: s.timestamp + s.method,
    "timestamp and path with query alone": lambda s: s.timestamp + s.path + s.query,
    "timestamp and query without ? alone": lambda s: s.timestamp + s.query[1:],
    "timestamp and body alone": lambda s: s.timestamp + s.body,
    "path with query and body alone": lambda s: s.path + s.query + s.body,
    "method and path with query alone": lambda s: s.method + s.path + s.query,
    "nothing at all": lambda _: b"",
}


@pattern(
    "(?P<name>" + "|".join(map(re.escape, PICKS)) + ")",
    "whole",
    lambda sent: [name for name in PICKS if _leaves_out_two(sent, name)],
)
def _picked(signing: Signing, name: str) -> None:
    signing.whole = lambda _: PICKS[name](signing)


def _leaves_out_two(sent: Sent, name: str) -> bool:
    """Whether more than one part is missing, and not only one as if it had been forgotten."""
    right = Signing(sent)
    parts = [right.timestamp, right.method, right.path, right.query, right.body]
    return PICKS[name](right) not in [
        b"".join(parts[:place] + parts[place + 1 :]) for place in range(5)
    ]
