"""The pipeline for many pages: the span that the magic line asks for, the pull, and its receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from okx_magic.cell import evaluate
from okx_magic.commands.whole_cell import picture
from okx_magic.errors import CellError, OkxMagicError
from okx_magic.model import Request
from okx_magic.ui import receipts
from okx_magic.ui.bars import PullBar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from okx_magic.cell import Template
    from okx_magic.commands.whole_cell import Options, Run
    from okx_magic.pages import Pulled
    from okx_magic.pages.paging import Span
    from okx_magic.session import Session

# Name of the frame of a pull that did not finish and that has no name.
_NAMELESS: Final = "_okx"


def span_of(
    templates: Iterable[Template],
    namespace: Mapping[str, Any],
    options: Options,
) -> Span:
    """What the magic line asked for, where it asks for pages.

    Raises CellError for options that contradict each other, and for a request of the cell that has no
    pages, so that nothing of the cell is sent.
    """
    if options.raw:
        raise CellError(
            "--raw shows one answer as it came; pages become a frame", remedy="leave out --raw"
        )
    if options.everything and options.pages is not None:
        raise CellError(
            "--all and --pages contradict each other",
            remedy="--all fetches all pages, --pages N at most N",
        )
    if not options.everything and options.pages is None and options.since is None:
        raise CellError(
            "--until says where to begin, not where to stop",
            remedy="add --since, --pages or --all",
        )
    from okx_magic.pages.paging import paging_style, read_span  # noqa: PLC0415  # pandas, on first use

    for template in templates:
        paging_style(Request(template.method, template.path, line=template.line))
    since, until = (_time(text, namespace) for text in (options.since, options.until))
    return read_span(options.pages, since, until)


def _time(text: str | None, namespace: Mapping[str, Any]) -> Any:
    value = None if text is None else evaluate(text, namespace)
    if text is not None and value is None:
        # Not the same as leaving the option out, which would fetch everything.
        raise CellError(
            f"{text} is None, which is not a time",
            remedy="leave the option out where there is no bound",
        )
    return value


def executor_of(namespace: Mapping[str, Any], options: Options) -> Any:
    """The executor that the magic line names, or the client of a cluster; None where it names none."""
    text = options.executor
    return (
        evaluate(text if text.startswith("{{") else f"{{{{ {text} }}}}", namespace)
        if text
        else None
    )


def run_paged(request: Request, span: Span, run: Run) -> Any:
    """Fetch all pages of a request, deliver their frame and show a receipt.

    After Ctrl-C, or when a page fails, what has come is delivered before the interrupt or
    the error is raised.
    """
    from okx_magic.pages import PullInterrupted  # noqa: PLC0415  # pandas, on first use

    session, output, options = run.session, run.output, run.options
    with PullBar(str(request)) as bar:
        try:
            pulled = session.pull(
                request,
                span,
                decimal=options.decimal,
                progress=None if options.quiet else bar,
                executor=run.executor,
            )
        except (PullInterrupted, OkxMagicError) as stopped:
            if stopped.pulled is not None:
                output.deliver(request.name or _NAMELESS, stopped.pulled.frame)
                output.note(_receipt(stopped.pulled, session, request.name or _NAMELESS))
            raise
    output.deliver(request.name, pulled.frame, picture(pulled.frame) if options.chart else None)
    if not options.quiet:
        output.note(_receipt(pulled, session, request.name))
    return pulled.frame


def _receipt(pulled: Pulled, session: Session, name: str | None) -> Any:
    return receipts.pulled(pulled, session.account, name=name)
