"""The pytest fixture ``okx_sandbox``: an exchange of its own for each test that asks for one.

    def test_my_bot(okx_sandbox):
        bot = MyBot(okx_sandbox.url, okx_sandbox.keys.key, okx_sandbox.keys.secret, ...)
        assert bot.buy() == "filled"

``@pytest.mark.okx_sandbox(seed=1, faults="lose-answer")`` on a test says how it is started: with the
options of ``okx_magic.sandbox.Sandbox.start``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.sandbox import Sandbox


def pytest_configure(config: pytest.Config) -> None:
    """Makes the marker known."""
    config.addinivalue_line(
        "markers", "okx_sandbox(**options): how the fixture okx_sandbox is started, as by seed=1"
    )


@pytest.fixture
def okx_sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A running exchange: its url, keys (key, secret, passphrase), set_faults and more."""
    # Whoever does not use it does not wait for the web server's import.
    from okx_magic.sandbox import Sandbox  # noqa: PLC0415

    marker = request.node.get_closest_marker("okx_sandbox") or pytest.mark.okx_sandbox
    # There are no options by place: whoever gives one is told so.
    with Sandbox.start(*marker.args, **marker.kwargs) as sandbox:
        yield sandbox
