"""Wrong secrets and digests, by hand."""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, unquote_plus

from byhand import Sent, Signing, pattern, register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AT_AN_END = {
    "a line break": "\n",
    "a Windows line break (CR LF)": "\r\n",
    "a carriage return": "\r",
    "a blank": " ",
    "two blanks": "  ",
    "a tab": "\t",
    "a byte order mark": "\ufeff",
    "a byte order mark read as latin-1": "\ufeff".encode().decode("latin-1"),
    "a no-break space": "\xa0",
    "a zero-width space": "\u200b",
    "a double quote": '"',
    "a single quote": "'",
    "a comma": ",",
    "a semicolon": ";",
    "an equals sign": "=",
    "a backslash and an n": "\\n",
    "a full stop": ".",
    "a backslash": "\\",
    "a # sign": "#",
    "a blank and a line break": " \n",
    "two line breaks": "\n" * 2,
}
AROUND = {
    "double quotes": '"%s"',
    "double quotes with a comma": '"%s",',
    "single quotes": "'%s'",
    "blanks": " %s ",
    "line breaks": "\n%s\n",
    "typographic quotes": "“%s”",
    "typographic single quotes": "‘%s’",
    "backticks": "`%s`",
    "angle brackets": "<%s>",
    "square brackets": "[%s]",
    "braces": "{%s}",
    "parentheses": "(%s)",
    "b'…' of a Python repr": "b'%s'",
    "escaped quotes": '\\"%s\\"',
}


def _set(change: Callable[[Sent], str | bytes]) -> Callable[[Signing], None]:
    def apply(signing: Signing) -> None:
        secret = change(signing.sent)
        signing.secret = secret if isinstance(secret, bytes) else secret.encode()

    return apply


for _name, _text in AT_AN_END.items():
    register(f"{_name} behind the secret", "secret", _set(lambda s, t=_text: s.secret + t))
    register(f"{_name} before the secret", "secret", _set(lambda s, t=_text: t + s.secret))
for _name, _text in AROUND.items():
    register(f"{_name} around the secret", "secret", _set(lambda s, t=_text: t % s.secret))
    register(
        f"{_name} around the secret and a line break behind",
        "secret",
        _set(lambda s, t=_text: t % s.secret + "\n"),
    )

for _name in (
    *("OKX_SECRET_KEY", "OKX_API_SECRET", "OKX_SECRET", "SECRET_KEY", "API_SECRET", "SECRET"),
):
    register(f"{_name}= before the secret", "secret", _set(lambda s, n=_name: f"{n}={s.secret}"))

MARKS = "#$&;=:!%^*|<>@~\\"


@pattern(
    r"the secret cut off at its (?P<mark>.)",
    "secret",
    lambda sent: [f"the secret cut off at its {mark}" for mark in MARKS if mark in sent.secret],
)
def _cut(signing: Signing, mark: str) -> None:
    signing.secret = signing.sent.secret.split(mark)[0].encode()


@pattern(
    r"the secret cut off up to its (?P<mark>.)",
    "secret",
    lambda sent: [f"the secret cut off up to its {mark}" for mark in MARKS if mark in sent.secret],
)
def _cut_front(signing: Signing, mark: str) -> None:
    signing.secret = signing.sent.secret.split(mark, 1)[1].encode()


@pattern(
    r"the (?P<mark>.) in the secret lost",
    "secret",
    lambda sent: [f"the {mark} in the secret lost" for mark in MARKS if mark in sent.secret],
)
def _lost(signing: Signing, mark: str) -> None:
    signing.secret = "".join(c for c in signing.sent.secret if c != mark).encode()


PLACEHOLDERS = (
    *("YOUR_SECRET_KEY", "YOUR_API_SECRET", "YOUR_SECRET", "your_secret_key", "your_api_secret"),
    *("your_secret", "your-secret-key", "your-api-secret", "your-secret", "<secret>", "secret"),
    *("SECRET_KEY", "API_SECRET", "secret_key", "api_secret", "secretKey", "apiSecret", "xxx"),
    *("OKX_SECRET_KEY", "OKX_API_SECRET", "OKX_SECRET", "$OKX_SECRET_KEY", "${OKX_SECRET_KEY}"),
    *("$OKX_API_SECRET", "${OKX_API_SECRET}", "{{secret}}", "{secret}", "YourSecretKey", "test"),
    *("{{ secret }}", "your secret key", "{{secretKey}}", "{{secret_key}}", "{{SECRET_KEY}}"),
    *("{{apiSecret}}", "{{api_secret}}", "<your secret key>", "$SECRET_KEY", "${SECRET_KEY}"),
    *("%SECRET_KEY%", "%OKX_SECRET_KEY%"),
)
for _word in PLACEHOLDERS:
    register(f"the placeholder {_word} for a secret", "secret", _set(lambda _, w=_word: w))


def _md5(text: str) -> hashlib._Hash:
    return hashlib.md5(text.encode(), usedforsecurity=False)


