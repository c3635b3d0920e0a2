"""A pasted curl command as its parts: method, URL, headers, data.

Strategy: the command is cut into words as a shell would, then read word by word with a table of
options. An option that the table does not know is refused by its name: to guess what it does to a
signed request would be worse. Nothing is read from a file or from the environment.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from okx_magic.cell.head import HeaderLine
from okx_magic.cell.lines import WHITESPACE, Block, Line
from okx_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class _Option(NamedTuple):
    """What an option of curl means here; ``why`` it is left out, when a person should know."""

    meaning: Literal["method", "header", "data", "url", "query", "flag", "setting"]
    why: str = ""

    @property
    def takes_value(self) -> bool:
        return self.meaning not in ("query", "flag")


# curl(1): https://curl.se/docs/manpage.html
_OPTIONS: Mapping[str, _Option] = MappingProxyType(
    {
        name: option
        for names, option in (
            ("-X --request", _Option("method")),
            ("-H --header", _Option("header")),
            ("-d --data --data-ascii --data-binary --data-raw --json", _Option("data")),
            ("--url", _Option("url")),
            ("-G --get", _Option("query")),
            ("-s --silent -S --show-error -i --include -v --verbose", _Option("flag")),
            ("-f --fail -# --progress-bar --compressed --http1.1 --http2", _Option("flag")),
            ("-k --insecure", _Option("flag", "certificates are always verified")),
            ("-L --location", _Option("flag", "redirects are never followed")),
            ("-b --cookie", _Option("setting", "cookies are never sent")),
            ("-A --user-agent", _Option("setting", "the client names itself")),
            ("-m --max-time --connect-timeout", _Option("setting", "the session sets time limits")),
        )
        for name in names.split()
    }
)

# POSIX shell, section 2.2: quoting. A line goes on in open quotes and after a backslash; a space
# after that backslash comes from pasting and is accepted, and so is one on the last line.
_CONTINUED = re.compile(rf"\\[{WHITESPACE}\r]*(?:\n|\Z)")
_COMMAND = re.compile(
    rf"""(?: '[^']*' | "(?:\\.|[^"\\])*" | {_CONTINUED.pattern} | \\. | [^\n'"\\$]++ | \$(?!') )*""",
    re.DOTALL | re.VERBOSE,
)
_SHELL_WORDS = frozenset(("||", "&", "&&", ";", "<"))
# What becomes of the answer in the shell: a pipe, a file.
_OUTPUT = re.compile(r"\|(?!\|)|[12&]?>")
# What OKX's docs print and no shell takes: a header's quote closed twice, and a comment after the
# backslash that ends a line.
_CLOSED_TWICE = re.compile(
    rf"^([{WHITESPACE}]*(?:-H|--header)[{WHITESPACE}]+'[^'\n]*')'(?=[{WHITESPACE}]*\\)",
    re.MULTILINE,
)
_COMMENT_BEHIND = re.compile(rf"\\[{WHITESPACE}]+(?://|#)[^\n]*$", re.MULTILINE)
_DATA = re.compile(r"\s(?:-d|--data[\w-]*|--json)\b")
# cmd's way to continue a line and to quote, as browsers copy a command for it.
_CARETS = re.compile(rf'\^[{WHITESPACE}\r]*(?:\n|\Z)|\^"')


@dataclass(frozen=True, slots=True)
class Command:
    """What a curl command asks for, all of it on the ``line`` that the command begins on.

    ``data`` are the values of its data options, in order; with ``as_query`` they belong to the
    query. ``rest`` are the lines after the command.
    """

    line: int
    method: str
    url: str
    headers: tuple[HeaderLine, ...]
    data: tuple[str, ...]
    as_query: bool
    notices: tuple[str, ...]
    rest: Sequence[Line]


