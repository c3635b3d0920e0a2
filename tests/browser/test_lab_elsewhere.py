"""A key in the wrong environment, in a real JupyterLab: the panel finds its home when it may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trustme
from panelpage import PanelPage

from okx_magic.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Lab
    from playwright.sync_api import Browser


@pytest.fixture
def site(lab: Lab, tmp_path: Path) -> Iterator[Sandbox]:
    """A site over TLS, and a profile that takes one of its demo keys for a live one."""
    authority = trustme.CA()
    certificate, bundle = tmp_path / "server.pem", tmp_path / "bundle.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
    authority.cert_pem.write_to_path(bundle)
    config = lab.home / ".okx" / "config.toml"
    config.parent.mkdir(exist_ok=True)
    with Sandbox.start(dress="live", tls=certificate) as running:
        keys = running.make_key("demo")
        config.write_text(
            f'[profiles.mistaken]\napi_key = "{keys.key}"\nsecret_key = "{keys.secret}"\n'
            f'passphrase = "{keys.passphrase}"\ndemo = false\nbase_url = "{running.url}"\n'
            f'ca_bundle = "{bundle}"\n'
        )
        config.chmod(0o600)
        yield running
    config.unlink()


def test_the_panel_finds_where_a_key_is_at_home(lab: Lab, chromium: Browser, site: Sandbox) -> None:
    """Refused with 50101, it asks the other environment only when told to, logs in there and says what
    to set for the next time.
    """
    lab.write("elsewhere.ipynb", "%load_ext okx_magic", "%okx_login")
    notebook = lab.open(chromium, "elsewhere.ipynb")
    notebook.run(0)
    notebook.run(1)
    panel = PanelPage(notebook)
    panel.field("source").select_option("profile mistaken")
    panel.press("log in")
    panel.sees("50101")
    assert "NOT LOGGED IN" in panel.bar()
    host = site.url.removeprefix("https://")
    panel.press(f"ask {host} (demo)")
    panel.sees(f"asked {host} · demo · accepted")
    panel.sees("or demo = true in the profile")
    assert panel.bar().startswith("DEMO")
