"""For bots of other people: a pytest fixture, a ready line, and a page for whoever looks."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

import okx_magic
from okx_magic.sandbox.faults import described

if TYPE_CHECKING:
    from sandbox_caller import Caller

    from okx_magic.sandbox import Sandbox

pytestmark = pytest.mark.slow

ROOT = Path(okx_magic.__file__).parents[1]

BOT = """
import json, sys
from urllib.request import urlopen
import pytest

def test_light():
    assert not {"tornado", "pandas", "okx_magic.sandbox"} & set(sys.modules)

def test_my_bot(okx_sandbox):
    with urlopen(okx_sandbox.url + "/api/v5/public/time") as answer:
        assert json.load(answer)["code"] == "0"
    assert okx_sandbox.keys.key == okx_sandbox.demo.key

SEEN = set()

@pytest.mark.parametrize("number", [1, 2])
def test_another_each_time(okx_sandbox, number):
    SEEN.add((okx_sandbox.url, okx_sandbox.keys.key))
    assert len(SEEN) == number

@pytest.mark.okx_sandbox(seed=1, faults="any: 502", dress="live")
def test_marked(okx_sandbox):
    from urllib.error import HTTPError
    with pytest.raises(HTTPError, match="502") as caught:
        urlopen(okx_sandbox.url + "/api/v5/public/time")
    caught.value.close()
    assert okx_sandbox.keys.key == okx_sandbox.live.key
"""

NAMELESS = """
import pytest

@pytest.mark.okx_sandbox("lose-answer")
def test_marked(okx_sandbox):
    pass
"""


@pytest.fixture
def installed(tmp_path: Path) -> dict[str, str]:
    """An environment in which pytest finds the entry points of pyproject.toml, as of an installed
    package.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    points = project["entry-points"]["pytest11"].items()
    metadata = tmp_path / "site" / "okx_magic-0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: okx-magic\nVersion: 0\n")
    lines = ["[pytest11]", *(f"{name} = {module}" for name, module in points)]
    (metadata / "entry_points.txt").write_text("\n".join(lines))
    paths = os.pathsep.join([str(tmp_path / "site"), str(ROOT)])
    return os.environ | {"PYTHONPATH": paths}


def run(
    tmp_path: Path, environ: dict[str, str], *options: str, text: str = BOT
) -> subprocess.CompletedProcess[str]:
    (tmp_path / "test_bot.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error"]
    return subprocess.run(
        [*command, "--strict-markers", *options, "test_bot.py"],
        cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_fixture(tmp_path: Path, installed: dict[str, str]) -> None:
    """Where okx_magic is installed the fixture is there, marked or not, and tests that do not ask for
    it import nothing for it.
    """
    done = run(tmp_path, installed)
    assert "5 passed" in done.stdout, done.stdout + done.stderr
    assert done.stderr == ""


def test_control_without_the_entry_point(tmp_path: Path, installed: dict[str, str]) -> None:
    """The control: with the plugin switched off there is neither fixture nor marker."""
    done = run(tmp_path, installed, "-p", "no:okx_sandbox")
    assert "'okx_sandbox' not found" in done.stdout


def test_a_mark_without_a_keyword_is_an_error(tmp_path: Path, installed: dict[str, str]) -> None:
    """Else a test of a bot would pass without the fault that it asks for."""
    done = run(tmp_path, installed, text=NAMELESS)
    assert "1 error" in done.stdout
    assert "positional argument" in done.stdout


def test_a_script_waits_for_the_ready_line() -> None:
    """The first line of the program is JSON: where it is, and for whom."""
    with subprocess.Popen(
        [sys.executable, "-m", "okx_magic.sandbox", "--seed", "3", "--no-limits"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert sorted(ready) == ["environment", "key", "passphrase", "secret", "url"]
        for _ in range(30):
            with urlopen(f"{ready['url']}/api/v5/public/time") as answer:  # noqa: S310 - our own
                assert json.load(answer)["code"] == "0"
        process.terminate()


def program(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "okx_magic.sandbox", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_help_names_every_fault() -> None:
    """--help has the grammar of the rules, and a line for each fault."""
    said = program("--help").stdout
    for name, says in described().items():
        assert re.search(rf"^  {re.escape(name)} +{re.escape(says)}$", said, re.MULTILINE), name
    assert "2nd POST /api/v5/trade/order: hang-after" in said


@pytest.mark.parametrize(
    "options",
    [
        ("--faults", "gremlins"),
        ("--permissions", "everything"),
        ("--addresses", "here"),
        ("--certificate", "/dev/null"),
        ("--port", "99999"),
    ],
)
def test_options_that_cannot_be_used(options: tuple[str, ...]) -> None:
    """An option that cannot be used is one line on stderr, and exit status 1."""
    done = program(*options)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done


def test_the_page(call: Caller, sandbox: Sandbox) -> None:
    """The page says what this is, what is served and what can go wrong; it has no scripts, loads
    nothing, and knows no secrets.
    """
    call.connection.request("GET", "/")
    response = call.connection.getresponse()
    page = response.read().decode()
    assert response.status == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert sandbox.url.removeprefix("http://") in page
    for said in ("POST /api/v5/trade/order", "GET /api/v5/market/candles", *described()):
        assert f"<code>{said}</code>" in page
    for keys in (sandbox.demo, sandbox.live):
        for secret in (keys.key, keys.secret, keys.passphrase):
            assert secret not in page
    assert not re.search(r"<script|javascript:|\bon\w+=|src=|url\(", page, re.IGNORECASE)


@pytest.mark.parametrize("host", ["evil.com", '127.0.0.1"><script>', "127.0.0.1:1<b>"])
def test_the_page_cannot_be_made_to_say_things(call: Caller, host: str) -> None:
    """What a Host header says comes back as text, if at all."""
    answer = call.send("GET", "/", {"Host": host})
    assert answer.status in {200, 400, 403}
    assert b"<script" not in answer.body
    assert b"<b>" not in answer.body


def test_the_page_answers_who_waits_for_it(call: Caller) -> None:
    """HEAD /, with which tools ask whether a server is up, is 200 without a body."""
    answer = call.send("HEAD", "/", {})
    assert (answer.status, answer.body) == (200, b"")


def test_only_the_page_is_there(call: Caller) -> None:
    """Beside / there are no pages."""
    assert call.public("/index.html").status == 404
    assert call.send("POST", "/", {}).status == 404
