"""The way of one warm cell through the files: which functions of ours run, and how often the next frame
is one of another file, calls and returns alike. The sandbox's own frames are left out.

    python tests/trip.py [--files] [get | order | lost | login | panel]

A loop that goes to and fro between the same two files counts once; "raw" counts each move. ``--files``
lists the files in the order in which they are met. Run by hand, with Python 3.11, as later ones have no
frames for comprehensions; nothing is asserted.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from ipywidgets.widgets.widget import _instances
from traitlets.config import Config

import okx_magic
from okx_magic.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType, FrameType

PACKAGE = str(Path(okx_magic.__file__).parent) + os.sep
ORDER = """%%%%okx
order = POST /api/v5/trade/order
{"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "%s"}"""


def _ours(frame: FrameType | None) -> str | None:
    """The file of a frame within the package, None for one of somebody else or of the sandbox."""
    if frame is None or not frame.f_code.co_filename.startswith(PACKAGE):
        return None
    name = frame.f_code.co_filename.removeprefix(PACKAGE)
    return None if name.startswith("sandbox") else name


class Trip:
    """What was met on the way: ``codes`` and the names of the files, each time one follows another."""

    def __init__(self) -> None:
        self.codes: set[CodeType] = set()
        self.met: list[str] = []

    def step(self, frame: FrameType, event: str, _: object) -> None:
        if event not in {"call", "return"} or _ours(frame) is None:
            return
        if event == "call":
            self.codes.add(frame.f_code)
            self._at(frame)
            return
        # Back to the next frame of ours below, over those of others.
        below = frame.f_back
        while below is not None and _ours(below) is None:
            below = below.f_back
        self._at(below)

    def _at(self, frame: FrameType | None) -> None:
        name = _ours(frame)
        if name is not None and self.met[-1:] != [name]:
            self.met.append(name)

    @property
    def once(self) -> list[str]:
        """The files met, with each loop between two of them taken once: A B A B A B C is A B C."""
        short: list[str] = []
        for name in self.met:
            short.append(name)
            if short[-4:-2] == short[-2:] and len(short) >= 4:
                del short[-2:]
        return short


@contextmanager
def traced(*, threads: bool = False) -> Iterator[Trip]:
    """Traces this thread, with ``threads`` those that it starts as well."""
    trip = Trip()
    if threads:
        threading.setprofile(trip.step)
    sys.setprofile(trip.step)
    try:
        yield trip
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


class Notebook:
    """A shell that runs cells and shows nothing; an error is raised."""

    def __init__(self, home: str) -> None:
        config = Config()
        config.HistoryManager.hist_file = os.path.join(home, "history.sqlite")  # noqa: PTH118
        self.shell = InteractiveShell.instance(config=config)
        self.run("%load_ext okx_magic")

    def run(self, cell: str) -> None:
        with capture_output():
            result = self.shell.run_cell(cell, store_history=True)
        result.raise_error()

    def trip(self, cell: str) -> Trip:
        with capture_output(), traced() as trip:
            result = self.shell.run_cell(cell, store_history=True)
        result.raise_error()
        return trip


def _cell(notebook: Notebook, cell: str) -> Trip:
    notebook.run("%okx_login demo")
    for _ in range(2):
        notebook.run(cell)
    return notebook.trip(cell)


def get(notebook: Notebook, _: Sandbox) -> Trip:
    """GET balance, cell to receipt."""
    return _cell(notebook, "%%okx\nbalance = GET /api/v5/account/balance")


def order(notebook: Notebook, _: Sandbox) -> Trip:
    """Order, cell to receipt."""
    notebook.run("%okx_login demo")
    for size in (10, 11):
        notebook.run(ORDER % size)
    return notebook.trip(ORDER % 12)


def lost(notebook: Notebook, sandbox: Sandbox) -> Trip:
    """Order whose answer is lost, settled."""
    notebook.run("%okx_login demo")
    for size in (20, 21):
        sandbox.set_faults("lose-answer")
        notebook.run(ORDER % size)
    sandbox.set_faults("lose-answer")
    return notebook.trip(ORDER % 22)


def login(notebook: Notebook, _: Sandbox) -> Trip:
    """%okx_login demo."""
    return _cell(notebook, "%okx_login demo")


def panel(notebook: Notebook, _: Sandbox) -> Trip:
    """Panel: log in to the sandbox."""
    # As a front end that can be asked, which is where the panel opens.
    parent = {"content": {"allow_stdin": True}}
    notebook.shell.kernel = SimpleNamespace(get_parent=lambda: parent)
    notebook.run("%okx_login")
    widget = next(each for each in _instances.values() if "requests" in each.trait_names())

    def press() -> None:
        widget._handle_custom_msg({"kind": "login", "source": "sandbox"}, [])
        for _ in range(3000):
            if not widget.work["busy"]:
                return
            time.sleep(0.01)
        raise TimeoutError

    for _ in range(2):
        press()
    with traced(threads=True) as trip:
        press()
    assert widget.work["text"] == "logged in: sandbox", widget.work
    notebook.run("%okx_logout sandbox")
    return trip


TRIPS: dict[str, Callable[[Notebook, Sandbox], Trip]] = {
    each.__name__: each for each in (get, order, lost, login, panel)
}


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n\n")[0])
    parser.add_argument("trips", nargs="*", metavar="TRIP", help=", ".join(TRIPS))
    parser.add_argument("--files", action="store_true", help="in the order in which they are met")
    options = parser.parse_args()
    if unknown := set(options.trips) - set(TRIPS):
        parser.error(f"no trip is called {', '.join(unknown)}")
    print(f"{'':38} functions  files  moves  (raw)  rooms")
    with tempfile.TemporaryDirectory() as home, Sandbox.start() as sandbox:
        keys = sandbox.demo
        os.environ |= {"HOME": home, "OKX_API_BASE_URL": sandbox.url, "OKX_API_KEY": keys.key}
        os.environ |= {"OKX_SECRET_KEY": keys.secret, "OKX_PASSPHRASE": keys.passphrase}
        notebook = Notebook(home)
        for name in options.trips or TRIPS:
            trip = TRIPS[name](notebook, sandbox)
            files = list(dict.fromkeys(trip.met))
            rooms = {file.partition(os.sep)[0] for file in files}
            print(
                f"{str(TRIPS[name].__doc__).rstrip('.'):38} {len(trip.codes):9}  {len(files):5}"
                f"  {len(trip.once) - 1:5}  {len(trip.met) - 1:5}  {len(rooms):5}"
            )
            if options.files:
                print(*(f"    {file}" for file in files), sep="\n")
        notebook.run("%unload_ext okx_magic")
        notebook.shell._atexit_once()


if __name__ == "__main__":
    main()
