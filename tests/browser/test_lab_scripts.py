"""Script in a server's text, in a real browser: what a page parser cannot tell is seen here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat

if TYPE_CHECKING:
    from conftest import Lab, LabNotebook
    from playwright.sync_api import Browser

SETUP = """\
import json
from IPython.display import HTML, display
from okx_magic.errors import OkxError
from okx_magic.model import Request
from okx_magic.frames import to_frame
from okx_magic.ui.console import Note
from okx_magic.wire.replies import judge
from okx_magic.wire.transport import Answer

FIRE = "(window.fired = window.fired || []).push(1)"
PAYLOADS = [
    f"<script>{FIRE}</script>",
    f'<img src="data:," onerror="{FIRE}">',
    f'<svg onload="{FIRE}"></svg>',
    f'<details open ontoggle="{FIRE}">x</details>',
    f'</pre></td></table><img src="data:," onerror="{FIRE}">',
    f'<iframe srcdoc="<script>parent.{FIRE}</script>"></iframe>',
]
REQUEST = Request("GET", "/api/v5/market/tickers?instType=SPOT")

def answer(code, said):
    row = {"instId": said, "last": said, "unknown": said, said: said, "list": [{said: [said]}]}
    if code != "0":
        row |= {"sCode": "51000", "sMsg": said}
    body = json.dumps({"code": code, "msg": said, "data": [row]})
    return judge(Answer(200, {}, body.encode()), REQUEST)
"""
OURS = """\
for payload in PAYLOADS:
    display(to_frame(answer("0", payload), REQUEST))
    display(Note((payload,), "demo"))
    try:
        answer("1", payload)
    except OkxError as error:
        get_ipython().showtraceback()
print("all shown")
"""
NAIVE = """\
for payload in PAYLOADS:
    display(HTML(f"<div>{payload}</div>"))
    display(to_frame(answer("0", payload), REQUEST).style)
print("all shown")
"""


def opened(lab: Lab, browser: Browser, name: str, cell: str) -> LabNotebook:
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(SETUP), nbformat.v4.new_code_cell(cell)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(book, lab.notebooks / name)
    notebook = lab.open(browser, name)
    notebook.run_all()
    notebook.page.get_by_text("all shown").first.wait_for()
    # An image that cannot be loaded says so a moment later.
    notebook.page.wait_for_timeout(500)
    return notebook


def fired(notebook: LabNotebook) -> int:
    number: int = notebook.page.evaluate("(window.fired || []).length")
    return number


def test_no_script_of_a_server_runs(lab: Lab, chromium: Browser) -> None:
    """In frames, receipts and refusals of a real JupyterLab none of the payloads fires."""
    assert fired(opened(lab, chromium, "ours.ipynb", OURS)) == 0


def test_the_same_text_fires_in_naive_output(lab: Lab, chromium: Browser) -> None:
    """The control: as HTML, or styled by pandas as it stands, it does."""
    assert fired(opened(lab, chromium, "naive.ipynb", NAIVE)) >= 4
