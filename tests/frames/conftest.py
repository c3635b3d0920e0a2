"""Frames of made-up answers."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from okx_magic.frames import to_frame
from okx_magic.model import Envelope, Request

if TYPE_CHECKING:
    import pandas as pd

ANSWERS: dict[str, Any] = json.loads(
    Path(__file__).with_name("answers.json").read_text("utf-8"), parse_float=Decimal
)


class FrameOf(Protocol):
    def __call__(self, endpoint: str, *data: Any, decimal: bool = False) -> pd.DataFrame: ...


@pytest.fixture(scope="session")
def answers() -> dict[str, Any]:
    """An answer's ``data`` by endpoint, one for each family."""
    return ANSWERS


@pytest.fixture(scope="session")
def frame_of() -> FrameOf:
    """The frame of an endpoint's sample answer, or of the ``data`` given."""

    def make(endpoint: str, *data: Any, decimal: bool = False) -> pd.DataFrame:
        method, path = endpoint.split()
        envelope = Envelope("0", "", data[0] if data else ANSWERS[endpoint])
        return to_frame(envelope, Request(method, path + "?x=1"), decimal=decimal)

    return make


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "sampled_endpoint" in metafunc.fixturenames:
        metafunc.parametrize("sampled_endpoint", ANSWERS)
