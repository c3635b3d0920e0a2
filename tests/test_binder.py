from __future__ import annotations

import ast
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.inputtransformer2 import TransformerManager

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def wanted(lines: list[str]) -> set[str]:
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def test_binder_installs_what_the_package_needs() -> None:
    """The cached layer has exactly the package's requirements and what its notebooks use beside."""
    listed = wanted((ROOT / "binder" / "requirements.txt").read_text("utf-8").splitlines())
    # The base environment has JupyterLab.
    beside = {each for each in PROJECT["optional-dependencies"]["lab"] if "jupyterlab" not in each}
    assert listed == set(PROJECT["dependencies"]) | beside


def name_of(requirement: str) -> str:
    return re.split(r"[\[>=<; ]", requirement)[0]


def code_cells() -> Iterator[str]:
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                yield "".join(cell["source"])


def imported(cell: str) -> set[str]:
    """The packages that a cell imports, or runs with -m, that neither Python nor a notebook brings."""
    names = set(re.findall(r"-m (\w+)", cell))
    for node in ast.walk(ast.parse(TransformerManager().transform_cell(cell))):
        if isinstance(node, ast.Import):
            names |= {each.name.partition(".")[0] for each in node.names}
        if isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names - sys.stdlib_module_names - WRITTEN - {"okx_magic"}


# The files that a notebook writes itself.
WRITTEN = {"bot", "careful"}
# What a notebook uses without naming it.
UNNAMED = {"pyarrow": "parquet"}


def test_the_notebooks_find_what_they_import_and_no_more_is_installed() -> None:
    """Each package of a notebook is installed, and what is installed beside the package's own is used."""
    cells = list(code_cells())
    used = set().union(*map(imported, cells))
    used |= {name for name, word in UNNAMED.items() if any(word in cell for cell in cells)}
    own = {name_of(each) for each in PROJECT["dependencies"]}
    beside = {name_of(each) for each in PROJECT["optional-dependencies"]["lab"]} - {"jupyterlab"}
    assert used - own == beside


def started(config: Path, home: Path) -> str:
    """Where the address of a JupyterLab with this configuration leads."""
    environment = os.environ | {
        "HOME": str(home),
        "JUPYTER_CONFIG_PATH": str(config),
        "JUPYTER_RUNTIME_DIR": str(home),
    }
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    lab = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            *("--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
            "--IdentityProvider.token=t",
        ],
        env=environment,
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), Stay)
    try:
        while lab.poll() is None:
            with suppress(OSError):
                return str(opener.open(f"http://127.0.0.1:{port}/?token=t").headers["Location"])
            time.sleep(0.2)
    finally:
        lab.terminate()
        lab.wait()
    pytest.fail("JupyterLab did not start")


class Stay(urllib.request.HTTPRedirectHandler):
    def http_error_302(self, request: Any, answer: Any, *_: Any) -> Any:  # noqa: ARG002  # the base's
        return answer


def test_the_server_opens_on_the_quickstart(tmp_path: Path) -> None:
    """Whoever opens the server's own address is sent to the quickstart; without the file, to Lab."""
    pytest.importorskip("jupyterlab")
    there = "/lab/tree/notebooks/quickstart.ipynb"
    assert (ROOT / there.removeprefix("/lab/tree/")).exists()
    assert started(ROOT / "binder", tmp_path).startswith(there)
    assert started(tmp_path, tmp_path).startswith("/lab?")


def test_repo2docker_reads_the_environment() -> None:
    """repo2docker takes binder/ for a Python environment and runs postBuild; nothing is built."""
    program = Path(sys.executable).with_name("jupyter-repo2docker")
    if not program.exists():
        pytest.skip("repo2docker is not here")
    done = subprocess.run(
        [program, "--no-build", "--debug", ROOT],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    dockerfile = done.stdout + done.stderr
    assert "Building conda environment for python=3.12" in dockerfile
    assert re.search(
        r'^RUN .*pip install .*-r "binder/requirements\.txt"$', dockerfile, re.MULTILINE
    )
    assert re.search(r"^RUN \./binder/postBuild$", dockerfile, re.MULTILINE)


def test_post_build_can_be_run() -> None:
    """The script is executable and its shell finds no mistake in it."""
    script = ROOT / "binder" / "postBuild"
    assert script.stat().st_mode & 0o111
    bash = shutil.which("bash")
    if bash:
        subprocess.run([bash, "-n", script], check=True)
