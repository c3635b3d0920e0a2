"""Other digests than HMAC-SHA256 of the prehash under the secret, and wrong secrets in words."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from okx_magic.credentials.macs import RIGHT, Construction, Scheme, digest_size
from okx_magic.credentials.text_changes import CHANGES
from okx_magic.detective.mistakes import KNOWN, RARE, USUAL, Mistake

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from okx_magic.credentials.secret_variants import Kind

HMAC = (
    "compute HMAC-SHA256 with the secret as key and the prehash as message:"
    " hmac.new(secret.encode(), prehash.encode(), hashlib.sha256)"
)
"""What to compute."""

_HASHES = {
    "sha256": "SHA-256",
    "sha1": "SHA-1",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
    "md5": "MD5",
    "sha224": "SHA-224",
    "sha3_256": "SHA3-256",
    "sha3_512": "SHA3-512",
    "sha512_256": "SHA-512/256",
    "blake2s": "BLAKE2s",
    "blake2b": "BLAKE2b",
    "sm3": "SM3",
    "ripemd160": "RIPEMD-160",
}
_WORDS: Mapping[Construction, str] = {
    "hmac": "HMAC-{} in place of HMAC-SHA-256",
    "no key": "plain {} of the prehash, without the secret",
    "message then key": "plain {} of the prehash with the secret behind it",
    "key then message": "plain {} of the prehash with the secret before it",
    "key and message swapped": "HMAC-{} with key and message swapped: under the prehash, of the secret",
    "hmac twice": "HMAC-{} of the HMAC",
}


class Named(NamedTuple):
    """A wrong scheme and the mistake that it is."""

    scheme: Scheme
    mistake: Mistake


def schemes(sizes: set[int]) -> list[Named]:
    """The wrong schemes whose digests have one of these sizes in bytes."""
    fitting = [name for name in _HASHES if digest_size(name) in sizes]
    return [named for name in fitting for named in _schemes_of(name)]


def _schemes_of(hash_name: str) -> Iterator[Named]:
    for construction, words in _WORDS.items():
        scheme = Scheme(construction, hash_name)
        if scheme != RIGHT:
            simple = construction in ("hmac", "no key", "key and message swapped")
            common = hash_name in ("sha256", "sha1", "sha384", "sha512", "md5")
            reach = RARE if not common else USUAL if simple else KNOWN
            yield Named(scheme, Mistake(words.format(_HASHES[hash_name]), HMAC, reach))


# ---- the secret -----------------------------------------------------------------------------------

_SECRET_CORRECTIONS: Mapping[Kind, str] = {
    "around": "take off what stands around the secret where it is read (secret.strip()): OKX gave out"
    " its letters and digits alone",
    "lost": "give the whole secret: where a shell, a .env file or TOML reads it, put it in single"
    " quotes, and compare its length with the original's",
    "case": "leave the secret's capitals and small letters as OKX showed them",
    "other value": "use the secret key as the key of the HMAC: the passphrase and the API key have"
    " headers of their own",
    "placeholder": "put your own secret in the place that is meant for it, and check that it is read",
    "coded": "use the secret's text as it is: its characters, as UTF-8 bytes, are the key",
    "text": "use the secret's text as it is: its characters, as UTF-8 bytes, are the key",
    "slip": "copy the secret instead of typing it",
}
_REACHES = {change.name: change.reach for change in CHANGES["s"]}
# Of the forms that the table of text changes does not have: the likeliest, and the least likely.
_USUAL_FORMS = frozenset(
    {
        "an empty secret",
        "the word None for a secret",
        "the first character of the secret lost",
        "the last character of the secret lost",
        "the secret cut off at its #",
        "the secret cut off at its $",
        "the passphrase in place of the secret",
        "the API key in place of the secret",
        "the secret decoded from Base64 first",
        "the secret decoded from hexadecimal first",
        "the secret encoded in Base64 first",
    }
)
_RARE_KINDS = frozenset({"placeholder", "slip"})
_RARE_WORDS = (
    *("and a line break behind", "characters of the secret", "written twice", "in reverse"),
    *("joined by", "OAuth", "SHA-512", "MD5", "Base32"),
)


@cache
def secret_mistake(name: str, kind: Kind) -> Mistake:
    """The mistake that a wrong form of the secret is."""
    if name in _REACHES:
        reach = _REACHES[name]
    elif name in _USUAL_FORMS:
        reach = USUAL
    elif kind in _RARE_KINDS or any(words in name for words in _RARE_WORDS):
        reach = RARE
    else:
        reach = KNOWN
    return Mistake(name, _SECRET_CORRECTIONS[kind], reach)
