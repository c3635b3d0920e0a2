"""The rooms and what may import what; a newcomer can read the table as a map."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import okx_magic

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(okx_magic.__file__).parent

# room: the rooms of ours that it may import
ROOMS: dict[str, set[str]] = {
    "strictjson": set(),
    "servertext": set(),
    "model": {"strictjson", "catalogue"},
    "errorblock": set(),
    "errors": {"model", "errorblock"},
    "catalogue": set(),
    "cell": {"model", "errors", "strictjson", "catalogue"},
    "credentials": {"model", "errors", "strictjson", "catalogue"},
    "wire": {"model", "errors", "strictjson", "servertext", "catalogue", "credentials"},
    "orders": {"model", "errors", "catalogue", "credentials", "wire"},
    "frames": {"model", "errors", "servertext", "catalogue"},
    "pages": {"model", "errors", "servertext", "catalogue", "wire", "frames"},
    "data": {"model", "errors", "catalogue", "wire", "frames", "pages"},
    "downloading": {"errors", "cell", "pages", "data"},
    "advice": {"model", "errors", "strictjson", "servertext", "catalogue", "credentials"},
    "detective": {"model", "errors", "strictjson", "catalogue", "credentials"},
    "sandbox": {"model", "catalogue"},
    "charts": {"model", "errors", "frames"},
    "streams": {
        "model",
        "errors",
        "strictjson",
        "servertext",
        "catalogue",
        "credentials",
        "frames",
    },
    "streaming": {
        "model",
        "errors",
        "catalogue",
        "credentials",
        "wire",
        "charts",
        "advice",
        "streams",
    },
    "session": {
        "model",
        "errors",
        "cell",
        "credentials",
        "wire",
        "orders",
        "frames",
        "pages",
        "charts",
        "advice",
        "streaming",
        "streams",
        "downloading",
    },
    "ui": {
        "model",
        "errors",
        "errorblock",
        "servertext",
        "catalogue",
        "credentials",
        "wire",
        "orders",
        "session",
        "advice",
        "detective",
    },
    "opening": {
        "model",
        "errors",
        "credentials",
        "wire",
        "orders",
        "session",
        "streaming",
        "sandbox",
    },
    "accounts": {
        "model",
        "errors",
        "credentials",
        "wire",
        "orders",
        "session",
        "opening",
    },
    "pytest_plugin": {"sandbox"},
    "commands": {
        "model",
        "errors",
        "strictjson",
        "servertext",
        "cell",
        "catalogue",
        "credentials",
        "wire",
        "orders",
        "frames",
        "pages",
        "charts",
        "advice",
        "detective",
        "session",
        "accounts",
        "ui",
        "streams",
        "data",
        "downloading",
    },
    "magics": {
        "errors",
        "cell",
        "catalogue",
        "credentials",
        "frames",
        "advice",
        "session",
        "accounts",
        "ui",
        "commands",
        "streams",
        "sandbox",
        "charts",
    },
    "__init__": {"magics", "opening", "session", "frames", "data"},
}

# The house within the house. A part of the sandbox: the parts that it may import beside the modules
# that stand by themselves, which know none of them.
PARTS: dict[str, set[str]] = {
    "market": set(),
    "account": {"market"},
    "routes": {"market", "account"},
    "streams": {"market", "account", "routes"},
}
OVER_ALL_PARTS = {"exchange", "server", "faulty", "__init__", "__main__"}

# library: the only places that may import it
LIBRARIES: dict[str, tuple[str, ...]] = {
    "requests": ("wire/transport.py",),
    "urllib3": ("wire/dialing.py", "wire/failures.py", "wire/files.py"),
    "pandas": ("frames/", "pages/", "charts/", "data/", "streams/listing.py"),
    "numpy": ("frames/", "pages/", "charts/", "sandbox/market/"),
    "msgspec": (
        "streams/",
        "strictjson.py",
        "orders/ledger.py",
        "wire/numberrows.py",
        "wire/objectrows.py",
        "frames/numbers.py",
    ),
    "tornado": ("sandbox/",),
    "websockets": ("streams/socket.py",),
    "certifi": ("streams/socket.py", "wire/files.py"),
    "pyarrow": ("streams/recording.py", "data/"),
    "IPython": (
        "magics/",
        "ui/console.py",
        "charts/widgets.py",
    ),
    "traitlets": ("magics/sending.py", "ui/panel_widget.py", "charts/widgets.py"),
    "anywidget": ("ui/panel_widget.py", "charts/widgets.py"),
    "ipywidgets": ("ui/panel_widget.py",),
    "keyring": ("credentials/external.py",),
    "tqdm": ("ui/bars.py",),
    "pytest": ("pytest_plugin.py",),
}

FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> Iterator[str]:
    """Every module, or name of one, that a file imports when it runs, also inside functions."""
    tree = ast.parse(path.read_text("utf-8"))
    for_types_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_file_imports_what_its_room_may(path: Path) -> None:
    """Imports follow the table, and each heavy library has its one place."""
    for name in imported(path):
        top, _, rest = name.partition(".")
        if top == "okx_magic":
            other = rest.partition(".")[0] or "__init__"
            if other != room_of(path):
                # The version is anybody's.
                assert other in ROOMS[room_of(path)] | {"__version__"}, f"{path} imports {name}"
        elif top in LIBRARIES:
            where = path.relative_to(PACKAGE).as_posix()
            assert where.startswith(LIBRARIES[top]), f"{path} imports {name}"


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if room_of(path) == "sandbox"],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_each_part_of_the_sandbox_knows_those_below_it(path: Path) -> None:
    """Prices know of no account, an account of no endpoint, and what all use of none of them."""
    part = path.relative_to(PACKAGE / "sandbox").parts[0].removesuffix(".py")
    names = (name.split(".") for name in imported(path) if name.startswith("okx_magic.sandbox."))
    others = {name[2] for name in names} & PARTS.keys() - {part}
    assert part in OVER_ALL_PARTS or others <= PARTS.get(part, set())


def test_the_table_has_no_cycles_and_no_ghosts() -> None:
    """Every room is in the table, and the rooms can be built one upon the other."""
    assert {room_of(path) for path in FILES} == set(ROOMS)
    built: set[str] = set()
    while len(built) < len(ROOMS):
        ready = {room for room, needs in ROOMS.items() if room not in built and needs <= built}
        assert ready, f"a cycle among {set(ROOMS) - built}"
        built |= ready


def test_no_two_files_need_each_other() -> None:
    """Within a room, too, a file can be read after those that it imports: there is no circle."""
    modules = {module_of(path): path for path in FILES}
    needs = {
        # A name stands in the module that it is, or is of.
        module: {name if name in modules else name.rpartition(".")[0] for name in imported(path)}
        & modules.keys() - {module, "okx_magic"}
        for module, path in modules.items()
    }
    while ready := {module for module, others in needs.items() if not others & needs.keys()}:
        needs = {module: others for module, others in needs.items() if module not in ready}
    assert not needs, f"a circle among {sorted(needs)}"


LOAD = """
import socket, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
before = set(sys.modules)
def forbidden(*args, **kwargs):
    raise AssertionError("a socket was opened")
socket.socket.connect = socket.socket.bind = forbidden
shell.run_line_magic("load_ext", "okx_magic")
heavy = {"pandas", "numpy", "ipywidgets", "requests", "urllib3", "tornado", "msgspec", "okx_magic.wire"}
print(sorted(heavy & (set(sys.modules) - before)))
"""


def test_loading_is_light_and_silent() -> None:
    """%load_ext imports nothing heavy, prints nothing and opens no socket."""
    done = subprocess.run(
        [sys.executable, "-c", LOAD], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
    assert done.stderr == ""
