"""Names come from where the magic stands: ``magics/place`` and ``magics/closures``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from okx_magic.errors import CellError
from okx_magic.magics import place

if TYPE_CHECKING:
    from conftest import Notebook

# What is in the notebook, and must not be taken in a function.
GLOBALS = "inst, moment = 'WRONG-USDT', '2020-01-01'"
# In a request, and in the bounds of a page.
RIGHT = ("RIGHT-USDT", "1704153600000")
WRONG = ("WRONG-USDT", "1577836800000")

QUERY = "GET /api/v5/market/ticker?instId={{ inst }}"
BODY = (
    'POST /api/v5/trade/order\\n{"instId": "{{ inst }}", "tdMode": "cash",'
    ' "side": "buy", "ordType": "market", "sz": "1"}'
)
BARE = (
    'POST /api/v5/trade/order\\n{"instId": {{ inst }}, "tdMode": "cash",'
    ' "side": "buy", "ordType": "market", "sz": "1"}'
)
HEADER = "GET /api/v5/market/ticker?instId=X-Y\\nx-mine: {{ inst }}"
CANDLES = "GET /api/v5/market/candles?instId=X-Y&bar=1Dutc"

CELL = "get_ipython().run_cell_magic('okx', '--dry-run{option}', '{request}')"
LINE = "get_ipython().run_line_magic('okx', '--dry-run{option} {request}')"

# How a person may put a magic into a program: MAGIC is the call, inst and moment are names of there.
KINDS = {
    "function": "def f(inst, moment): return MAGIC\nf(*ARGS)",
    "local names": "def f():\n    inst, moment = ARGS\n    return MAGIC\nf()",
    "method": ("class A:\n    def m(self, inst, moment): return MAGIC\nA().m(*ARGS)"),
    "async function": (
        "import asyncio\nasync def f(inst, moment):\n    await asyncio.sleep(0)\n    MAGIC\n"
        "c = f(*ARGS)\ntry:\n    while True: c.send(None)\nexcept StopIteration: pass"
    ),
    "comprehension": "def f(moment): return [MAGIC for inst in ARGS[:1]]\nf(ARGS[1])",
    "generator expression": "def f(moment): return list(MAGIC for inst in ARGS[:1])\nf(ARGS[1])",
    "lambda": "f = lambda inst, moment: MAGIC\nf(*ARGS)",
    "body of a class": "def f(inst, moment):\n    class A:\n        x = MAGIC\nf(*ARGS)",
    "generator": "def f(inst, moment):\n    yield MAGIC\nlist(f(*ARGS))",
    "async generator": (
        "async def f(inst, moment):\n    MAGIC\n    yield\n"
        "async def g():\n    async for _ in f(*ARGS): pass\nc = g()\n"
        "try:\n    while True: c.send(None)\nexcept StopIteration: pass"
    ),
    "comprehension in a comprehension": (
        "def f(): return [[MAGIC for inst in ARGS[:1]] for moment in ARGS[1:]]\nf()"
    ),
    "class in a class": (
        "def f(inst, moment):\n    class A:\n        class B:\n            inst, moment = ARGS\n"
        "            x = MAGIC\nf('WRONG-USDT', '2020-01-01')"
    ),
    "property and match": (
        "class A:\n    @property\n    def m(self):\n        match ARGS:\n"
        "            case (inst, moment): return MAGIC\nA().m"
    ),
    "decorated": (
        "import functools\ndef d(g):\n    @functools.wraps(g)\n    def w(*a):\n"
        "        inst = moment = None\n        return g(*a)\n    return w\n"
        "@d\ndef f(inst, moment): return MAGIC\nf(*ARGS)"
    ),
    "closure that mentions them": (
        "def f(inst, moment):\n    def g():\n        inst, moment\n        return MAGIC\n    return g\n"
        "f(*ARGS)()"
    ),
    "exec with a namespace": "exec('MAGIC2', {'get_ipython': get_ipython}, dict(zip(NAMES, ARGS)))",
    "exec in a function": "def f(inst, moment): exec('MAGIC2')\nf(*ARGS)",
    "a thread": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "def f(inst, moment): return MAGIC\n"
        "with ThreadPoolExecutor(1) as pool: pool.submit(f, *ARGS).result()"
    ),
    "loop over a default": "fs = [lambda inst=i, moment=ARGS[1]: MAGIC for i in ARGS[:1]]\nfs[0]()",
    "%time in a function": "def f(inst, moment):\n    %time MAGIC\nf(*ARGS)",
    "%%time in a function": (
        "def f(inst, moment): get_ipython().run_cell_magic('time', '', 'MAGIC2')\nf(*ARGS)"
    ),
    "%%capture in a function": (
        "def f(inst, moment):\n"
        "    get_ipython().run_cell_magic('capture', 'kept', 'MAGIC2')\n    kept.show()\nf(*ARGS)"
    ),
    "%timeit in a function": "def f(inst, moment):\n    %timeit -n1 -r1 MAGIC\nf(*ARGS)",
    "%prun in a function": "def f(inst, moment):\n    %prun -q MAGIC\nf(*ARGS)",
}
# request, option
WHERE = {
    "query": (QUERY, ""),
    "body": (BODY, ""),
    "bare JSON": (BARE, ""),
    "header": (HEADER, ""),
    "option": (CANDLES, " --since {{ moment }} --until {{ moment[:8] + chr(48) + chr(50) }}"),
}


def program(kind: str, where: str, form: str = CELL) -> str:
    request, option = WHERE[where]
    call = form.format(request=request, option=option)
    quoted = call.replace("\\", "\\\\").replace("'", "\\'")
    return (
        KINDS[kind]
        .replace("MAGIC2", quoted)
        .replace("MAGIC", call)
        .replace("ARGS", "('RIGHT-USDT', '2024-01-01')")
        .replace("NAMES", "('inst', 'moment')")
    )


def in_program(notebook: Notebook, text: str) -> str:
    notebook.run(GLOBALS)
    said = notebook.run(text)
    assert notebook.error is None, said
    return said


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_those_of_the_place(sandbox_notebook: Notebook, kind: str) -> None:
    """In each kind of scope, in each part of a request, the nearest names are meant."""
    for where in WHERE:
        said = in_program(sandbox_notebook, program(kind, where))
        right, wrong = RIGHT[where == "option"], WRONG[where == "option"]
        assert right in said, where
        assert wrong not in said, where


@pytest.mark.parametrize("kind", ["function", "comprehension", "%time in a function"])
def test_line_magics_see_the_same_names(sandbox_notebook: Notebook, kind: str) -> None:
    """A request on the magic line means what it means in a cell."""
    said = in_program(sandbox_notebook, program(kind, "query", LINE))
    assert RIGHT[0] in said
    assert WRONG[0] not in said


# %timeit itself puts the caller's names among the notebook's while it runs.
@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("%timeit")])
def test_the_notebooks_names_alone_would_be_wrong(
    sandbox_notebook: Notebook, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: with what IPython hands to a cell magic each of these sends the notebook's name."""
    monkeypatch.setattr("okx_magic.magics.sending.names_here", lambda shell: dict(shell.user_ns))
    assert "WRONG-USDT" in in_program(sandbox_notebook, program(kind, "query"))


