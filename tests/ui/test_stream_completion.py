"""Tab in a subscription: the channels, and the keys of the one that was named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from okx_magic.catalogue.channels import channels
from okx_magic.ui.completion import complete

if TYPE_CHECKING:
    from collections.abc import Iterable


class Nobody:
    def options(self, magic: str) -> Iterable[str]:
        del magic
        return ()

    def accounts(self) -> Iterable[str]:
        return ()

    def instruments(self, inst_type: str) -> Iterable[str]:
        return (f"an {inst_type}",)

    def variables(self, owner: str) -> Iterable[str]:
        del owner
        return ()


def offered(text: str) -> tuple[str, ...]:
    lines = text.split("\n")
    found = complete(text, len(lines) - 1, len(lines[-1]), Nobody())
    assert found is not None
    return found.candidates


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("%%okx\nticks = SUB", ["SUBSCRIBE "]),
        ("%%okx\nticks = SUBSCRIBE tickers?", ["instId="]),
        ("%%okx\nSUBSCRIBE tickers\n  ?ins", ["instId="]),
        ("%okx SUBSCRIBE tickers?instId=", ["an SPOT"]),
        ("%%okx\nSUBSCRIBE trades?instId=BTC-USDT-S", []),
        ("%%okx\nSUBSCRIBE orders?instType=ANY&", ["instFamily=", "instId="]),
        ("%%okx\nSUBSCRIBE nothing?", []),
    ],
)
def test_what_is_offered(text: str, candidates: list[str]) -> None:
    """Each place offers what fits there, and only that."""
    assert list(offered(text)) == candidates


def test_all_channels_are_offered() -> None:
    """Behind SUBSCRIBE there are all channels; what is typed narrows them."""
    assert set(offered("%%okx\nSUBSCRIBE ")) == set(channels())
    assert all("candle1" in name for name in offered("%%okx\nSUBSCRIBE candle1"))


def test_the_types_of_an_account() -> None:
    """An account's channels take ANY, which REST does not."""
    types = offered("%%okx\nSUBSCRIBE orders?instType=")
    assert types[0] == "ANY"
    assert "SWAP" in types
