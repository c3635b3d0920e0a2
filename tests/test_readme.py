from __future__ import annotations

import re
from pathlib import Path

import pytest

from okx_magic.magics import OkxMagic
from okx_magic.magics.debugging import OkxDiagnosis
from okx_magic.magics.money import OkxMoney

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
MAGICS = sorted(
    {
        name
        for kind in (OkxMagic, OkxDiagnosis, OkxMoney)
        for names in kind.magics.values()
        for name in names
    }
)


@pytest.mark.parametrize("name", MAGICS)
def test_every_magic_is_documented(name: str) -> None:
    """Each magic has its row in the table."""
    assert re.search(rf"^\| `%+{name}\b", README, re.MULTILINE)


def options(name: str) -> list[str]:
    parser = getattr(OkxMagic, name).parser
    return [option for action in parser._actions for option in action.option_strings]


@pytest.mark.parametrize("option", options("okx"))
def test_every_option_of_a_cell_is_documented(option: str) -> None:
    """Each option of %%okx stands in the table, by its short and its long name."""
    assert re.search(rf"^\|.*`{option}[ `=]", README, re.MULTILINE)


def test_every_setting_is_documented() -> None:
    """Each setting of %config OkxMagic is named."""
    for name, trait in OkxMagic.class_own_traits(config=True).items():
        assert trait.help
        assert f"`{name}`" in README


def test_the_python_example_runs(nobody: Path) -> None:
    """What the README shows for plain Python works as it stands there."""
    assert nobody
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names: dict[str, object] = {}
    exec(example, names)  # noqa: S102  # the README's own text
    assert len(names["ticker"]) == 1  # type: ignore[arg-type]
    assert names["order"].code == "0"  # type: ignore[attr-defined]


def test_the_two_commands_stand_at_the_top() -> None:
    """The command that runs and the one that tests come before everything but the introduction."""
    assert (
        README.index("<!-- run -->") < README.index("<!-- test -->") < README.index("## The magics")
    )


def test_the_changelog_speaks_of_this_version() -> None:
    """The newest entry is the version of the package."""
    from okx_magic import __version__  # noqa: PLC0415

    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
