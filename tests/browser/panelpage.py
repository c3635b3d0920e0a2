"""The panel as a person sees it in the browser, for tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import LabNotebook
    from playwright.sync_api import Locator


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
        return self.root.locator("header").inner_text()