def read_curl(block: Block) -> Command:
    """The parts of the command that the block begins with. Raises CellError."""
    line = block.number
    typed = "\n".join((block.rest, *(line.text for line in block.lines)))
    words, used, dropped = _words(_as_meant(_without_carets(typed)), line)
    arguments = list(_arguments(iter(words), line))

    def given(meaning: str) -> list[str]:
        return [value for name, value in arguments if _OPTIONS[name].meaning == meaning]

    urls, methods, as_query = given("url"), given("method"), bool(given("query"))
    data = tuple(_data(*pair, line) for pair in arguments if _OPTIONS[pair[0]].meaning == "data")
    if len(urls) != 1:
        raise CellError(
            "a curl command has one URL; this one has " + ("several" if urls else "none"),
            line=line,
            remedy="put the URL in quotes, also for a {{ variable }} with blanks in it",
        )
    return Command(
        line=line,
        # As curl does: the last method given, else the one that the data asks for.
        method=methods[-1] if methods else "POST" if data and not as_query else "GET",
        url=urls[0],
        headers=tuple(_header(text, line) for text in given("header")),
        data=data,
        as_query=as_query,
        notices=dropped
        + tuple(
            f"line {line}: curl's {name} dropped: {why}"
            for name, _ in arguments
            if (why := _OPTIONS[name].why)
        ),
        rest=block.lines[used:],
    )


def _without_carets(text: str) -> str:
    """A command as Windows' cmd takes it, where ^ escapes and continues a line, as a POSIX shell does."""
    if not _CARETS.search(text):
        return text
    return re.sub(r"\^(.?)", lambda caret: caret[1] or "\\", text)


def _as_meant(text: str) -> str:
    """A command of the docs as a shell takes it. What a body holds stays as it is."""
    data = _DATA.search(text)
    head = text[: data.start()] if data else text
    return _COMMENT_BEHIND.sub(r"\\", _CLOSED_TWICE.sub(r"\1", head)) + text[len(head) :]


def _words(text: str, line: int) -> tuple[list[str], int, tuple[str, ...]]:
    """The words of the command, how many further lines it takes, and the notice on what it feeds."""
    match = _COMMAND.match(text)
    end = match.end() if match else 0
    if text[end : end + 1] in ("'", '"'):
        raise CellError(
            "a quote of the curl command is not closed",
            line=line,
            remedy="look for the missing quote; there can be no ' inside '…'",
        )
    if text.startswith("$'", end):
        raise CellError(
            "$'…' quoting works only in a shell",
            line=line,
            remedy="put the text in plain '…' quotes, as the JSON it should become",
        )
    words = shlex.split(_CONTINUED.sub(" ", text[:end]))
    end_of_curl = next((n for n, word in enumerate(words) if _OUTPUT.match(word)), len(words))
    dropped = words[end_of_curl:]
    words = words[:end_of_curl]
    if shell := _SHELL_WORDS.intersection((*words, *dropped)):
        raise CellError(
            f"{min(shell)} belongs to the shell, not to curl",
            line=line,
            remedy="paste the curl command alone",
        )
    told = f"line {line}: {' '.join(dropped)[:40]} dropped: the answer becomes a frame"
    return words, text.count("\n", 0, end), (told,) if dropped else ()


def _arguments(words: Iterator[str], line: int) -> Iterator[tuple[str, str]]:
    """Each option with its value ("" for a flag); ``--url`` for a word that is no option."""
    for word in words:
        if not word.startswith("-"):
            yield "--url", word
            continue
        # Short options may stand together (-sS) and hold their value (-XPOST).
        name, attached = (word, "") if word.startswith("--") else (word[:2], word[2:])
        while not _option(name, line).takes_value and attached:
            yield name, ""
            name, attached = f"-{attached[0]}", attached[1:]
        if not _option(name, line).takes_value:
            yield name, ""
            continue
        value = attached or next(words, None)
        if value is None:
            raise CellError(f"curl's {name} has no value", line=line, remedy="add it, or drop it")
        yield name, value


def _option(name: str, line: int) -> _Option:
    option = _OPTIONS.get(name)
    if option is None:
        raise CellError(
            f"curl's option {name.partition('=')[0]} is not supported",
            line=line,
            remedy="leave it out; only method, URL, headers and data are supported",
        )
    return option


def _header(text: str, line: int) -> HeaderLine:
    name, colon, value = text.partition(":")
    if not colon:
        raise CellError(
            "a header of the curl command is not name: value",
            line=line,
            remedy="for example: -H 'expTime: 1700000000000'",
        )
    return HeaderLine(name.strip(WHITESPACE), value.strip(WHITESPACE), line)


def _data(name: str, value: str, line: int) -> str:
    if value.startswith("@") and name != "--data-raw":
        raise CellError(
            f"curl's {name} names a file, and no file is read",
            line=line,
            remedy="put the JSON itself between the quotes",
        )
    return value
