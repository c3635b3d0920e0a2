from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

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
