"""Runs the benchmarks, all or those named, and prints their ratios beside the targets.

python tests/benchmarks/run.py [load] [first_cell] [request] [tls]
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from pairs import CLIENT_CORE, pin, table

_PREFIX = "bench_"


def main(names: list[str]) -> None:
    """Run the named benchmarks; without names all of them."""
    known = sorted(path.stem.removeprefix(_PREFIX) for path in _files())
    unknown = set(names).difference(known)
    if unknown:
        sys.exit(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    pin(CLIENT_CORE)
    print(table([row for name in names or known for row in import_module(_PREFIX + name).run()]))


def _files() -> list[Path]:
    return list(Path(__file__).parent.glob(f"{_PREFIX}*.py"))


if __name__ == "__main__":
    main(sys.argv[1:])