SIMPLE: dict[str, Callable[[Sent], str | bytes]] = {
    "the ********** of a masked value for a secret": lambda _: "*" * 10,
    "an empty secret": lambda _: "",
    "the word None for a secret": lambda _: str(None),
    "the word null for a secret": lambda _: "null",
    "the word undefined for a secret": lambda _: "undefined",
    "the passphrase in place of the secret": lambda s: s.passphrase,
    "the API key in place of the secret": lambda s: s.key,
    "the API key without dashes in place of the secret": lambda s: "".join(s.key.split("-")),
    "the passphrase behind the secret": lambda s: f"{s.secret}{s.passphrase}",
    "the passphrase before the secret": lambda s: f"{s.passphrase}{s.secret}",
    "the API key behind the secret": lambda s: f"{s.secret}{s.key}",
    "the API key before the secret": lambda s: f"{s.key}{s.secret}",
    "secret and passphrase joined by a colon": lambda s: f"{s.secret}:{s.passphrase}",
    "API key and secret joined by a colon": lambda s: f"{s.key}:{s.secret}",
    "secret and passphrase joined by &": lambda s: f"{s.secret}&{s.passphrase}",
    "an & behind the secret (as OAuth 1 does)": lambda s: f"{s.secret}&",
    "the first character of the secret lost": lambda s: s.secret[1:],
    "the last character of the secret lost": lambda s: s.secret[: len(s.secret) - 1],
    "the first two characters of the secret lost": lambda s: s.secret[2:],
    "the last two characters of the secret lost": lambda s: s.secret[: len(s.secret) - 2],
    "the last three characters of the secret lost": lambda s: s.secret[: len(s.secret) - 3],
    "the first and the last character of the secret lost": lambda s: s.secret[
        1 : len(s.secret) - 1
    ],
    "a $name in the secret filled in by the shell": lambda s: re.sub(
        r"\$(\w+|\{\w+\})", "", s.secret
    ),
    "the dashes in the secret lost": lambda s: "".join(s.secret.split("-")),
    "the zeros at the front of the secret lost": lambda s: re.sub("^0+", "", s.secret),
    "only the first 8 characters of the secret": lambda s: s.secret[:8],
    "only the first 16 characters of the secret": lambda s: s.secret[:16],
    "only the last 16 characters of the secret": lambda s: s.secret[-16:],
    "only the first 20 characters of the secret": lambda s: s.secret[:20],
    "only the first 24 characters of the secret": lambda s: s.secret[:24],
    "the secret written twice": lambda s: s.secret + s.secret,
    "the secret's first character written twice": lambda s: s.secret[0] + s.secret,
    "the secret's last character written twice": lambda s: s.secret + s.secret[-1],
    "the secret in reverse": lambda s: "".join(reversed(s.secret)),
    "the secret in lower case": lambda s: s.secret.lower(),
    "the secret in upper case": lambda s: s.secret.upper(),
    "the secret's upper and lower case exchanged": lambda s: s.secret.swapcase(),
    "only the first letter of the secret in upper case": lambda s: s.secret.capitalize(),
    "the secret decoded from Base64 first": lambda s: base64.b64decode(s.secret + "==="),
    "the secret decoded from URL-safe Base64 first": lambda s: base64.urlsafe_b64decode(
        s.secret + "==="
    ),
    "the secret decoded from Base32 first": lambda s: base64.b32decode(
        s.secret + "=" * (-len(s.secret) % 8), casefold=True
    ),
    "the secret decoded from hexadecimal first": lambda s: bytes.fromhex(s.secret),
    "the secret encoded in Base64 first": lambda s: base64.b64encode(s.secret.encode()),
    "the secret encoded in hexadecimal first": lambda s: s.secret.encode().hex(),
    "the secret as UTF-16": lambda s: s.secret.encode("utf-16")[2:],
    "the secret as UTF-16 with a byte order mark": lambda s: s.secret.encode("utf-16"),
    "the secret as big-endian UTF-16": lambda s: s.secret.encode("utf-16-be"),
    "the secret as UTF-32": lambda s: s.secret.encode("utf-32-le"),
    "the secret percent-encoded": lambda s: quote(s.secret, safe=""),
    "the secret percent-decoded": lambda s: unquote(s.secret),
    "the secret decoded as a form value (+ to blank)": lambda s: unquote_plus(s.secret),
    "the secret escaped for HTML": lambda s: html.escape(s.secret),
    "the secret escaped for JSON": lambda s: json.dumps(s.secret)[1:-1],
    "the secret's backslashes doubled": lambda s: s.secret.replace("\\", "\\\\"),
    "the SHA-256 of the secret in its place": lambda s: hashlib.sha256(s.secret.encode()).digest(),
    "the SHA-256 of the secret as hexadecimal text in its place": lambda s: hashlib.sha256(
        s.secret.encode()
    ).hexdigest(),
    "the SHA-512 of the secret in its place": lambda s: hashlib.sha512(s.secret.encode()).digest(),
    "the MD5 of the secret in its place": lambda s: _md5(s.secret).digest(),
    "the MD5 of the secret as hexadecimal text in its place": lambda s: _md5(s.secret).hexdigest(),
}
for _name, _change in SIMPLE.items():
    register(_name, "secret", _set(_change))

