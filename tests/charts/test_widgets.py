"""The widgets' script."""

from __future__ import annotations

from okx_magic.charts import widgets


def test_the_script_of_a_widget_is_small_and_asks_for_nothing() -> None:
    """One module without imports; no address, no evaluation of text, no markup out of text."""
    for parts in (widgets._PARTS, ("table.js",)):
        text = widgets.script(parts)
        lines = text.splitlines()
        assert max(map(len, lines)) <= 100
        assert text.count("export") == 1
        for bad in (
            "import ",
            "http",
            "eval",
            "Function(",
            "innerHTML",
            "fetch",
            "WebSocket",
            "localStorage",
        ):
            assert bad not in text, bad
    sources = [each.read_text("utf-8").splitlines() for each in widgets._STATIC.glob("*.js")]
    assert len(sources) == len(widgets._PARTS) + 1
    assert max(map(len, sources)) <= 250
    assert sum(map(len, sources)) <= 700
