"""Removes a secret that was typed in a cell from IPython's memory and history file.

Only the front end can replace the cell in the notebook itself; where it can, it does.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_REMOVED = "[removed]"
_LAST_INPUTS = ("_i", "_ii", "_iii", "_i00")


def forget(shell: Any, text: str) -> bool:
    """Replace ``text`` wherever the shell keeps the inputs of this session.

    False when the history file could not be written, as while another kernel holds it.
    """
    # The parsed form of a magic line has its text as a Python literal. As typed it may go over
    # several lines, each but the last with a backslash at its end.
    forms = (text, repr(text)[1:-1])
    patterns = (r"[\s\\]+".join(map(re.escape, form.split())) for form in forms)
    clean = partial(re.compile("|".join(patterns)).sub, _REMOVED)
    _forget_in_memory(shell, clean)
    return _forget_on_disk(shell.history_manager, clean)


def _forget_in_memory(shell: Any, clean: Callable[[str], str]) -> None:
    history = shell.history_manager
    for inputs in (history.input_hist_raw, history.input_hist_parsed):
        inputs[:] = [clean(source) for source in inputs]
    for name in _LAST_INPUTS:
        setattr(history, name, clean(getattr(history, name)))
    for name, value in list(shell.user_ns.items()):
        if name.startswith("_i") and isinstance(value, str):
            shell.user_ns[name] = clean(value)
    with history.db_input_cache_lock:
        history.db_input_cache[:] = [
            (number, clean(source), clean(raw)) for number, source, raw in history.db_input_cache
        ]


def _forget_on_disk(history: Any, clean: Callable[[str], str]) -> bool:
    if not history.enabled or history.hist_file == ":memory:":
        return True
    history.writeout_cache()
    try:
        with closing(sqlite3.connect(history.hist_file, timeout=5)) as db, db:
            # Else the old text stays in the file's free pages.
            db.execute("PRAGMA secure_delete=ON")
            db.create_function("clean", 1, clean, deterministic=True)
            db.execute(
                "UPDATE history SET source=clean(source), source_raw=clean(source_raw)"
                " WHERE session=?",
                (history.session_number,),
            )
    except sqlite3.Error:
        return False
    return True