KEPT_OUT = {
    "function": "def outer(inst):\n    def inner(): return MAGIC\n    return inner\nouter('A-B')()",
    "lambda": "def outer(inst): return lambda: MAGIC\nouter('A-B')()",
    "method": (
        "def outer(inst):\n    class A:\n        def m(self): return MAGIC\n    return A\n"
        "outer('A-B')().m()"
    ),
    "two deep": (
        "def outer(inst):\n    def mid():\n        def inner(): return MAGIC\n        return inner\n"
        "    return mid\nouter('A-B')()()"
    ),
    "called inside": (
        "def outer(inst):\n    def inner(): return MAGIC\n    return inner()\nouter('A-B')"
    ),
    "async": (
        "def outer(inst):\n    async def inner(): return MAGIC\n    return inner()\n"
        "outer('A-B').send(None)"
    ),
    "generator handed on": (
        "def outer(inst): return (MAGIC for _ in '1')\ndef f(g): return list(g)\nf(outer('A-B'))"
    ),
    "deleted": (
        "def outer(inst):\n    def inner(): return MAGIC\n    return inner\n"
        "g = outer('A-B')\ndel outer\ng()"
    ),
    "made by exec": (
        "s = {'get_ipython': get_ipython}\n"
        "exec('def outer(inst):\\n    def inner(): return MAGIC2\\n    return inner', s)\n"
        "g = s.pop('outer')('A-B')\ng()"
    ),
}


