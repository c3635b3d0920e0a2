"""The magic that lists and ends streams.

%okx_streams                 what streams now
%okx_streams stop NAME       end one; --all ends all

Tested in ``tests/streams/test_cells.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from okx_magic.errors import CellError
from okx_magic.magics import magicline
from okx_magic.ui.console import tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

    from okx_magic.accounts import Accounts

_STREAM = ("okx_magic.streams.stream", "Stream")


@magics_class
class OkxStreams(Magics):
    """%okx_streams, and how a stream shows under a cell. ``opened`` gives the sessions, if any."""

    def __init__(self, shell: InteractiveShell, opened: Callable[[], Accounts | None]) -> None:
        super().__init__(shell)
        self._opened = opened
        formatter = shell.display_formatter.ipython_display_formatter
        formatter.for_type_by_name(*_STREAM, _show)

    def close(self) -> None:
        """A stream shows as any object again."""
        formatter = self.shell.display_formatter.ipython_display_formatter
        formatter.deferred_printers.pop(_STREAM, None)
        for kind in [each for each in formatter.type_printers if each.__module__ == _STREAM[0]]:
            formatter.pop(kind)

    @no_var_expand
    @line_magic
    @magicline.examples_first
    @magic_arguments()
    @argument("words", nargs="*", help="stop, and the name of a stream; left out: list them")
    @argument("--all", action="store_true", help="with stop: all of them")
    @argument("-h", "--help", action="store_true", help="show this")
    def okx_streams(self, line: str) -> Any:
        """List the live streams as a DataFrame, or end them.

        Examples::

            %okx_streams
            %okx_streams stop ticks
            %okx_streams stop --all
        """
        arguments = magicline.options(self.shell, self.okx_streams, line)
        if arguments is None:
            return None
        from okx_magic.commands import streaming  # noqa: PLC0415  # on first use

        accounts = self._opened()
        words = arguments.words
        if words in ([], ["list"]) and not arguments.all:
            from okx_magic.streams.listing import listing  # noqa: PLC0415  # pandas, on first use

            return listing(streaming.running(accounts))
        if words[:1] != ["stop"] or (len(words) < 2) != arguments.all:
            raise CellError("stop which stream?", remedy="%okx_streams stop NAME, or stop --all")
        if accounts is None:
            tell(["nothing streams"])
            return None
        stopped = [
            name
            for word in words[1:] or [None]
            for name in streaming.stop(accounts, word, everything=arguments.all)
        ]
        tell([f"stopped: {', '.join(stopped)}" if stopped else "nothing streams"])
        return None


def _show(stream: Any) -> None:
    from IPython.core.getipython import get_ipython  # noqa: PLC0415  # on first use

    from okx_magic.charts.live import LiveView  # noqa: PLC0415  # on first use
    from okx_magic.charts.widgets import has_front_end  # noqa: PLC0415  # same
    from okx_magic.ui.stream_lines import show_line  # noqa: PLC0415  # same

    if has_front_end():
        LiveView(stream).show()
    else:
        # None where the terminal has no prompt of its own.
        show_line(stream, getattr(get_ipython(), "pt_app", None))
