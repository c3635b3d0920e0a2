"""What the README and the notebooks say is so: commands, cells, links, options."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from okx_magic import __version__, catalogue, open_data
from okx_magic.magics import OkxMagic
from okx_magic.magics.debugging import OkxDiagnosis
from okx_magic.magics.money import OkxMoney
from okx_magic.magics.streams import OkxStreams

if TYPE_CHECKING:
    from conftest import Notebook

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
CLASSES = (OkxMagic, OkxDiagnosis, OkxMoney, OkxStreams)
MAGICS = sorted({name for kind in CLASSES for names in kind.magics.values() for name in names})
COMMANDS = re.findall(
    r"^<!-- (\w+) -->\n```bash\n(.*?)```\n<!-- end -->", README, re.MULTILINE | re.DOTALL
)


def test_it_is_short() -> None:
    """A newcomer reads it at one go."""
    assert len(README.splitlines()) <= 130


def test_the_two_commands_stand_at_the_top() -> None:
    """The command that runs and the one that tests come first, and are all that is marked."""
    assert [name for name, _ in COMMANDS] == ["run", "test"]
    assert README.index("<!-- end -->", README.index("<!-- test -->")) < len(README) / 3


def test_the_commands_name_what_is_there() -> None:
    """The extras that are installed exist, and so does the notebook that is opened."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    commands = dict(COMMANDS)
    assert set(re.findall(r"'\.\[(\w+)\]'", README)) <= set(extras["optional-dependencies"])
    assert "'.[lab]'" in commands["run"]
    assert "-e '.[test]'" in commands["test"]
    # Everything: .ci/run runs this very command.
    assert commands["test"].splitlines()[-1] == ".venv-test/bin/python -m pytest -n auto"
    (notebook,) = re.findall(r"jupyter lab (\S+)", commands["run"])
    assert (ROOT / notebook).exists()


@pytest.mark.slow
def test_the_quickstart_runs_without_a_browser() -> None:
    """The command for a machine without a browser does what it says."""
    (command,) = re.findall(r"`\.venv/bin/(jupyter execute \S+)`", README)
    subprocess.run([sys.executable, "-m", *command.split()], cwd=ROOT, check=True)


@pytest.mark.slow
def test_the_exchange_starts_alone() -> None:
    """The command for other programs starts it; its first line is JSON with its address."""
    (command,) = re.findall(r"`\.venv/bin/python (-m okx_magic\.sandbox --port) 8700`", README)
    program = subprocess.Popen(
        [sys.executable, *command.split(), "0"], stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    with program.stdout:
        assert json.loads(program.stdout.readline())["url"].startswith("http://127.0.0.1:")
        program.terminate()
    program.wait()


@pytest.mark.parametrize("name", MAGICS)
def test_every_magic_is_documented(name: str) -> None:
    """Each magic has its row in the table."""
    assert re.search(rf"^\| `%+{name}\b", README, re.MULTILINE)


@pytest.mark.parametrize("name", MAGICS)
def test_every_option_says_what_it_does(name: str) -> None:
    """The README leaves options to --help: there each has a sentence."""
    magic = next(getattr(kind, name) for kind in CLASSES if hasattr(kind, name))
    actions = magic.parser._actions
    assert actions
    assert [each.dest for each in actions if not each.help] == []


@pytest.mark.parametrize("option", sorted(set(re.findall(r"`(--[\w-]+)", README))))
def test_every_option_that_is_named_is_there(option: str) -> None:
    """An option of the README is one of a magic, or of the sandbox's program."""
    known = {
        each
        for name in MAGICS
        for kind in CLASSES
        if hasattr(kind, name)
        for action in getattr(kind, name).parser._actions
        for each in action.option_strings
    }
    assert option in known


def test_every_setting_is_documented() -> None:
    """Each setting of %config OkxMagic is named."""
    for name, trait in OkxMagic.class_own_traits(config=True).items():
        assert trait.help
        assert f"`{name}`" in README


def test_the_cells_run(notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cells run one after the other, as a reader would run them, and assign what the text says; the
    last writes its files, and run again it fetches nothing.
    """
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    cells = [text for language, text in blocks if not language]
    assert len(cells) == 3
    for cell in cells:
        shown = notebook.run(cell)
        assert notebook.error is None, shown
    assert set(notebook["balance"]["ccy"]) == {"BTC", "USDT"}
    assert list(notebook["order"]["sCode"]) == ["0"]
    contents = open_data(tmp_path / "data").contents
    assert set(contents["instId"]) == {"BTC-USDT", "ETH-USDT"}
    assert (contents["rows"] >= 30 * 24 - 1).all()
    assert re.findall(r"· (\d+) new ·", notebook.run(cells[-1])) in (["0", "0"], ["1", "1"])


def test_the_python_example_runs(nobody: Path) -> None:
    """What the README shows for plain Python works as it stands there."""
    assert nobody
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names: dict[str, object] = {}
    exec(example, names)  # noqa: S102  # the README's own text
    assert len(names["ticker"]) == 1  # type: ignore[arg-type]
    assert len(names["hours"]) == 7 * 24  # type: ignore[arg-type]


@pytest.mark.parametrize("code", sorted(set(re.findall(r"`(\d{5})\b", README))))
def test_codes_are_known(code: str) -> None:
    """Each code of the README is one that %okx_explain knows."""
    assert catalogue.explain(code) is not None


def pages() -> dict[Path, str]:
    """The pages that people read, each with its prose."""
    found = {ROOT / "README.md": README}
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        prose = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
        found[path] = "\n".join(prose)
    return found


LINKS = sorted(
    {
        (path.relative_to(ROOT).as_posix(), link)
        for path, text in pages().items()
        for link in re.findall(r'\]\(([^)\s]+)\)|src="([^"]+)"', text)
        for link in link
        if link
    }
)


@pytest.mark.parametrize(("page", "link"), LINKS)
def test_every_link_leads_somewhere(page: str, link: str) -> None:
    """A link to a file finds it, one within a page finds its heading; others are https."""
    target, _, heading = link.partition("#")
    if "://" in target:
        assert target.startswith("https://")
        return
    path = (ROOT / page).parent / target if target else ROOT / page
    assert path.exists()
    if heading:
        titles = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)
        assert heading in {
            re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in titles
        }


def test_links_are_found() -> None:
    """The control: the table of tasks alone has eight."""
    assert len([page for page, _ in LINKS if page == "README.md"]) >= 8


def test_the_changelog_speaks_of_this_version() -> None:
    """The newest entry is the version of the package."""
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == __version__
