"""The pytest fixture ``okx_sandbox``: a separate exchange for each test that asks for one.

It is there wherever okx_magic is installed; a test file needs no import for it::

    import urllib.request

    import pytest

    def test_my_bot(okx_sandbox):
        # A bot takes okx_sandbox.url, and the key, secret and passphrase of okx_sandbox.demo.
        with urllib.request.urlopen(okx_sandbox.url + "/api/v5/public/time") as answer:
            assert answer.status == 200

    @pytest.mark.okx_sandbox(seed=1, faults="lose-answer")
    def test_my_bot_when_an_answer_is_lost(okx_sandbox):
        okx_sandbox.set_faults("502-after")  # or later, in the middle of a test

The marker takes the options of ``okx_magic.sandbox.Sandbox.start``.
"""

# Tested in ``tests/test_examples.py``.

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
    """A running exchange (``okx_magic.sandbox.Sandbox``): ``url``, ``demo`` (``key``, ``secret``,
    ``passphrase``), ``set_faults`` and more. It is stopped after the test.
    """
    # Imported here, so that tests without it do not wait for the web server.
    from okx_magic.sandbox import Sandbox  # noqa: PLC0415

    marker = request.node.get_closest_marker("okx_sandbox") or pytest.mark.okx_sandbox
    # It takes no positional options; Sandbox.start raises for one.
    with Sandbox.start(*marker.args, **marker.kwargs) as sandbox:
        yield sandbox
