"""The ``OKX_…`` variables: their two spellings, their settings, their mistakes."""

from __future__ import annotations

import pytest

from okx_magic.credentials.source_values import read_settings, read_variables
from okx_magic.errors import CredentialsError

VALUES = {
    "OKX_API_KEY": "985d5b66-57ce-40fb-b714-afc0b9787083",
    "OKX_SECRET_KEY": "0123456789ABCDEF0123456789ABCDEF",
    "OKX_PASSPHRASE": "Correct-Horse-9!",
}
ALIASES = [("OKX_SECRET_KEY", "OKX_API_SECRET"), ("OKX_PASSPHRASE", "OKX_API_PASSPHRASE")]


def headers(variables: dict[str, str]) -> dict[str, str]:
    found = read_variables(variables, "a test")
    assert found is not None
    return found.credentials.headers("", "GET", "/", b"")


def test_no_variables_are_no_account() -> None:
    """Settings without any credential are not a partial set."""
    assert read_variables({}, "a test") is None
    assert read_variables({"OKX_DEMO": "0", "OKX_SITE": "eea"}, "a test") is None


@pytest.mark.parametrize(("name", "alias"), ALIASES)
def test_another_spelling_will_do(name: str, alias: str) -> None:
    """Either name of a variable works, and both together when they agree, apart from spaces."""
    both = {**VALUES, alias: f" {VALUES[name]}\n"}
    other = {key: value for key, value in both.items() if key != name}
    assert headers(both) == headers(other) == headers(VALUES)


@pytest.mark.parametrize(("name", "alias"), ALIASES)
def test_two_spellings_that_disagree(name: str, alias: str) -> None:
    """Two values for one thing are an error that names both variables and neither value."""
    with pytest.raises(
        CredentialsError, match=f"{name} and {alias} have different values"
    ) as caught:
        read_variables({**VALUES, alias: "something-else"}, "a test")
    told = repr((caught.value, vars(caught.value)))
    assert VALUES[name] not in told
    assert "something-else" not in told


@pytest.mark.parametrize(
    ("site", "url"),
    [
        ("", "https://openapi.okx.com"),
        ("global", "https://openapi.okx.com"),
        (" EEA ", "https://eea.okx.com"),
        ("us", "https://us.okx.com"),
    ],
)
def test_the_site_decides_the_host(site: str, url: str) -> None:
    """Each site has its host; an explicit base URL goes before it."""
    assert read_settings({"OKX_SITE": site}).base_url == url
    base_url = "https://aws.okx.com"
    assert read_settings({"OKX_SITE": site, "OKX_API_BASE_URL": base_url}).base_url == base_url


@pytest.mark.parametrize(("text", "seconds"), [("", 15.0), ("2500", 2.5), ("1", 0.001)])
def test_the_timeout_is_in_milliseconds(text: str, seconds: float) -> None:
    """OKX_TIMEOUT_MS becomes seconds, 15 when it is not set."""
    assert read_settings({"OKX_TIMEOUT_MS": text}).timeout == seconds


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("OKX_DEMO", "maybe", "OKX_DEMO is neither 1"),
        ("OKX_SITE", "mars", "OKX_SITE does not name a site"),
        *(
            ("OKX_TIMEOUT_MS", value, "OKX_TIMEOUT_MS is not a number")
            for value in ("soon", "0", "-1", "1.5", "600001", "٣", "9" * 5000)
        ),
    ],
)
def test_an_unfit_setting_names_the_variable(variable: str, value: str, message: str) -> None:
    """A setting that cannot be meant is one clear error, which does not repeat it."""
    with pytest.raises(CredentialsError, match=message) as caught:
        read_variables({**VALUES, variable: value}, "a test")
    assert len(str(caught.value)) < 160
    assert caught.value.__context__ is None
