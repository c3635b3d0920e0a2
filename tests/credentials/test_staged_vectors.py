"""200 requests through the three stages of signing, judged by openssl.

The cases are always the same ones, and what is expected of them is made here in other ways than by the
code under test: the timestamp by calendar arithmetic, the MAC by the program openssl. A failure names the
stage.
"""

from __future__ import annotations

import base64
import json
import random
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from openssl import NEEDS_OPENSSL, tags

from okx_magic.credentials.credentials import Credentials, prehash, signature, timestamp_text

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = NEEDS_OPENSSL

KEY = "00000000-aaaa-bbbb-cccc-000000000001"
SECRET = "FAKE0SECRET0FOR0TESTS0ONLY000001"
PASSPHRASE = "fake-pass-1"
WORDS = (
    "测试",
    "ö",
    "–",
    "\U0001f4b9",
    "İ",
    "ß",
    "a\u0301",
    "\u202e",
    "你好 世界",
    "ﬀ",
    "\u00a0",
    "Ω",
)
PATHS = (
    *("/api/v5/account/balance", "/api/v5/trade/order", "/api/v5/market/books", "/api/v5/x"),
    *("/api/v5/trade/orders-history", "/api/v5/asset/currencies", "/api/v5/users/subaccount/list"),
)


@dataclass(frozen=True)
class Case:
    name: str
    milliseconds: int
    method: str
    target: str
    body: str

    @property
    def timestamp(self) -> str:
        return calendar_text(self.milliseconds)

    @property
    def message(self) -> bytes:
        """What OKX's docs say is signed, written out."""
        parts = [self.timestamp, self.method, self.target, self.body]
        return b"".join(part.encode("utf-8") for part in parts)


def calendar_text(milliseconds: int) -> str:
    """The same as ``timestamp_text``, by counting days from the 1st of March of the year 0."""
    days, rest = divmod(milliseconds, 86_400_000)
    era, of_era = divmod(days + 719_468, 146_097)
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    year += era * 400 + (month <= 2)
    seconds, ms = divmod(rest, 1000)
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{ms:03d}"
    return f"{year:04d}-{month:02d}-{day:02d}T{clock}Z"


def _documented(chance: random.Random) -> Iterator[tuple[str, str, str]]:
    for number in range(50):
        path = chance.choice(PATHS)
        if number % 2:
            fields = {"instId": "BTC-USDT", "side": "buy", "sz": str(number), "px": f"{number}.5"}
            yield "POST", path, json.dumps(fields, separators=(",", ":"))
        else:
            query = "&".join(f"p{each}={chance.randrange(10**9)}" for each in range(number % 5))
            yield "GET", f"{path}?{query}" if query else path, ""


def _unicode(chance: random.Random) -> Iterator[tuple[str, str, str]]:
    for number in range(50):
        word = "".join(chance.sample(WORDS, 3))
        if number % 2:
            yield "POST", chance.choice(PATHS), json.dumps({"label": word}, ensure_ascii=False)
        else:
            yield "GET", f"{chance.choice(PATHS)}?label={quote(word, safe='')}", ""


def _bodies(chance: random.Random) -> Iterator[tuple[str, str, str]]:
    for number in range(50):
        order = {
            f"f{each}": chance.choice(["", "0", "a\n", '"', 1, 1.5, None]) for each in range(5)
        }
        form = chance.choice([(",", ":"), (", ", ": "), (" ,\r\n", "\t: ")])
        indent = chance.choice([None, 1, 4])
        yield (
            "POST",
            chance.choice(PATHS),
            json.dumps([order] * (number + 1), indent=indent, separators=form),
        )


def _edges(chance: random.Random) -> Iterator[tuple[str, str, str]]:
    odd = [
        "?",
        "?a",
        "?a=",
        "?=",
        "?a=&a=",
        "?a=b&&c",
        "/",
        "?a=%2C",
        "?a=%2c",
        "?a=,",
        "?a=+",
        "?a=~",
    ]
    odd += ["?a=%20", "?a='", "?a=(b)", "?a=b;c", "?" + "a" * 4000, "?a=/b/../c", "?a=?", "?a=%00"]
    bodies = [
        "{}",
        "[]",
        " {}",
        "{} ",
        "{}\n",
        "\ufeff{}",
        "x" * 70_000,
        "\0",
        '{"a":1}{"a":1}',
        "null",
    ]
    for number in range(50):
        body = bodies[number // 2 % len(bodies)] if number % 2 else ""
        yield chance.choice(["GET", "POST"]), chance.choice(PATHS) + odd[number % len(odd)], body


# Around the ends of years, months and leap days.
_STAMPS = (0, 951_782_399_999, 951_868_800_000, 1_709_164_800_000, 4_102_444_799_999)


def _time(number: int, chance: random.Random) -> int:
    return _STAMPS[number] if number < len(_STAMPS) else chance.randrange(10**12, 4 * 10**12)


def made() -> list[Case]:
    chance = random.Random(4)  # noqa: S311  # not for secrets
    kinds = {"as documented": _documented, "Unicode": _unicode, "bodies": _bodies, "edges": _edges}
    return [
        Case(f"{kind} {number}", _time(number, chance), *case)
        for kind, make in kinds.items()
        for number, case in enumerate(make(chance))
    ]


CASES = made()
cases = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@cache
def expected() -> dict[str, str]:
    found = tags((SECRET.encode(), case.message) for case in CASES)
    return {
        case.name: base64.b64encode(tag).decode() for case, tag in zip(CASES, found, strict=True)
    }


def test_there_are_two_hundred_different_ones() -> None:
    """No two share what is signed, so that no constant passes."""
    assert len({case.message for case in CASES}) == len(CASES) == 200
    assert len(set(expected().values())) == 200


@cases
def test_stages(case: Case) -> None:
    """Timestamp, prehash, signature and headers are those that were made in other ways."""
    body = case.body.encode()
    stamp = timestamp_text(case.milliseconds)
    assert stamp == case.timestamp, "stage 0: the timestamp"
    assert prehash(stamp, case.method, case.target, body) == case.message, "stage 1: the prehash"
    assert signature(SECRET, case.message) == expected()[case.name], "stage 2: the signature"
    made = Credentials(KEY, SECRET, PASSPHRASE).headers(stamp, case.method, case.target, body)
    assert made == {
        "OK-ACCESS-KEY": KEY,
        "OK-ACCESS-SIGN": expected()[case.name],
        "OK-ACCESS-TIMESTAMP": stamp,
        "OK-ACCESS-PASSPHRASE": PASSPHRASE,
    }, "stage 3: the headers"


MISTAKES = {
    "no body": lambda case: (case.timestamp + case.method + case.target).encode(),
    "the path alone": lambda case: (
        case.timestamp + case.method + case.target.partition("?")[0] + case.body
    ).encode(),
    "JSON written anew": lambda case: (
        case.timestamp + case.method + case.target + json.dumps(json.loads(case.body))
    ).encode(),
    "ASCII alone": lambda case: case.message.decode().encode("ascii", "backslashreplace"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_usual_mistake_is_caught_by_some(mistake: str) -> None:
    """The control: a signer that makes it fails at stage 1."""
    caught = 0
    for case in CASES:
        try:
            caught += MISTAKES[mistake](case) != case.message
        except ValueError:
            continue
    assert caught >= 10
