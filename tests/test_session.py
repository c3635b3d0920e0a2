"""A session's first frame: pandas comes while the request is under way (module: session)."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys, threading
from okx_magic import session

before = set(sys.modules)
session._import_tables_meanwhile()
for thread in threading.enumerate():
    if thread.name == "okx_magic-import":
        thread.join()
new = set(sys.modules) - before
print("pandas" in new, sorted(name for name in new if name.startswith("okx_magic")))
"""


def test_no_module_of_ours_is_imported_by_another_thread() -> None:
    """Two threads that import ours would each hold one that the other needs, and a page of candles after
    a refused request would end in a KeyError. Of pandas whoever comes second waits.
    """
    told = subprocess.run(  # our own text
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["True", "[]"]
