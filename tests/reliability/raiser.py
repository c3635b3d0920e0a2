"""Raises whatever a test wants at whatever line of a send, and notes what was signed."""

from __future__ import annotations

import linecache
import sys
from typing import TYPE_CHECKING, Any

from okx_magic.wire import sender

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    import pytest

OURS = ("/okx_magic/",)
LIBRARIES = ("/okx_magic/", "/urllib3/", "/http/client", "/requests/", "/json/", "/hmac")


class ForeignError(Exception):
    """As the handler of an alarm raises it: neither ours nor Ctrl-C."""


class Raiser:
    """Raises ``error`` at the ``number``-th line of these places that is run, the sandbox apart."""

    def __init__(self, number: int, error: type[BaseException], places: tuple[str, ...]) -> None:
        self.left = number
        self._error = error
        self._places = places

    def __call__(self, frame: FrameType, _: str, __: object) -> Any:
        name = frame.f_code.co_filename
        ours = any(place in name for place in self._places) and "/sandbox/" not in name
        return self.line if ours else None

    def line(self, frame: FrameType, event: str, _: object) -> Any:
        text = linecache.getline(frame.f_code.co_filename, frame.f_lineno).lstrip()
        # Python traces the end of a block as a second visit to its first line; no signal comes there.
        if event == "line" and not text.startswith("with "):
            self.left -= 1
            if self.left == 0:
                sys.settrace(None)
                raise self._error
        return self.line


def struck(raiser: Raiser, act: Callable[[], object]) -> BaseException | None:
    """What came of ``act``."""
    before = sys.gettrace()
    sys.settrace(raiser)
    try:
        act()
    except BaseException as error:  # noqa: BLE001  # whatever it is
        return error
    finally:
        sys.settrace(before)
    return None


def signatures(patch: pytest.MonkeyPatch) -> list[str]:
    """Each signature that is made from now on."""
    made: list[str] = []
    sign = sender.Sender._sign

    def noted(*arguments: Any) -> Any:
        signed = sign(*arguments)
        made.append(signed[1]["OK-ACCESS-SIGN"])
        return signed

    patch.setattr(sender.Sender, "_sign", noted)
    return made
