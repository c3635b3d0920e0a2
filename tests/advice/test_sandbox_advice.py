"""What a refusal of the sandbox advises, however it is dressed: never real money (``advice/causes``)."""

from __future__ import annotations

import dataclasses
import re

import pytest
from cases import account, exchange

from okx_magic import catalogue
from okx_magic.advice.causes import Case, causes, remedy_after
from okx_magic.errors import TransportError
from okx_magic.model import Environment, Request

# "live" stands in what is found, where it is how the sandbox is dressed, and in no way out.
_REAL = re.compile(r"\blive\b|real money|www\.okx|my\.okx|deposit", re.IGNORECASE)
_DRESSES: dict[Environment, str] = {
    "demo": "http://127.0.0.1:1",
    "live": "https://127.0.0.1:1",
}
_ASKED = (
    Request("GET", "/api/v5/account/balance"),
    Request("GET", "/api/v5/rfq/rfqs"),
    Request("POST", "/api/v5/trade/order", "{}"),
    Request("POST", "/api/v5/asset/withdrawal", "{}"),
    Request("POST", "/api/v5/finance/savings/purchase-redempt", "{}"),
)


def remedy(code: str, environment: Environment, request: Request, **changes: str) -> str:
    """What is advised after a refusal with a code, at that address."""
    known = catalogue.explain(code)
    assert known is not None
    said = f"{code} {known.msg}"
    refused = dataclasses.replace(exchange(request), code=code, outcome=said)
    return remedy_after(causes(Case(code, account(environment, **changes), refused)), known.remedy)


@pytest.mark.parametrize("environment", _DRESSES)
@pytest.mark.parametrize("request_", _ASKED, ids=str)
def test_no_code_of_the_sandbox_points_to_real_money(
    environment: Environment, request_: Request
) -> None:
    """Each code that OKX has, whichever request was refused with it."""
    local = _DRESSES[environment]
    codes = [code for code in catalogue.codes() if "_" not in code and code != "0"]
    pointing = [
        code for code in codes if _REAL.search(remedy(code, environment, request_, base_url=local))
    ]
    assert pointing == []


def test_at_okx_a_key_of_the_other_kind_has_another_way_out() -> None:
    """The control: there the profile says whether it is demo trading."""
    assert _REAL.search(remedy("50101", "demo", _ASKED[0]))


@pytest.mark.parametrize("environment", _DRESSES)
def test_no_answer_of_the_sandbox_points_there_either(environment: Environment) -> None:
    """A page in its place, or none."""
    local = account(environment, base_url=_DRESSES[environment])
    lost = TransportError("no connection", written=False)
    for status in (None, 200, 404, 502):
        refused = dataclasses.replace(exchange(), code="", outcome="HTML", status=status)
        assert not _REAL.search(remedy_after(causes(Case("", local, refused)), lost.remedy))
