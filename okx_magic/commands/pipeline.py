"""From the text of a cell to values and receipts: parse all, then fill, send and deliver one by one.

Tested in ``tests/commands/test_whole_cell.py``.
"""

from __future__ import annotations

import builtins
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from okx_magic.cell import SUBSCRIBE, Template, check_name, evaluate, fill, names, parse
from okx_magic.cell.check import refuse_secrets
from okx_magic.commands import streaming
from okx_magic.commands.downloads import to_disk
from okx_magic.commands.paged import executor_of, run_paged, span_of
from okx_magic.commands.whole_cell import Progress, Run, check_all, check_options, judge, picture
from okx_magic.errors import CellError, OkxMagicError, PartlyRefused, Place, PositionWithoutStop
from okx_magic.model import Request
from okx_magic.orders.outcome import interrupted
from okx_magic.ui import receipts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.commands.whole_cell import Options, Output
    from okx_magic.session import Session
    from okx_magic.wire.sender import Reply

_COMMENT = r"(?:^|\s)(?:#|//)"


def run_cell(
    text: str, session: Session, namespace: Mapping[str, Any], output: Output, options: Options
) -> Any:
    """Send what the cell says, from top to bottom, and return the value of its last request.

    The whole cell is parsed, and what has no variables is checked, before the first request is sent;
    variables are filled just before each. The first failure stops the cell, and its error says how many
    were sent before, and what is left to run.
    """
    templates = _parsed(text, session, output, options)
    check_options(templates, options)
    if options.record:
        options = replace(options, record=str(evaluate(options.record, namespace)))
    asked = tuple(each for each in templates if each.method != SUBSCRIBE)
    run = Run(templates, session, namespace, output, options)
    if options.paged:
        run = replace(
            run, span=span_of(asked, namespace, options), executor=executor_of(namespace, options)
        )
    if options.to is not None:
        return to_disk(run)
    check_all(templates, session, force=options.force)
    progress = Progress(templates, session)
    try:
        return _run_all(run, progress)
    except KeyboardInterrupt as stop:
        if options.dry_run:
            raise
        raise progress.interrupted(stop) from None


def _run_all(run: Run, progress: Progress) -> Any:
    """Fill and send one after the other; the value of the last."""
    templates, options, value = run.templates, run.options, None
    refused: OkxMagicError | None = None
    # Before the names of a function: a result of this cell is meant, though it goes to the notebook.
    results: dict[str, Any] = {}
    filling = names(run.namespace).over(results)
    for number, template in enumerate(templates, start=1):
        try:
            request = fill(template, filling)
            progress.begins(number, request)
            if template.method == SUBSCRIBE:
                refuse_secrets(request, run.session.account.credentials)
                held = (run.namespace.get(request.name or ""), template.pasted)
                value = streaming.subscribe(request, run.session, held, run.output, options)
            else:
                value = _carry_out(request, run)
            if request.name is not None and not options.dry_run:
                results[request.name] = value
        except OkxMagicError as error:
            if len(templates) > 1:
                error.place = (
                    Place(number, len(templates), template.line, None)
                    if options.dry_run
                    else progress.place(error)
                )
            if any(each.method != SUBSCRIBE for each in templates[number - 1 :]):
                raise
            # Streams know nothing of each other: one that is refused keeps no other from beginning.
            refused = refused or error
        progress.begins(number + 1)
    if refused is not None:
        raise refused
    return value


def _parsed(text: str, session: Session, output: Output, options: Options) -> tuple[Template, ...]:
    """The requests of the cell; what is odd about them is told."""
    cell = parse(text, hosts=session.account.hosts)
    templates = _named(cell.templates, options.name)
    for template in templates:
        # Before anything of the cell is sent; what a variable gives is seen once it is filled.
        refuse_secrets(Request(template.method, template.target), session.account.credentials)
    if notices := (*cell.notices, *_of_comments(text, session)):
        output.note(receipts.notices(notices))
    for name in (template.name for template in templates if template.name in vars(builtins)):
        hidden = f"{name} is a result now; del {name} brings back Python's own"
        output.note_once(f"hidden {name}", receipts.notices([hidden]))
    return templates


def _of_comments(text: str, session: Session) -> tuple[str, ...]:
    """What is in no request of the cell is not sent, but saved with the notebook."""
    credentials = session.account.credentials
    if credentials is None or not re.search(_COMMENT, text) or not credentials.owns(text):
        return ()
    said = (
        "a comment of this cell has your secret or passphrase, and is saved with the notebook:"
        " take it out, and make a new key at OKX"
    )
    return (said,)


def _carry_out(request: Request, run: Run) -> Any:
    """Send one request, or show what would be sent; its value."""
    session, output, options, span = run.session, run.output, run.options, run.span
    if span is not None:
        from okx_magic.pages.paging import checked_style  # noqa: PLC0415  # pandas, on first use

        # What does not fit the options of the line is told first, and once.
        checked_style(request, span)
    judge([request], session, output, options)
    if options.dry_run:
        _show_unsent(request, run)
        return None
    if span is not None:
        return run_paged(request, span, run)
    return _run_one(request, session, output, options)


def _show_unsent(request: Request, run: Run) -> None:
    """What would be sent; of many pages the first."""
    if run.span is not None:
        from okx_magic.pages import first_page  # noqa: PLC0415  # pandas, on first use

        request = first_page(request, run.span)
    prepared, sent, added = run.session.orders.preview(request, as_typed=run.options.as_typed)
    run.output.note(receipts.dry_run(prepared, sent, run.session.account, added))


def _run_one(request: Request, session: Session, output: Output, options: Options) -> Any:
    try:
        reply = session.send(
            request, as_typed=options.as_typed, again=options.again, framed=not options.raw
        )
    except (PartlyRefused, PositionWithoutStop) as refused:
        # Assigned before it is raised, so that the ids of accepted orders are not lost.
        output.deliver(request.name, _value(refused, session, options))
        raise
    try:
        value = _value(reply, session, options)
        output.deliver(request.name, value, picture(value) if options.chart else None)
        if not options.quiet:
            rows = None if options.raw else len(value)
            output.note(
                receipts.receipt(
                    reply,
                    session.account,
                    rows=rows,
                    as_typed=options.as_typed,
                    totals=None if options.raw else value.attrs.get("totals"),
                )
            )
    except KeyboardInterrupt:
        if request.effect == "read":
            raise
    else:
        return value
    # The receipt, which names its ids, was not shown.
    said = "interrupted after it was carried out"
    raise interrupted(reply.request, session.account.name, "done", said)


def _value(
    reply: Reply | PartlyRefused | PositionWithoutStop, session: Session, options: Options
) -> Any:
    if options.raw:
        return reply.envelope.as_dict()
    return session.to_frame(reply, decimal=options.decimal)


def _named(templates: tuple[Template, ...], name: str | None) -> tuple[Template, ...]:
    if name is None or not templates:
        return templates
    if len(templates) > 1:
        raise CellError(
            f"{name!r} on the magic line names one request, and the cell has {len(templates)}",
            remedy="name each request in the cell: name = GET /…",
        )
    (template,) = templates
    if template.name not in (None, name):
        raise CellError(
            f"the request has two names: {name} on the magic line, {template.name} in the cell",
            line=template.line,
            remedy="leave out one of them",
        )
    return (replace(template, name=check_name(name, line=None)),)
