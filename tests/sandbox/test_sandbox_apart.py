from __future__ import annotations

import ast
from pathlib import Path

import okx_magic.sandbox

ROOM = Path(okx_magic.sandbox.__file__).parent
ALLOWED = ("okx_magic.sandbox", "okx_magic.catalogue", "okx_magic.model")


def imported(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "." * node.level)
    return names


def test_the_verifier_shares_no_code_with_the_signer() -> None:
    """The sandbox imports of ours only itself, the catalogue and the nouns; of others Tornado."""
    files = list(ROOM.rglob("*.py"))
    assert len(files) > 10
    ours = {name for file in files for name in imported(file.read_text("utf-8"))
            if name.startswith(("okx_magic", "."))}  # fmt: skip
    assert all(name.startswith(ALLOWED) for name in ours), ours


def test_the_check_sees_a_forbidden_import() -> None:
    """The control: an import of the signing room is seen."""
    assert not any(
        name.startswith(ALLOWED) for name in imported("from okx_magic.wire import signing")
    )
