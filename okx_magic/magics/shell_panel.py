"""The panel of one shell: opened by a magic, updated after each cell, closed with the extension.

Tested in ``tests/magics/test_shellpanel.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from okx_magic.ui.console import show

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

    from okx_magic.accounts import Accounts
    from okx_magic.commands.panel_actions import Panel
    from okx_magic.ui.panel_widget import PanelWidget

_EVENT = "post_run_cell"


def fits(shell: InteractiveShell) -> bool:
    """Whether a person uses a front end that shows more than text, such as a notebook.

    False in a terminal, which has no kernel; under nbclient and papermill, which allow no input; and
    while a kernel starts.
    """
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return False
    # https://jupyter-client.readthedocs.io/en/stable/messaging.html: execute_request. There is none for
    # the lines that a kernel runs when it starts (IPKernelApp.exec_lines).
    return bool(kernel.get_parent().get("content", {}).get("allow_stdin"))


class ShellPanel:
    """There is one at most. Shown again it is the same panel in two places, so they never differ."""

    def __init__(self, shell: InteractiveShell, accounts: Callable[[], Accounts]) -> None:
        self._shell = shell
        self._accounts = accounts
        self._open: tuple[Panel, PanelWidget] | None = None

    def show(self) -> None:
        """Show the panel under the cell that runs."""
        if self._open is None or self._open[1].closed:
            self.close()
            self._open = self._made()
            self._shell.events.register(_EVENT, self._after_cell)
        panel, widget = self._open
        panel.refresh()
        show(widget)

    def close(self) -> None:
        """Remove the panel from every place where it is shown."""
        if self._open is not None:
            self._shell.events.unregister(_EVENT, self._after_cell)
            self._open[1].close()
            self._open = None

    def _made(self) -> tuple[Panel, PanelWidget]:
        from okx_magic.commands.panel_actions import Panel  # noqa: PLC0415  # on first use
        from okx_magic.ui.panel_widget import PanelWidget  # noqa: PLC0415  # ipywidgets, on first use

        widget = PanelWidget()
        panel = Panel(self._accounts(), widget)
        widget.receive = panel.receive
        return panel, widget

    def _after_cell(self, result: object) -> None:
        del result
        if self._open is not None:
            panel, _ = self._open
            panel.refresh()
            panel.look_further()
