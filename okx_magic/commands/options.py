"""The options of the magic line, and where the results go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from okx_magic.charts.chart import Chart
    from okx_magic.ui.notes import Note


@dataclass(frozen=True, slots=True)
class Options:
    """The options of the magic line. ``name`` is the name for the only request of the cell."""

    name: str | None = None
    dry_run: bool = False
    raw: bool = False
    decimal: bool = False
    as_typed: bool = False
    again: bool = False
    force: bool = False
    quiet: bool = False
    chart: bool = False
    pages: int | None = None
    everything: bool = False
    since: str | None = None
    until: str | None = None
    to: str | None = None
    keep: int | None = None
    record: str | None = None
    duration: str | None = None

    @property
    def streamed(self) -> bool:
        """Whether it asks for what only streams have."""
        return (self.keep, self.record, self.duration) != (None, None, None)

    @property
    def paged(self) -> bool:
        """Whether it asks for more than one page."""
        return self.everything or (self.pages, self.since, self.until) != (None, None, None)


def deliver(output: Output, name: str | None, value: Any, options: Options) -> None:
    """Assign or show a value; with ``--chart`` its picture is shown, under a name too."""
    if not options.chart:
        output.deliver(name, value)
        return
    from okx_magic.charts.chart import Chart  # noqa: PLC0415  # on first use

    if name is not None:
        output.deliver(name, value)
    output.note(Chart(value))


class Output(Protocol):
    """Where results go: the shell's namespace and the output of the cell."""

    def deliver(self, name: str | None, value: Any) -> None:
        """Assign a value to its name, or show it when it has none."""

    def note(self, note: Note | Chart) -> None:
        """Show a receipt, a notice or a picture."""

    def note_once(self, key: str, note: Note) -> None:
        """Show a notice, if none of the same key was shown in this kernel before."""
