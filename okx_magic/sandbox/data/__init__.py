"""The facts that the sandbox goes by: the files in this folder.

Tested in ``tests/sandbox/test_sandbox_documented.py``.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


def text(name: str) -> str:
    """The text of a file."""
    return files(__name__).joinpath(name).read_text("utf-8")


@cache
def table(name: str) -> Any:
    """What a file of JSON holds; not to be changed."""
    return json.loads(text(name))
