"""The panel as a person sees it in the browser, for tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import LabNotebook
    from playwright.sync_api import Locator

# WCAG 2.2, 1.4.3: at least 4.5 between text and what it stands on.
READABLE = 4.5

# The contrast of each text of the panel that is shown, by its element.
CONTRASTS = """() => {
  const numbers = text => text.match(/[\\d.]+/g).map(Number);
  const rgba = text => {
    const [r, g, b, a = 1] = numbers(text);
    return text.startsWith('color(') ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = ([r, g, b, a], ground) =>
    [r, g, b].map((value, i) => value * a + ground[i] * (1 - a));
  const ground = element => {
    if (!element) return [255, 255, 255];
    return over(rgba(getComputedStyle(element).backgroundColor), ground(element.parentElement));
  };
  const light = colour => {
    const [r, g, b] = colour.map(value => value / 255)
      .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = {};
  for (const element of document.querySelectorAll('.okx-panel *')) {
    const text = [...element.childNodes].find(node => node.nodeType === 3 && node.data.trim());
    if (!text || !element.offsetParent || element.disabled) continue;
    const below = ground(element);
    const both = [light(over(rgba(getComputedStyle(element).color), below)), light(below)];
    found[text.data] = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
  }
  return found;
}"""


class PanelPage:
    """Finds things by what they say, as a person does."""

    def __init__(self, notebook: LabNotebook) -> None:
        self.root: Locator = notebook.page.locator(".okx-panel").first

    def tab(self, name: str) -> None:
        self.root.get_by_role("tab", name=name).click()

    def field(self, label: str) -> Locator:
        return self.root.get_by_label(label, exact=True)

    def press(self, name: str) -> None:
        self.root.get_by_role("button", name=name, exact=True).click()

    def switch(self, environment: str) -> None:
        self.root.locator("label", has_text=re.compile(f"^{environment}$")).click()

    def type_in(self, environment: str, key: str, secret: str, passphrase: str) -> None:
        self.field("source").select_option("typed")
        self.switch(environment)
        for label, value in (("key", key), ("secret", secret), ("passphrase", passphrase)):
            self.field(label).press_sequentially(value)

    def typed(self) -> list[str]:
        return [self.field(label).input_value() for label in ("key", "secret", "passphrase")]

    def sees(self, text: str) -> None:
        self.root.get_by_text(text).locator("visible=true").first.wait_for(timeout=20_000)

    def bar(self) -> str:
        return self.root.locator(".okx-bar").inner_text()
