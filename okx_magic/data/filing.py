"""Parts of a target's rows become files, and its manifest speaks of them: in this order, so that after a
kill at any instant it speaks of whole files only.

Tested in ``tests/data/test_break_offs.py`` and ``tests/data/test_parts.py``.
"""

from __future__ import annotations

import errno
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from okx_magic.catalogue.bar_names import DEFAULT_BAR, bar_length
from okx_magic.data.folder import Manifest
from okx_magic.data.parquet import columns_of, content_of, rows_in, schema_of
from okx_magic.data.ranges import joined, month_name, without
from okx_magic.errors import CellError
from okx_magic.pages.paging import query_of
from okx_magic.pages.rows import holes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from okx_magic.data.folder import Folder
    from okx_magic.data.parts import Part
    from okx_magic.data.ranges import Range
    from okx_magic.data.targets import Target


class Filing:
    """Writes parts of a target; ``manifest`` is what the dataset has of it, ``written`` when that was
    last written (monotonic).
    """

    def __init__(self, folder: Folder, target: Target, manifest: Manifest) -> None:
        self._folder = folder
        self._target = target
        self._schema = schema_of(target.request, target.place)
        self.manifest = manifest
        self.length = bar_length_of(target)
        self.written = time.monotonic()

    def write(self, part: Part, *, above: int | None, bottom: int) -> int | None:
        """File a part, whose rows come newest first. ``above`` is the bar before them, None where there
        is none; ``bottom`` where the whole range begins. Gives the ``above`` of the part below it.
        """
        files = self.manifest.files
        if len(part.times):
            target, month = self._target, month_name(int(part.times[-1]))
            name = f"{target.folder}/month={month}/{target.key}-{part.low}-{part.high}.parquet"
            content = content_of(part.pages, target.request, self._schema)
            with told(self._folder):
                self._folder.write(name, content)
            times = part.times
            files = files | {name: [int(times.min()), int(times.max()), len(times)]}
        found, above = self._holes(part, above, bottom)
        covered = joined([*self.manifest.covered, (part.low, part.high)])
        holes = joined([*self.manifest.holes, *found])
        self._save(replace(self.manifest, files=files, covered=covered, holes=holes))
        self.written = time.monotonic()
        return above

    def note(self, notices: Iterable[str]) -> None:
        """Keep what a person should know of the rows."""
        said = dict.fromkeys([*self.manifest.notices, *notices])
        self._save(replace(self.manifest, notices=list(said)))

    def _save(self, manifest: Manifest) -> None:
        with told(self._folder):
            self._folder.save(manifest)
        # At once: Ctrl-C never leaves a file here whose time is not covered.
        self.manifest = manifest

    def _holes(self, part: Part, above: int | None, bottom: int) -> tuple[list[Range], int | None]:
        length = self.length
        if length is None:
            return [], None
        found = holes(part.times, length, above)
        above = int(part.times[-1]) if len(part.times) else above
        if part.low and part.low == bottom and above is not None:
            # The range need not begin where a bar does.
            first = above - (above - part.low) // length * length
            if first < above:
                found.append((first, above))
        return found, above


def manifest_of(folder: Folder, target: Target) -> Manifest:
    """What a dataset has of a target; what was left of a kill is removed. Raises CellError where it has
    the target with other columns.
    """
    columns = columns_of(schema_of(target.request, target.place))
    manifest = folder.manifest(target.key)
    if manifest is None:
        manifest = Manifest(target.key, target.request.target, columns)
    elif manifest.columns != columns:
        raise CellError(
            f"{folder.path} has {target.request.path} with other columns",
            remedy="name another folder",
        )
    folder.clean(manifest, target.folder)
    return _of_what_is_there(folder, manifest)


def _of_what_is_there(folder: Folder, manifest: Manifest) -> Manifest:
    """A manifest without the files that somebody took away or damaged, so that they are fetched again."""
    gone = [
        name for name, (_, _, rows) in manifest.files.items() if rows_in(folder.path / name) != rows
    ]
    if not gone:
        return manifest
    covered = manifest.covered
    for name in gone:
        # KEY-LOW-HIGH.parquet
        low, high = map(int, name.removesuffix(".parquet").rsplit("-", 2)[1:])
        covered = [each for have in covered for each in without(have, (low, high))]
    files = {name: told for name, told in manifest.files.items() if name not in gone}
    return replace(manifest, files=files, covered=covered)


@contextmanager
def told(folder: Folder) -> Iterator[None]:
    """What the disk refuses is one line."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        reason = "no space is left" if full else error.strerror or "it cannot be written"
        raise CellError(
            f"{folder.path}: {reason}; what came before is whole",
            remedy=f"{'make room' if full else 'mend that'}, and run it again: it goes on there",
        ) from None


def bar_length_of(target: Target) -> int | None:
    """The length of the target's bars in milliseconds, None where its rows are no bars of one length."""
    if not target.style.candles:
        return None
    return bar_length(query_of(target.request).get("bar") or DEFAULT_BAR)
