"""Runs the notebooks and saves them with their outputs, and with nothing else that a run leaves.

python tests/notebooks/refresh.py               all of them
python tests/notebooks/refresh.py quickstart    only these
"""

from __future__ import annotations

import sys

import nbformat
from saved import PATH, cleaned, path_of, run


def main(names: list[str]) -> None:
    """Run and save."""
    for name in names or PATH:
        path = path_of(name)
        nbformat.write(cleaned(run(name)), path)
        print(f"{name}: {path.stat().st_size / 1000:.0f} kB")  # noqa: T201  # a script


if __name__ == "__main__":
    main(sys.argv[1:])
