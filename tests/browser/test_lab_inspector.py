"""The panel's page Requests in a real JupyterLab, at every width, and a panel whose kernel is gone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from panelpage import PanelPage

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Lab, LabNotebook
    from playwright.sync_api import Browser, ViewportSize

WIDTHS = (1200, 700, 300)
WINDOW: ViewportSize = {"width": 1200, "height": 1600}
CELLS = (
    "%load_ext okx_magic",
    "%okx_login sandbox",
    "%okx_login",
    "%%okx\nGET /api/v5/market/tickers?instType=SPOT\nGET /api/v5/account/balance",
    "%okx GET /api/v5/market/ticker?instId=NO-SUCH-PAIR",
)
# Of a text that only an answer holds.
ANSWERED = "eqUsd"
# The narrowest panel in which nothing is cut off. Lab's sidebar may leave it less.
NARROWEST = 280
# Wider than its box: something is cut off, or has to be scrolled to.
FITS = f"""() => {{ const panel = document.querySelector('.okx-panel');
  return panel.clientWidth < {NARROWEST} || panel.scrollWidth <= panel.clientWidth; }}"""


@pytest.fixture
def notebook(lab: Lab, chromium: Browser, request: pytest.FixtureRequest) -> LabNotebook:
    """A notebook with a panel, four requests and one of them refused."""
    return opened(lab, chromium, f"{request.node.name}.ipynb")


@pytest.fixture(scope="module")
def looked_at(lab: Lab, chromium: Browser) -> LabNotebook:
    """The same, for tests that leave it as it was."""
    return opened(lab, chromium, "looked-at.ipynb")


def opened(lab: Lab, chromium: Browser, name: str) -> LabNotebook:
    lab.write(name, *CELLS)
    notebook = lab.open(chromium, name)
    for cell in range(len(CELLS)):
        notebook.run(cell)
    return notebook


def rows(panel: PanelPage) -> list[str]:
    shown = panel.root.locator("tbody tr:visible .okx-link")
    return [text for text in shown.all_inner_texts() if text.startswith("GET /api")]


def test_requests_are_listed_filtered_and_inspected(
    looked_at: LabNotebook, lab: Lab, tmp_path: Path
) -> None:
    """All requests are there; a filter and "failed only" choose; an answer is shown typed and raw, a
    refusal with means and try; and the saved notebook holds no answer.
    """
    panel = PanelPage(looked_at)
    panel.tab("Requests")
    panel.sees("NO-SUCH-PAIR")
    assert len(rows(panel)) >= 3
    panel.root.get_by_placeholder("path, code or text").fill("ticker spot")
    assert rows(panel) == ["GET /api/v5/market/tickers?instType=SPOT"]
    panel.root.get_by_placeholder("path, code or text").fill("")
    panel.field("failed only").check()
    assert rows(panel) == ["GET /api/v5/market/ticker?instId=NO-SUCH-PAIR"]
    panel.root.locator(".okx-link:visible").first.click()
    panel.sees("51001")
    panel.sees("means")
    panel.field("failed only").uncheck()
    panel.root.get_by_role("button", name="GET /api/v5/account/balance").click()
    panel.sees(ANSWERED)
    panel.press("JSON")
    assert ANSWERED in panel.root.locator(".okx-detail .okx-code").inner_text()
    panel.press("Table")
    for width in WIDTHS:
        looked_at.page.set_viewport_size({"width": width + 40, "height": 1400})
        # The wide table of a balance scrolls in its own box.
        looked_at.page.wait_for_function(FITS, polling=100)
        for tab in ("Account", "Requests", "Signature"):
            # While Lab makes itself narrow, its sidebar may lie over the tabs.
            panel.root.get_by_role("tab", name=tab).dispatch_event("click")
            panel.root.scroll_into_view_if_needed()
            panel.root.screenshot(path=str(tmp_path / f"{tab}-{width}.png"))
    looked_at.page.set_viewport_size(WINDOW)
    looked_at.save()
    saved = (lab.notebooks / f"{notebook_name(looked_at)}").read_text("utf-8")
    states = json.loads(saved)["metadata"]["widgets"]
    assert "okx_magic" in json.dumps(states)
    assert ANSWERED not in json.dumps(states)


def notebook_name(notebook: LabNotebook) -> str:
    name: str = notebook.page.evaluate("window.jupyterapp.shell.currentWidget.context.path")
    return name


def test_tabs_move_by_home_and_end(looked_at: LabNotebook) -> None:
    """As the pattern of ARIA for tabs says."""
    panel = PanelPage(looked_at)
    panel.tab("Requests")
    panel.root.get_by_role("tab", name="Requests").focus()
    for key, tab in (("End", "Signature"), ("Home", "Account")):
        looked_at.page.keyboard.press(key)
        assert panel.root.get_by_role("tab", name=tab).get_attribute("aria-selected") == "true"


def test_the_panel_passes_the_rules_of_accessibility(looked_at: LabNotebook) -> None:
    """Axe finds nothing in the panel on any page, in both themes; the control sees a broken label."""
    panel = PanelPage(looked_at)
    panel.tab("Requests")
    panel.sees("NO-SUCH-PAIR")
    panel.root.locator(".okx-link:visible").first.click()
    panel.sees("means")
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        looked_at.theme(theme)
        for tab in ("Account", "Requests", "Signature"):
            panel.tab(tab)
            assert violations(looked_at) == []
    panel.tab("Account")
    # Put back afterwards, for the other tests.
    panel.root.locator("label").first.evaluate(
        "label => label.replaceWith(window.gap = Object.assign(document.createComment(''), {label}))"
    )
    assert violations(looked_at) != []
    looked_at.page.evaluate("window.gap.replaceWith(window.gap.label)")
    looked_at.theme("JupyterLab Light")


def violations(notebook: LabNotebook) -> list[str]:
    found: dict[str, Any] = Axe().run(notebook.page, context=".okx-panel").response
    return [
        f"{rule['id']}: {node['html'][:120]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("end", ["restart", "kill"])
def test_a_panel_says_that_its_kernel_is_gone(notebook: LabNotebook, end: str) -> None:
    """At once, without a click, and the account's name is not shown any more."""
    panel = PanelPage(notebook)
    assert "SANDBOX" in panel.bar()
    if end == "restart":
        notebook.page.evaluate(
            "window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart()"
        )
    else:
        notebook.page.evaluate(
            "window.jupyterapp.shell.currentWidget.context.sessionContext.session"
            ".kernel.requestExecute({code: 'import os; os.kill(os.getpid(), 9)'})"
        )
    panel.sees("the kernel of this panel is gone")
    assert "SANDBOX" not in panel.bar()
    assert panel.root.get_by_role("button", name="log in", exact=True).is_disabled()
    if end == "kill":
        # Lab tells of it, too, over the whole page.
        notebook.page.get_by_role("button", name="Ok", exact=True).click()
    panel.tab("Requests")
    panel.root.locator(".okx-requests button").first.click()
    panel.sees("its answer went with the kernel")
