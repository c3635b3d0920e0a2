from __future__ import annotations

from typing import Any

import pytest

from okx_magic.cell import Template, fill, parse
from okx_magic.errors import CellError


def _template(text: str) -> Template:
    return parse(text).templates[0]


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("nowhere", "{{ nowhere }}: NameError: name 'nowhere' is not defined"),
        ("1 / 0", "{{ 1 / 0 }}: ZeroDivisionError: division by zero"),
        ("{}['a']", "{{ {}['a'] }}: KeyError: 'a'"),
        ("loop", "RecursionError"),
        ("odd", "RuntimeError: no type"),
    ],
)
def test_failing_expressions_are_named(expression: str, reason: str) -> None:
    """Line, expression, type and text of the exception are told, and no traceback hangs on it."""

    class Odd:
        @property
        def dtype(self) -> Any:
            raise RuntimeError("no type")

    loop: list[Any] = []
    loop.append({"a": loop})
    cell = f'POST /x\n{{"a":\n{{{{ {expression} }}}}}}'
    with pytest.raises(CellError) as refusal:
        fill(_template(cell), {"loop": loop, "odd": Odd()})
    assert reason in refusal.value.message
    assert refusal.value.line == 3
    assert refusal.value.__cause__ is None
    assert refusal.value.__context__ is None


def test_expressions_see_the_namespace_from_inner_scopes() -> None:
    """Comprehensions and lambdas find the person's names, and builtins are there."""
    template = _template("GET /x?a={{ [f(y) + n for y in sorted(ys)] }}&b={{ (lambda: n)() }}")
    namespace = {"f": lambda y: y * 2, "n": 1, "ys": [2, 1]}
    assert fill(template, namespace).target == "/x?a=3,5&b=1"


def test_filling_leaves_the_namespace_alone() -> None:
    """Neither builtins nor names bound in an expression appear in the person's namespace."""
    namespace = {"n": 1}
    assert fill(_template("GET /x?a={{ (m := n) }}"), namespace).target == "/x?a=1"
    assert namespace == {"n": 1}


def test_filling_happens_anew_each_time() -> None:
    """The same template gives another request once the namespace has changed."""
    template = _template("GET /x?a={{ n }}")
    assert [fill(template, {"n": n}).target for n in (1, 2)] == ["/x?a=1", "/x?a=2"]


@pytest.mark.parametrize(
    ("body", "namespace", "reason"),
    [
        ('{"{{ a }}": 1,\n"{{ b }}": 2}', {"a": "k", "b": "k"}, 'the key "k" is given twice'),
        ('{"k": 1,\n"{{ b }}": 2}', {"b": "k"}, 'the key "k" is given twice'),
    ],
)
def test_keys_that_become_equal_are_refused(
    body: str, namespace: dict[str, Any], reason: str
) -> None:
    """Two keys that only the values make equal are found before the request is sent."""
    with pytest.raises(CellError, match=reason):
        fill(_template(f"POST /x\n{body}"), namespace)


def test_values_nested_too_deep_are_refused() -> None:
    """The limit of 64 levels holds for the filled body too."""
    deep: Any = {}
    for _ in range(64):
        deep = {"a": deep}
    with pytest.raises(CellError, match="nested deeper than 64"):
        fill(_template("POST /x\n{{ deep }}"), {"deep": deep})


def test_bytes_around_variables_stay_as_typed() -> None:
    """Blanks, order and number forms of the typed JSON are not touched by filling."""
    body = '{ "b" :1.00,\t"a":  "{{ n }}" , "c":[ {{ n }} ]\n}'
    assert fill(_template(f"POST /x\n{body}"), {"n": 5}).body == body.replace("{{ n }}", "5")


def test_long_expressions_are_shown_short() -> None:
    """An expression over several lines is named on one, cut at 60 characters."""
    with pytest.raises(CellError) as refusal:
        fill(_template("POST /x\n{{ [" + "\n1," * 50 + "] }}"), {})
    assert "\n" not in refusal.value.message
    assert len(refusal.value.message) < 200