@pytest.mark.parametrize("kind", KEPT_OUT)
def test_a_name_that_python_did_not_keep_is_an_error(sandbox_notebook: Notebook, kind: str) -> None:
    """It is never taken from the notebook instead; the error says why and what to write."""
    call = CELL.format(request=QUERY, option="")
    quoted = call.replace("\\", "\\\\").replace("'", "\\'")
    sandbox_notebook.run(GLOBALS)
    said = sandbox_notebook.run(KEPT_OUT[kind].replace("MAGIC2", quoted).replace("MAGIC", call))
    assert isinstance(sandbox_notebook.error, CellError), said
    assert "function around" in said
    assert "inst=inst" in said


def test_a_name_without_a_value_yet_is_an_error(sandbox_notebook: Notebook) -> None:
    """As Python itself has it, although the notebook has one of that name."""
    sandbox_notebook.run(GLOBALS)
    call = CELL.format(request=QUERY, option="")
    said = sandbox_notebook.run(f"def f():\n    {call}\n    inst = 1\nf()")
    assert "no value yet" in said
    assert "WRONG" not in said


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    xs = [inst for inst in 'ab']\n    MAGIC\nf()",
        "def out(inst):\n  def inner():\n    global inst\n    inst\n    MAGIC\n  inner()\nout(1)",
        "def outer(other):\n    def inner(): MAGIC\n    inner()\nouter(1)",
        "exec('MAGIC2')",
        "%time MAGIC",
        "get_ipython().run_cell('MAGIC2')",
    ],
)
def test_the_notebooks_names_are_meant_where_python_means_them(
    sandbox_notebook: Notebook, text: str
) -> None:
    """A function without a name of its own sees the notebook's, and so does the notebook."""
    call = CELL.format(request=QUERY, option="")
    quoted = call.replace("\\", "\\\\").replace("'", "\\'")
    said = in_program(sandbox_notebook, text.replace("MAGIC2", quoted).replace("MAGIC", call))
    assert "WRONG-USDT" in said


def test_names_of_the_expression_itself_are_its_own(sandbox_notebook: Notebook) -> None:
    """A comprehension between braces binds names that nothing outside has to know."""
    call = CELL.format(
        request='GET /api/v5/account/balance?ccy={{ [inst for inst in ("BTC", "ETH")] }}',
        option="",
    )
    said = in_program(sandbox_notebook, f"def f():\n    {call}\n    inst = 1\nf()")
    assert "BTC,ETH" in said


def test_a_result_of_the_cell_comes_before_a_local_name(sandbox_notebook: Notebook) -> None:
    """The second request of a cell uses what the first got, whatever the function calls so."""
    said = sandbox_notebook.run(
        "def f():\n"
        "    tick = 'mine'\n"
        "    get_ipython().run_cell_magic('okx', '',\n"
        "        'tick = GET /api/v5/market/ticker?instId=ETH-USDT\\n'\n"
        "        'again = GET /api/v5/market/ticker?instId={{ tick.instId[0] }}')\n"
        "f()"
    )
    assert sandbox_notebook.error is None, said
    assert list(sandbox_notebook["again"].instId) == ["ETH-USDT"]


def test_a_module_has_its_own_names(
    sandbox_notebook: Notebook, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function of an imported file sees that file's names before the notebook's."""
    call = CELL.format(request=QUERY, option="")
    with open(f"{tmp_path}/mine.py", "w", encoding="utf-8") as file:  # noqa: PTH123  # a plain text
        file.write(f"from IPython import get_ipython\ninst = 'RIGHT-USDT'\ndef f(): {call}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    try:
        assert "RIGHT-USDT" in in_program(sandbox_notebook, "import mine; mine.f()")
    finally:
        sys.modules.pop("mine", None)


def test_the_frames_of_the_shell_are_no_place() -> None:
    """The caller of a magic is the first frame that is neither IPython's nor ours."""
    frame = place._caller(sys._getframe())
    assert frame is sys._getframe()
