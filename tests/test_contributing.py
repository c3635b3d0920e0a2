"""What a contributor is told is there: every path, every room, every name that the recipes use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_architecture import ROOMS

ROOT = Path(__file__).parents[1]
PAGES = {
    name: (ROOT / ".github" / name).read_text("utf-8")
    for name in ("CONTRIBUTING.md", "SECURITY.md")
}
PATHS = sorted(
    {
        path
        for text in PAGES.values()
        for path in re.findall(r"`((?:okx_magic|tests|\.ci)/[\w./]*|CHANGELOG\.md)`", text)
    }
)
# The recipes' names, each with the file that it is in.
NAMES = {
    "COSTS": "okx_magic/credentials/changes.py",
    "WORDS": "tests/detective/byhand_body.py",
    "_POSITIONAL": "okx_magic/ui/cursor_context.py",
    "read_variables": "okx_magic/credentials/source_values.py",
    "Ports": "okx_magic/credentials/sources.py",
    "_in_order": "okx_magic/credentials/sources.py",
    "unread": "okx_magic/credentials/choices.py",
    "_found": "okx_magic/credentials/choices.py",
    "Endpoint": "okx_magic/catalogue/reader.py",
    "_READS": "okx_magic/sandbox/routes/endpoints.py",
    "_ACTS": "okx_magic/sandbox/routes/endpoints.py",
}


@pytest.mark.parametrize("path", PATHS)
def test_each_path_is_there(path: str) -> None:
    """A file or folder that the pages name can be opened."""
    assert (ROOT / path).exists()


def test_the_recipes_name_files() -> None:
    """The control: the paths above were found in the text at all."""
    assert len(PATHS) > 20


@pytest.mark.parametrize(("name", "path"), NAMES.items())
def test_each_name_is_where_its_recipe_says(name: str, path: str) -> None:
    """A class, function or table of a recipe is in the file that is named with it."""
    text = PAGES["CONTRIBUTING.md"]
    assert f"`{name}`" in text
    assert f"`{path}`" in text
    assert re.search(rf"^\s*(def |class )?{name}\b", (ROOT / path).read_text("utf-8"), re.MULTILINE)


def test_every_room_is_on_the_map() -> None:
    """The map has each room of the table of imports, and no other."""
    (drawing,) = re.findall(r"## The map.*?```\n(.*?)```", PAGES["CONTRIBUTING.md"], re.DOTALL)
    assert set(ROOMS) - set(re.findall(r"\w+", drawing)) == set()
