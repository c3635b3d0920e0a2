"""A dataset on disk as frames, by instrument and time.

Tested in ``tests/data/test_folders.py``.
"""

from __future__ import annotations

import time
from html import escape
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from okx_magic.data.folder import Folder, Manifest
from okx_magic.data.parquet import as_template, frame_of, read
from okx_magic.data.targets import Target, target_of
from okx_magic.errors import CellError
from okx_magic.model import Request
from okx_magic.pages.paging import Span, read_time, time_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

# By what a target is named.
_PARTITIONS: Final = ("instId", "bar", "endpoint", "query")
_LISTED: Final = 5
_CONTENTS: Final = (
    "endpoint",
    "instId",
    "bar",
    "query",
    "rows",
    "since",
    "until",
    "ranges",
    "holes",
    "notices",
)


class Dataset:
    """What ``okx_magic.open_data`` opens: the targets of a folder, and their frames."""

    def __init__(self, path: str | PathLike[str]) -> None:
        self._folder = Folder(path, to_read=True)
        self._targets: list[tuple[Target, Manifest]] = sorted(
            (
                (target_of(Request("GET", each.target), Span()), each)
                for each in self._folder.manifests()
            ),
            key=lambda each: each[0].folder,
        )

    @property
    def contents(self) -> pd.DataFrame:
        """One row a target: its partitions, ``rows``, ``since`` and ``until`` of what is complete
        (several ranges: the outermost), ``holes`` as text, and OKX's ``notices``.
        """
        return pd.DataFrame(
            [
                {
                    "endpoint": target.place["endpoint"],
                    "instId": target.place.get("instId"),
                    "bar": target.place.get("bar"),
                    "query": target.place.get("query"),
                    "rows": manifest.rows,
                    "since": _stamp(manifest.covered[0][0] if manifest.covered else None),
                    "until": _stamp(manifest.covered[-1][1] if manifest.covered else None),
                    "ranges": len(manifest.covered),
                    "holes": ", ".join(
                        f"{time_text(low)} to {time_text(high)}" for low, high in manifest.holes
                    ),
                    "notices": " · ".join(manifest.notices),
                }
                for target, manifest in self._targets
            ],
            columns=list(_CONTENTS),
        )

    def frame(  # noqa: PLR0913  # each by its keyword
        self,
        inst_id: str | None = None,
        *,
        bar: str | None = None,
        endpoint: str | None = None,
        query: str | None = None,
        since: Any = None,
        until: Any = None,
    ) -> pd.DataFrame:
        """The rows of one target with ``since ≤ time < until``, oldest first, as the frame that a pull
        gives. ``endpoint`` is its path, such as ``market/candles``; name no more than tells it apart.

        Raises CellError where no target is meant, or more than one.

        Example:
            >>> done = okx.download("/api/v5/market/candles?instId=BTC-USDT&bar=1H", to=folder,
            ...     since="2024-01-01", until="2024-01-03")
            >>> data = okx_magic.open_data(folder)
            >>> len(data.frame("BTC-USDT", bar="1H", since="2024-01-02"))
            24
        """
        path = None if endpoint is None else endpoint.removeprefix("/api/v5/").replace("/", "-")
        wanted = {"instId": inst_id, "bar": bar, "endpoint": path, "query": query}
        asked = {name: value for name, value in wanted.items() if value is not None}
        found = [
            each
            for each in self._targets
            if all(each[0].place.get(name) == value for name, value in asked.items())
        ]
        if len(found) != 1:
            raise self._not_one([target for target, _ in found], asked)
        now = int(time.time() * 1000)
        bounds = (None if each is None else read_time(each, now) for each in (since, until))
        return self._frame(*found[0], Span(None, *bounds))

    def _not_one(self, found: list[Target], asked: Mapping[str, str]) -> CellError:
        """Why no target, or more than one, is meant, and how each of them is named."""
        shown = found or [target for target, _ in self._targets]
        text = " ".join(f"{name}={value}" for name, value in asked.items())
        if not shown:
            return CellError("the folder has no target yet", remedy="%%okx --to FOLDER fetches one")
        if not found:
            said, names = f"no target is {text}", list(_PARTITIONS)
        else:
            whose = f" with {text}" if text else ""
            said = f"the folder has {len(found)} targets{whose}: name one"
            # What all of them share tells none apart.
            names = [
                name for name in _PARTITIONS if len({each.place.get(name) for each in shown}) > 1
            ]
        more = f" and {len(shown) - _LISTED} more" if len(shown) > _LISTED else ""
        listed = ", ".join(each.called(names) for each in shown[:_LISTED])
        return CellError(said, remedy=f"there is {listed}{more}")

    def __repr__(self) -> str:
        return f"{self._titled()}\n{self._shown().to_string(index=False)}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._titled())}</p>{self._shown().to_html(index=False)}"

    def _titled(self) -> str:
        count = len(self._targets)
        return (
            f"dataset {self._folder.path} · {count} target{'' if count == 1 else 's'}"
            " · .frame(…) gives the rows of one"
        )

    def _shown(self) -> pd.DataFrame:
        """The contents without the columns that are empty."""
        shown = self.contents.drop(columns="ranges")
        filled = [name for name in shown if shown[name].notna().any() and (shown[name] != "").any()]
        return shown[filled or list(shown)]

    def _frame(self, target: Target, manifest: Manifest, span: Span) -> pd.DataFrame:
        names = [
            (low, name)
            for name, (low, high, _) in manifest.files.items()
            if (span.since is None or high >= span.since)
            and (span.until is None or low < span.until)
        ]
        template = frame_of([], target.request)
        frames = [read(self._folder.path / name) for _, name in sorted(names)]
        field = target.style.time or "ts"
        if frames:
            whole = pd.concat(frames, ignore_index=True)
            for name in template.columns.intersection(list(target.place)):
                whole[name] = target.place[name]
            whole = as_template(whole, template)
            since, until = (_stamp(each) for each in (span.since, span.until))
            kept = pd.Series(True, index=whole.index)  # noqa: FBT003  # a column of it
            if since is not None:
                kept &= whole[field] >= since
            if until is not None:
                kept &= whole[field] < until
            whole = whole[kept]
        else:
            whole = template
        whole = whole.set_index("ts") if target.style.candles else whole.reset_index(drop=True)
        whole.attrs["endpoint"] = str(Request("GET", target.request.path))
        whole.attrs.update({k: v for k, v in target.place.items() if k in {"instId", "bar"}})
        return whole


def open_data(path: str | PathLike[str]) -> Dataset:
    """The dataset in a folder. Raises CellError where there is none."""
    return Dataset(path)


def _stamp(time_: int | None) -> pd.Timestamp | None:
    return None if time_ is None else pd.Timestamp(time_, unit="ms", tz="UTC")
