"""One measurement in a running IPython of a fresh process; prints its seconds.

fresh.py load EXTENSION
fresh.py first-cell overlapped|serial
fresh.py catalogue one|all|json
fresh.py panel okx_magic|stock
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from importlib.resources import files
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_IMPORT_THREAD = "okx_magic-import"
_CELL = "%%okx\nticker = GET /api/v5/market/ticker?instId=BTC-USDT"


@contextmanager
def starting() -> Iterator[Callable[..., Callable[[], float]]]:
    """Makes measurements, each of which starts this file anew with its arguments and environment
    variables. All share a home of their own, which is warm after the first round: byte code and the
    like are kept there, as they are in an installation.
    """
    with tempfile.TemporaryDirectory() as home:
        shared = {
            "HOME": home,
            "IPYTHONDIR": home,
            "PYTHONPYCACHEPREFIX": home,
            "PYTHONDONTWRITEBYTECODE": "",
            # JupySQL's telemetry would measure the network.
            "PLOOMBER_STATS_ENABLED": "false",
        }

        def measured(*arguments: str, **variables: str) -> Callable[[], float]:
            command = [sys.executable, __file__, *arguments]
            environment = os.environ | shared | variables

            def measure() -> float:
                done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
                return float(done.stdout.split()[-1])

            return measure

        yield measured


def main(kind: str, which: str) -> float:
    """The seconds of one measurement in this process."""
    if kind == "catalogue":
        return _catalogue(which)
    from IPython.terminal.ipapp import TerminalIPythonApp  # noqa: PLC0415  # the child alone

    app = TerminalIPythonApp.instance()
    app.initialize([])
    app.shell.run_cell("1;")
    if kind == "load":
        started = time.perf_counter()
        app.shell.run_line_magic("load_ext", which)
        return time.perf_counter() - started

    app.shell.run_line_magic("load_ext", "okx_magic")
    if kind == "panel":
        return _panel(app.shell, which)
    if which == "serial":
        _never_start(_IMPORT_THREAD)
    started = time.perf_counter()
    app.shell.run_cell(_CELL).raise_error()
    seconds = time.perf_counter() - started
    assert str(app.shell.user_ns["ticker"]["last"].dtype) == "float64"
    return seconds


def _panel(shell: Any, which: str) -> float:
    """The seconds until a panel is there for the front end, which is none: nothing is drawn."""
    import ipywidgets  # noqa: PLC0415  # what is not measured
    from IPython.display import display  # noqa: PLC0415  # same

    # As a notebook's shell has it: somebody sits before it.
    shell.kernel = SimpleNamespace(get_parent=lambda: {"content": {"allow_stdin": True}})
    started = time.perf_counter()
    if which == "okx_magic":
        shell.run_line_magic("okx_login", "")
    else:
        fields = [ipywidgets.Text(), ipywidgets.Password(), ipywidgets.Password()]
        buttons = [ipywidgets.Button(), ipywidgets.Button()]
        display(ipywidgets.VBox([ipywidgets.Dropdown(), *fields, *buttons]))
    return time.perf_counter() - started


def _catalogue(which: str) -> float:
    from okx_magic import catalogue  # noqa: PLC0415  # the child alone

    file = files("okx_magic.catalogue").joinpath("data", "endpoints.jsonl")
    actions: dict[str, Callable[[], object]] = {
        "one": lambda: catalogue.endpoint("GET", "/api/v5/account/balance"),
        "all": catalogue.endpoints,
        "json": lambda: [json.loads(line) for line in file.read_text("utf-8").splitlines()],
    }
    started = time.perf_counter()
    assert actions[which]()
    return time.perf_counter() - started


def _never_start(name: str) -> None:
    """Keep the thread of this name from doing its work, and import nothing for it beforehand."""
    start = threading.Thread.start

    def start_others(thread: threading.Thread) -> None:
        if thread.name != name:
            start(thread)

    threading.Thread.start = start_others  # type: ignore[method-assign]  # in a process of its own


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
