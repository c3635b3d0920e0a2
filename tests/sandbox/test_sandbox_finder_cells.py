"""The cells that the finder offers run on the sandbox as they stand (module: catalogue/texts)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from okx_magic import catalogue
from okx_magic.catalogue.channel_search import channel_example
from okx_magic.catalogue.channels import channels
from okx_magic.catalogue.finder import find
from okx_magic.catalogue.texts import example
from okx_magic.sandbox.routes.endpoints import serves
from okx_magic.sandbox.streams.channels import pushes

if TYPE_CHECKING:
    from conftest import Notebook

SERVED = [known for known in catalogue.endpoints().values() if serves(known.method, known.path)]


@pytest.mark.slow
@pytest.mark.parametrize("group", sorted({known.path.split("/")[3] for known in SERVED}))
def test_every_cell_of_the_sandbox_runs_as_it_stands(
    sandbox_notebook: Notebook, group: str
) -> None:
    """Pasted below %%okx and run, after what it says has to be run first, nothing is refused."""
    for known in SERVED:
        if known.path.split("/")[3] == group:
            sandbox_notebook.run("%okx_login sandbox")
            if first := catalogue.preparations().get((known.method, known.path)):
                text = sandbox_notebook.run("%%okx --again\n" + "\n".join(first))
                assert sandbox_notebook.error is None, f"{known.method} {known.path}: {text}"
            text = sandbox_notebook.run("%%okx --again\n" + "\n".join(example(known)))
            assert sandbox_notebook.error is None, f"{known.method} {known.path}: {text}"


def test_the_orders_of_one_instrument_are_cancelled_by_the_cell_for_it(
    sandbox_notebook: Notebook,
) -> None:
    """Those of the instrument that was asked about, and no other's."""
    sandbox_notebook.run("%okx_login sandbox")
    for coin in ("BTC", "ETH"):
        sandbox_notebook.run(
            f"%%okx\nticker = GET /api/v5/market/ticker?instId={coin}-USDT\n"
            f'POST /api/v5/trade/order\n{{"instId": "{coin}-USDT", "tdMode": "cash", "side": "buy", '
            '"ordType": "limit", "px": {{ str(round(ticker.bidPx[0] * 0.9)) }}, "sz": "0.01"}'
        )
    lines = find("cancel all orders on ETH")
    sandbox_notebook.run("\n".join(lines[lines.index("%%okx") :]))
    assert sandbox_notebook.error is None
    sandbox_notebook.run("%%okx\nleft = GET /api/v5/trade/orders-pending")
    assert list(sandbox_notebook["left"].instId) == ["BTC-USDT"]


def test_a_card_says_where_the_sandbox_has_no_such_endpoint() -> None:
    """One that it has does not say so."""
    assert not any("sandbox" in line for line in find("/api/v5/account/balance", serves))
    assert "sandbox does not offer it" in find("/api/v5/rfq/create-rfq", serves)[-1]


PUSHED = sorted(
    name for name, known in channels().items() if pushes(name) and known.bar in ("", "1m")
)


@pytest.mark.slow
@pytest.mark.parametrize("name", PUSHED)
def test_every_stream_of_the_sandbox_runs_as_it_stands(
    sandbox_notebook: Notebook, name: str
) -> None:
    """Pasted below %%okx it subscribes, and nothing in it is refused; its name is that of the stream."""
    (line,) = channel_example(channels()[name])
    text = sandbox_notebook.run(f"%%okx\n{line}")
    assert sandbox_notebook.error is None, text
    stream = sandbox_notebook[line.partition(" = ")[0]]
    stream.settled(60)
    assert stream.state == "streaming"
    sandbox_notebook.run("%okx_streams stop --all")


def test_a_channel_that_the_sandbox_refuses_says_so() -> None:
    """Those for a higher fee tier, and those that are not there."""
    for name in ("books-l2-tbt", "grid-orders-spot"):
        assert "sandbox does not offer it" in find(f"SUBSCRIBE {name}", has)[-1]
    assert not any("sandbox" in line for line in find("SUBSCRIBE tickers", has))


def has(method: str, name: str) -> bool:
    return pushes(name) if method == "SUBSCRIBE" else serves(method, name)
