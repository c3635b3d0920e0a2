"""The proxy that the environment names, and what is no proxy."""

from __future__ import annotations

import pytest

from okx_magic.credentials.account import checked_proxy, proxy_for, without_userinfo
from okx_magic.errors import CredentialsError

PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
def test_each_variable_names_the_proxy(name: str) -> None:
    """Both spellings of both variables are read."""
    assert proxy_for("www.okx.com", {name: PROXY}) == PROXY


@pytest.mark.parametrize("environ", [{}, {"HTTPS_PROXY": ""}, {"HTTP_PROXY": PROXY}])
def test_no_proxy_is_named(environ: dict[str, str]) -> None:
    """An empty variable names none, and that for plain http is not for OKX."""
    assert proxy_for("www.okx.com", environ) is None


def test_the_proxy_for_https_goes_before_the_general_one() -> None:
    """HTTPS_PROXY wins over ALL_PROXY, and the small spelling over the large."""
    environ = {"ALL_PROXY": "http://c:1", "HTTPS_PROXY": "http://b:1"}
    assert proxy_for("www.okx.com", environ) == "http://b:1"
    assert proxy_for("www.okx.com", {**environ, "https_proxy": "http://a:1"}) == "http://a:1"


@pytest.mark.parametrize(
    ("exemptions", "exempt"),
    [
        ("*", True),
        ("www.okx.com", True),
        ("okx.com", True),
        (".okx.com", True),
        ("*.okx.com", True),
        ("localhost, OKX.com:443", True),
        ("kx.com", False),
        ("my.okx.com", False),
        ("", False),
        (",", False),
    ],
)
@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
def test_no_proxy_exempts_domains(name: str, exemptions: str, exempt: bool) -> None:  # noqa: FBT001 - a table
    """NO_PROXY exempts a host by its name or by a whole domain above it."""
    proxy = proxy_for("www.okx.com", {"HTTPS_PROXY": PROXY, name: exemptions})
    assert proxy == (None if exempt else PROXY)


def test_a_bare_host_and_port_is_an_http_proxy() -> None:
    """The form without a scheme, which many tools take, is completed."""
    assert checked_proxy(" proxy.example:3128\n", "HTTPS_PROXY") == PROXY


@pytest.mark.parametrize(
    "text",
    [
        "socks5://me:Passw0rd@proxy.example:1080",
        "http://",
        "http://me:Passw0rd@",
        "http://proxy.example:port",
        "http://proxy.example:0",
        "http://proxy.example:99999",
        "http://proxy.example/path",
        "http://proxy .example",
        "http://[::1",
        "://Passw0rd",
    ],
)
def test_a_malformed_proxy_is_one_clear_error(text: str) -> None:
    """The error names the variable and repeats nothing of its value."""
    with pytest.raises(
        CredentialsError, match="HTTPS_PROXY is not the URL of an http proxy"
    ) as caught:
        proxy_for("www.okx.com", {"HTTPS_PROXY": text})
    assert "Passw0rd" not in str(caught.value)
    assert "example" not in str(caught.value)
    assert caught.value.__context__ is None


def test_userinfo_is_not_shown() -> None:
    """User and password are cut from what is shown, also when the password holds an @."""
    assert without_userinfo("http://me:p@ss@proxy.example:3128") == PROXY