register("stars in place of the secret", "slip", _set(lambda s: re.sub(".", "*", s.secret)))
register("dots in place of the secret", "slip", _set(lambda s: re.sub(".", "•", s.secret)))
MASKS = {"three dots": ".." + ".", "an ellipsis": "…", "three stars": "***", "four stars": "****"}
for _title, _mask in MASKS.items():
    for _ends in (3, 4):
        register(
            f"the secret masked, {_ends} characters, {_title}, {_ends} characters",
            "slip",
            _set(lambda s, n=_ends, m=_mask: m.join((s.secret[:n], s.secret[len(s.secret) - n :]))),
        )


@pattern(
    r"only the (?P<end>first|last) (?P<count>\d+) characters of the secret",
    "slip",
    lambda _: [f"only the {end} 11 characters of the secret" for end in ("first", "last")],
)
def _part(signing: Signing, end: str, count: str) -> None:
    text, length = signing.sent.secret, int(count)
    signing.secret = (text[:length] if end == "first" else text[-length:]).encode()


# ---- one slip of typing ---------------------------------------------------------------------------


@pattern(
    r"the character at position (?P<at>\d+) of the secret left out",
    "slip",
    lambda sent: [f"the character at position {len(sent.secret) // 2} of the secret left out"],
)
def _left_out(signing: Signing, at: str) -> None:
    text = list(signing.sent.secret)
    del text[int(at) - 1]
    signing.secret = "".join(text).encode()


@pattern(
    r"the character at position (?P<at>\d+) of the secret typed twice",
    "slip",
    lambda _: ["the character at position 5 of the secret typed twice"],
)
def _doubled(signing: Signing, at: str) -> None:
    text = list(signing.sent.secret)
    text.insert(int(at), text[int(at) - 1])
    signing.secret = "".join(text).encode()


@pattern(
    r"the characters at positions (?P<at>\d+) and \d+ of the secret swapped",
    "slip",
    lambda _: ["the characters at positions 3 and 4 of the secret swapped"],
)
def _swapped(signing: Signing, at: str) -> None:
    text, place = list(signing.sent.secret), int(at) - 1
    text[place], text[place + 1] = text[place + 1], text[place]
    signing.secret = "".join(text).encode()


@pattern(
    r"another character at position (?P<at>\d+) of the secret",
    "slip",
    lambda _: [f"another character at position {at} of the secret" for at in (1, 9)],
)
def _other(signing: Signing, at: str) -> None:
    text, place = list(signing.sent.secret), int(at) - 1
    text[place] = "o" if text[place] != "o" else "0"
    signing.secret = "".join(text).encode()


# ---- digests --------------------------------------------------------------------------------------

HASHES = {
    "SHA-256": hashlib.sha256,
    "SHA-1": hashlib.sha1,
    "SHA-384": hashlib.sha384,
    "SHA-512": hashlib.sha512,
    "MD5": hashlib.md5,
    "SHA-224": hashlib.sha224,
    "SHA3-256": hashlib.sha3_256,
    "SHA3-512": hashlib.sha3_512,
    "BLAKE2s": hashlib.blake2s,
    "BLAKE2b": hashlib.blake2b,
    "SHA-512/256": lambda data=b"": hashlib.new("sha512_256", data),
    "SM3": lambda data=b"": hashlib.new("sm3", data),
    "RIPEMD-160": lambda data=b"": hashlib.new("ripemd160", data),
}


def _digests(name: str) -> Iterator[tuple[str, Callable[[bytes, bytes], bytes]]]:
    made = HASHES[name]
    try:
        made()
    except ValueError:  # this OpenSSL does not have it
        return
    if name != "SHA-256":
        yield f"HMAC-{name} in place of HMAC-SHA-256", lambda k, m: hmac.new(k, m, made).digest()
    yield f"plain {name} of the prehash, without the secret", lambda _, m: made(m).digest()
    yield (
        f"plain {name} of the prehash with the secret behind it",
        lambda k, m: made(m + k).digest(),
    )
    yield (
        f"plain {name} of the prehash with the secret before it",
        lambda k, m: made(k + m).digest(),
    )
    yield (
        f"HMAC-{name} with key and message swapped: under the prehash, of the secret",
        lambda k, m: hmac.new(m, k, made).digest(),
    )
    yield (
        f"HMAC-{name} of the HMAC",
        lambda k, m: hmac.new(k, hmac.new(k, m, made).digest(), made).digest(),
    )


for _name in HASHES:
    for _title, _made in _digests(_name):
        register(_title, "digest", lambda signing, made=_made: setattr(signing, "digest", made))
