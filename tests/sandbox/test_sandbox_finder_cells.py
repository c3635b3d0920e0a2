"""The cells that the finder offers run on the sandbox as they stand (module: catalogue/texts)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from okx_magic import catalogue
from okx_magic.catalogue.texts import example, find
from okx_magic.sandbox.routes.endpoints import serves

if TYPE_CHECKING:
    from conftest import Notebook

SERVED = [known for known in catalogue.endpoints().values() if serves(known.method, known.path)]


@pytest.mark.slow
@pytest.mark.parametrize("group", sorted({known.path.split("/")[3] for known in SERVED}))
def test_every_cell_of_the_sandbox_runs_as_it_stands(
    sandbox_notebook: Notebook, group: str
) -> None:
    """Pasted below %%okx and run, nothing in it is refused."""
    for known in SERVED:
        if known.path.split("/")[3] == group:
            sandbox_notebook.run("%okx_login sandbox")
            text = sandbox_notebook.run("%%okx --again\n" + "\n".join(example(known)))
            assert sandbox_notebook.error is None, f"{known.method} {known.path}: {text}"


def test_a_card_says_where_the_sandbox_has_no_such_endpoint() -> None:
    """One that it has does not say so."""
    assert not any("sandbox" in line for line in find("/api/v5/account/balance", serves))
    assert "sandbox does not offer it" in find("/api/v5/rfq/create-rfq", serves)[-1]
