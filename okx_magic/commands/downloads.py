"""The pipeline for ``--to``: the whole cell is filled, split into targets and fetched to a folder.

Tested in ``tests/data/test_download_cells.py``.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from okx_magic.cell import SUBSCRIBE, evaluate, fill, names
from okx_magic.commands.whole_cell import judge
from okx_magic.errors import CellError
from okx_magic.ui import receipts
from okx_magic.ui.bars import DownloadBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okx_magic.cell import Template
    from okx_magic.commands.whole_cell import Options, Run


def to_disk(run: Run) -> Any:
    """Fetch all requests of the cell to a folder, a receipt for each target; its dataset, which the
    names of the cell get, too. Raises CellError before anything is sent for what does not fit ``--to``.
    """
    session, output, options, span = run.session, run.output, run.options, run.span
    if span is None:
        raise CellError(
            "--to does not say what to fetch", remedy="add --since, or --all for all that OKX has"
        )
    _refuse_others(run.templates, options)
    from okx_magic.data import open_data, split_targets  # noqa: PLC0415  # pyarrow, on first use

    folder = str(evaluate(options.to or "", run.namespace))
    filled = [fill(template, names(run.namespace)) for template in run.templates]
    targets = [target for request in filled for target in split_targets(request)]
    judge(targets, session, output, options)
    if options.dry_run:
        from okx_magic.pages import first_page  # noqa: PLC0415  # pandas, on first use

        for target in targets:
            request, sent, added = session.orders.preview(first_page(target, span))
            output.note(receipts.dry_run(request, sent, session.account, added))
        return None
    with (
        DownloadBar(quiet=options.quiet) as bar,
        closing(
            session.downloading.bring(targets, span, folder, progress=bar, executor=run.executor)
        ) as results,
    ):
        for done in results:
            if not options.quiet:
                with bar.aside():
                    output.note(receipts.downloaded(done, session.account))
    dataset = open_data(folder)
    for request in filled:
        if request.name is not None:
            output.deliver(request.name, dataset)
    return dataset


def _refuse_others(templates: Sequence[Template], options: Options) -> None:
    for name, given in (
        ("--pages", options.pages is not None),
        ("--decimal", options.decimal),
        ("--chart", options.chart),
    ):
        if given:
            raise CellError(f"{name} does not go with --to", remedy=f"leave out {name}")
    if any(template.method == SUBSCRIBE for template in templates):
        raise CellError("--to is for requests", remedy="--record FILE writes a stream to disk")
