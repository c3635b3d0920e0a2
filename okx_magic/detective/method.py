"""The method in wrong forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okx_magic.detective.mistakes import RARE, USUAL, Mistake, touched, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.detective.mistakes import Wrong

_CORRECTION = "sign the method in capitals, the very one of the request line"
_OTHERS = ("GET", "POST", "PUT", "DELETE", "PATCH")


def once(method: str) -> Iterator[Wrong]:
    """The methods of one mistake, for a request of ``method``."""
    yield from touched("m", method, _CORRECTION)
    for text, name, reach in (
        ("", "the method left out", USUAL),
        (f"Method.{method}", "the method as an Enum prints itself", RARE),
        (f"HttpMethod.{method}", "the method as an Enum prints itself", RARE),
        (f"HTTPMethod.{method}", "the method as an Enum prints itself", RARE),
        (f"HttpMethod.{method.title()}", "the method as .NET prints an HttpMethod", RARE),
        ("function toUpperCase() { [native code] }", "the method's toUpperCase not called", RARE),
        ("null", "the word null for a method", RARE),
        ("None", "the word None for a method", RARE),
        ("undefined", "the word undefined for a method", RARE),
    ):
        yield wrong(text, Mistake(name, _CORRECTION, reach))
    for other in _OTHERS:
        name = f"the method {other}"
        yield wrong(other, Mistake(name, _CORRECTION, USUAL if other in _OTHERS[:2] else RARE))
        yield wrong(other.lower(), Mistake(f"{name} in lower case", _CORRECTION, RARE))
