"""Pulls that go to disk, and go on where they stopped.

    targets.py ─► download.py ─► fetching.py ─► parts.py ─► filing.py ─► parquet.py   rows as files
    one value     the ranges      one range      cut by      what is      folder.py    one writer
    of each       that are missing (ranges.py)   time        complete     reading.py   files ─► frames

    listing.py ─► files.py ─► archives.py ─► filling.py ─► filing.py
    what OKX      fetched      rows of zip    by time,
    offers        (wire)       and tar        instrument

    recordings.py     the file of a stream that was recorded ─► a frame

A dataset is a folder of ``endpoint=/instId=/bar=/month=/*.parquet``; ``_okx/`` in it tells, for each
target, what is complete and what OKX does not have. pyarrow and pandas are imported with this room.
"""

try:
    import pyarrow as _  # noqa: F401, ICN001  # asked for here, so that one line says what is missing
except ImportError:
    from okx_magic.errors import CellError

    raise CellError("data on disk needs pyarrow", remedy='%pip install "okx-magic[data]"') from None

from okx_magic.data.download import Done, Download, DownloadInterrupted
from okx_magic.data.fetching import DownloadProgress
from okx_magic.data.files import FileDownload
from okx_magic.data.reading import Dataset, open_data
from okx_magic.data.targets import split_targets

__all__ = [
    "Dataset",
    "Done",
    "Download",
    "DownloadInterrupted",
    "DownloadProgress",
    "FileDownload",
    "open_data",
    "split_targets",
]
