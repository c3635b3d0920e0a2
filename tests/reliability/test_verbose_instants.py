"""What a person sees under %xmode Verbose of a cell that was struck at whatever instant: no secret.

Ten instants each; ``-m slow`` tries 25, in full 600.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from many import many
from raiser import LIBRARIES, ForeignError, Raiser, signatures, struck

from okx_magic.wire import sender

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Notebook

QUICK = 10
SLOW = pytest.param(many(600, 25), marks=pytest.mark.slow)
CELL = (
    "%%okx {}\nPOST /api/v5/trade/order\n"
    '{{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"limit","px":"{}","sz":"0.01"}}'
)


@pytest.fixture
def signs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each signature that is made."""
    return signatures(monkeypatch)


def shown(
    notebook: Notebook, error: type[BaseException], count: int, option: str
) -> Iterator[tuple[str, bool]]:
    """What each of so many cells leaves on the screen, and whether it was struck."""
    notebook.run("%okx_login demo")
    notebook.run("%xmode Verbose")
    notebook.run(CELL.format(option, 9999))
    whole = Raiser(10**9, error, LIBRARIES)
    assert struck(whole, lambda: notebook.run(CELL.format(option, 9998))) is None
    lines, draw = 10**9 - whole.left, random.Random(15)  # noqa: S311  # a draw of instants
    for number in range(1, count + 1):
        raiser, texts = Raiser(draw.randint(1, lines), error, LIBRARIES), list[str]()
        cell = CELL.format(option, number)
        struck(raiser, lambda: texts.append(notebook.run(cell)))  # noqa: B023  # at once
        if failed := notebook.error is not None:
            texts.append(notebook.run("%tb Verbose"))
        yield "\n".join(texts), failed


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("option", ["", "--dry-run"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, ForeignError])
@pytest.mark.parametrize("count", [QUICK, SLOW])
def test_no_traceback_shows_a_secret(
    notebook: Notebook,
    keys: Any,
    signs: list[str],
    error: type[BaseException],
    option: str,
    count: int,
) -> None:
    """Neither in the traceback of the cell nor in %tb: not the secret, the passphrase or a signature."""
    _, secrets = keys
    errors = 0
    for text, failed in shown(notebook, error, count, option):
        errors += failed
        assert not [each for each in (*secrets, *signs) if each in text], text
    assert errors > count // 2


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_with_its_frames_it_would(
    notebook: Notebook, keys: Any, signs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: an error that keeps the frames it came through shows what was signed."""
    monkeypatch.setattr(sender, "without_frames", lambda error: error)
    _, secrets = keys
    assert any(
        each in text
        for text, _ in shown(notebook, ForeignError, 9 * QUICK, "")
        for each in (*secrets, *signs)
    )
