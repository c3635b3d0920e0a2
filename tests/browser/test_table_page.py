"""The script of the live table in a page of its own, without Jupyter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okx_magic.charts import widgets

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# A page that is not seen asks for frames and gets none.
UNSEEN = """async source => {
  const held = [];
  window.requestAnimationFrame = call => held.push(call);
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const table = (await import(address)).default;
  const state = { spec: { title: "x", key: "k", names: ["instId", "last"] }, height: 100,
    rows: [["A", "0"], ["B", "0"]] };
  const told = {};
  const model = { get: name => state[name], on: (what, act) => { told[what] = act; } };
  table.render({ model, el: document.body });
  const seen = new MutationObserver(() => {});
  seen.observe(document.body, { subtree: true, characterData: true });
  for (let n = 1; n <= 1000; n++) {
    told["msg:custom"]({ rows: [], cells: [[0, 1, `${n}`, 1], [1, 1, `${-n}`, -1]] });
  }
  const frames = held.length;
  held.splice(0).forEach(call => call(0));
  const cells = [...document.querySelectorAll("tbody td")];
  return [frames, seen.takeRecords().length,
    ...cells.map(cell => [cell.textContent, cell.dataset.moved])];
}"""


def test_a_table_that_nobody_sees_keeps_the_newest_of_each_cell(chromium: Browser) -> None:
    """A tab in the background gets no frames: what it keeps does not grow, and one paint catches up."""
    page = chromium.new_page()
    found = page.evaluate(UNSEEN, widgets.script(("table.js",)))
    assert found == [1, 2, ["1000", "up"], ["-1000", "down"]]
    page.close()
