"""Notebooks run as ``jupyter execute`` runs them. nbformat and nbclient take seconds to import, so only
the tests that run one import them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbformat import NotebookNode


def notebook(cells: Iterable[str]) -> NotebookNode:
    """A notebook of code cells for the kernel ``python3``."""
    from nbformat.v4 import new_code_cell, new_notebook  # noqa: PLC0415

    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return new_notebook(
        cells=[new_code_cell(cell) for cell in cells], metadata={"kernelspec": kernel}
    )


def executed(cells: Iterable[str], *, allow_errors: bool = True) -> NotebookNode:
    """The notebook with its outputs. Without ``allow_errors`` the first failure is raised."""
    from nbclient import NotebookClient  # noqa: PLC0415

    book = notebook(cells)
    NotebookClient(book, timeout=60, kernel_name="python3", allow_errors=allow_errors).execute()
    return book
