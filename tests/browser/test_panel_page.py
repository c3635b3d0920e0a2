"""The panel as a page: no text of a server runs, keys work, colours can be read, it opens soon."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from panelpage import CONTRASTS, READABLE, PanelPage
from rawserver import RawServer, http

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Lab, LabNotebook
    from playwright.sync_api import Browser

KEY = "985d5b66-57ce-40fb-b714-afc0b9787083"
SECRET = "0123456789ABCDEF0123456789ABCDEF"
PAYLOAD = '<img src=x onerror="window.ran=1"><svg onload="window.ran=1"></svg>'
OPENS_WITHIN_MS = 300

# Milliseconds from the command to run the cell to the panel that can be seen.
OPENING = """async () => {
  const app = window.jupyterapp;
  const before = new Set(document.querySelectorAll('.okx-panel'));
  const shown = () => [...document.querySelectorAll('.okx-panel')]
    .some(panel => !before.has(panel) && panel.offsetParent);
  const start = performance.now();
  app.commands.execute('notebook:run-cell');
  while (!shown()) await new Promise(requestAnimationFrame);
  return performance.now() - start;
}"""


def hostile(head: bytes) -> bytes:
    """An exchange whose every text is a script; it refuses a POST."""
    if b"/public/time" in head:
        return http(b'{"code":"0","msg":"","data":[{"ts":"1767225600000"}]}')
    config = dict.fromkeys(("perm", "ip", "label", "uid"), PAYLOAD)
    code = "51008" if head.startswith(b"POST") else "0"
    answer = {"code": code, "msg": PAYLOAD, "data": [] if code != "0" else [config]}
    return http(json.dumps(answer).encode())


@pytest.fixture
def server() -> Iterator[RawServer]:
    running = RawServer(answer=hostile)
    yield running
    running.close()


@pytest.fixture
def notebook(lab: Lab, chromium: Browser, server: RawServer) -> LabNotebook:
    """A notebook that is logged in to the hostile exchange by the panel."""
    lab.write(
        "page.ipynb",
        f"%load_ext okx_magic\nimport os\nos.environ['OKX_API_BASE_URL'] = {server.url!r}",
        "%okx_login",
        "%%okx\norder = POST /api/v5/trade/order\n"
        '{"instId": "<b>x</b>", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "1"}',
        "%okx_login",
    )
    opened = lab.open(chromium, "page.ipynb")
    opened.run(0)
    opened.run(1)
    panel = PanelPage(opened)
    panel.type_in("demo", KEY, SECRET, "Typed-in-1!")
    panel.press("log in")
    panel.sees("simulated money")
    return opened


def test_the_panel_as_a_page(notebook: LabNotebook, tmp_path: Path) -> None:
    """Scripts in a server's texts do not run, keys type and move as in any form, and every text can be
    read in both themes; a panel is there within 300 ms. Each has its control.
    """
    runs_no_script(notebook)
    leaves_keys_alone(notebook)
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        notebook.theme(theme)
        can_be_read(notebook, tmp_path / f"{theme}.png")
    opens_soon(notebook)


def runs_no_script(notebook: LabNotebook) -> None:
    panel, page = PanelPage(notebook), notebook.page
    panel.sees(PAYLOAD)
    notebook.run(2)
    panel.tab("Requests")
    panel.root.locator("tr.okx-failed").get_by_role("button").click()
    panel.sees(f"51008 {PAYLOAD}")
    assert panel.root.locator("img, svg, script, b").count() == 0
    assert page.evaluate("window.ran") is None
    # The control: put in as HTML, it would have run.
    page.evaluate("html => { document.body.insertAdjacentHTML('beforeend', html); }", PAYLOAD)
    page.wait_for_function("window.ran === 1")


def leaves_keys_alone(notebook: LabNotebook) -> None:
    panel, page = PanelPage(notebook), notebook.page

    def cells() -> int:
        count: int = page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.length")
        return count

    before = cells()
    panel.root.get_by_role("tab", name="Signature").focus()
    page.keyboard.press("ArrowRight")
    assert panel.root.get_by_role("tab", name="Account").get_attribute("aria-selected") == "true"
    panel.field("sandbox").focus()
    page.keyboard.press("ArrowRight")
    assert panel.field("demo").is_checked()
    panel.field("key").focus()
    # In command mode these insert and delete cells.
    page.keyboard.type("a b dd x")
    assert panel.field("key").input_value() == "a b dd x"
    for control in (panel.field("source"), panel.root.get_by_role("button", name="log in")):
        control.focus()
        page.keyboard.press("b")
    # The control: a select beside the panel. Its cell is the only one that comes, though Lab takes its
    # time.
    panel.root.evaluate("root => { root.after(document.createElement('select')); }")
    page.locator(".okx-panel + select").focus()
    page.keyboard.press("b")
    notebook.wait_until(f"widget.content.widgets.length > {before}")
    assert cells() == before + 1
    notebook.command("notebook:delete-cell")


def can_be_read(notebook: LabNotebook, picture: Path) -> None:
    panel = PanelPage(notebook)
    contrasts: dict[str, float] = {}
    for tab in ("Account", "Requests", "Signature"):
        panel.tab(tab)
        contrasts |= notebook.page.evaluate(CONTRASTS)
    panel.root.screenshot(path=str(picture))
    assert {text: value for text, value in contrasts.items() if value < READABLE} == {}
    assert len(contrasts) > 40
    # The control: the measure sees grey on grey.
    title = panel.root.locator("h4:visible").first
    title.evaluate("title => { title.style.color = '#808080'; }")
    assert min(notebook.page.evaluate(CONTRASTS).values()) < READABLE
    title.evaluate("title => { title.style.color = ''; }")


def opens_soon(notebook: LabNotebook) -> None:
    notebook.page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCellIndex = 3")
    times = [notebook.page.evaluate(OPENING) for _ in range(3)]
    assert min(times) < OPENS_WITHIN_MS
