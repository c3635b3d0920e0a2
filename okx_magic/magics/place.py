"""Where a magic stands in a program, and the names that Python code would see there.

Strategy: the stack knows. The frame that called the magic is where it stands; a comprehension and the
body of a class have frames of their own and stand in a function; what a magic such as %time runs stands
where that magic does. IPython hands the caller's names to line magics only, so none are taken from it.

What the stack does not know is a function around a function: Python keeps only those of its names that
the inner code mentions, and text between braces is no code. Such a name is found out and refused, as
else the notebook's own of that name would be sent.
"""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType

    from IPython.core.interactiveshell import InteractiveShell

    from okx_magic.cell.filling import Names

# Between a magic and its caller. The decorator library carries the magics of other packages.
_MACHINERY = frozenset({"IPython", "okx_magic", "decorator", "traitlets"})
_RUNS_A_MAGIC = frozenset({"run_line_magic", "run_cell_magic"})
# Functions that IPython makes of a text: %timeit's.
_MADE_OF_TEXT = "<magic-"
_COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})


def names_here(shell: InteractiveShell) -> Names:
    """The names at the place of the magic that calls this, then its module's, then the notebook's."""
    from okx_magic.cell.filling import Names  # noqa: PLC0415  # slows %load_ext, on first use

    bodies = list(_bodies(sys._getframe(1), shell.user_ns))  # noqa: SLF001  # its documented use
    spaces: list[Any] = [body.f_locals for body in bodies]
    spaces += [body.f_globals for body in bodies[-1:]]
    others = [space for space in spaces if space is not shell.user_ns]

    def hidden(name: str) -> tuple[str, str] | None:
        from okx_magic.magics.closures import why_hidden  # noqa: PLC0415  # same

        return why_hidden(name, bodies, frame_around)

    functions = any(_is_function(body) for body in bodies)
    return Names(*others, shell.user_ns, hidden=hidden if functions else None)


def _bodies(frame: FrameType | None, notebook: dict[str, Any]) -> Iterator[FrameType]:
    """The frames whose names are seen, the nearest first."""
    frame = _caller(frame)
    while frame is not None:
        yield frame
        around = frame_around(frame)
        frame = around if around is not None else _asked_by(frame, notebook)


def _caller(frame: FrameType | None) -> FrameType | None:
    while frame is not None and _module(frame) in _MACHINERY:
        frame = frame.f_back
    return frame


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def _is_function(frame: FrameType) -> bool:
    return bool(frame.f_code.co_flags & inspect.CO_OPTIMIZED)


def frame_around(frame: FrameType) -> FrameType | None:
    """The frame of the function that a comprehension or the body of a class stands in, if any."""
    name = frame.f_code.co_name
    if _is_function(frame) and name not in _COMPREHENSIONS:
        return None
    found = [each for each in stack(frame.f_back) if _is_in(frame.f_code, each.f_code)]
    if name == "<genexpr>":
        # It is run by whoever wants its next: of two runs of its function the right one is not known.
        return found[0] if len(found) == 1 else None
    return found[0] if found and found[0] is frame.f_back else None


def _is_in(code: CodeType, outer: CodeType) -> bool:
    return any(each is code for each in outer.co_consts)


def _asked_by(frame: FrameType, notebook: dict[str, Any]) -> FrameType | None:
    """Where the magic stands that runs this frame, for a text that it runs as the notebook's."""
    made = not _is_function(frame) or frame.f_code.co_filename.startswith(_MADE_OF_TEXT)
    if frame.f_globals is not notebook or not made:
        return None
    for each in stack(frame.f_back):
        if each.f_globals is notebook:
            return None
        if each.f_code.co_name in _RUNS_A_MAGIC and _module(each) == "IPython":
            return _caller(each)
    return None


def stack(frame: FrameType | None) -> Iterator[FrameType]:
    """A frame and those that called it, one after the other."""
    while frame is not None:
        yield frame
        frame = frame.f_back
