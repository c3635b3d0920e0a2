"""The magics, a thin skin over the commands, and the only room that knows the shell.

magicline ─► sending, debugging, money, streams ─► commands
a line       a class of magics each      what they do

``completer`` answers Tab in their cells, ``shell_panel`` keeps the panel up to date.

Tested in ``tests/magics/test_sending.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from okx_magic.magics import completer
from okx_magic.magics.debugging import OkxDiagnosis
from okx_magic.magics.money import OkxMoney
from okx_magic.magics.sending import OkxMagic
from okx_magic.magics.streams import OkxStreams

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["OkxMagic", "register", "unregister"]


def register(shell: InteractiveShell) -> None:
    """Add the magics and their completion to a shell; settings under ``%config OkxMagic``."""
    # A Magics object adds itself to the shell's configurables, where %config looks.
    magics = OkxMagic(shell)
    diagnosis = OkxDiagnosis(shell, lambda: magics.accounts, magics.opened)
    money = OkxMoney(shell, lambda: magics.accounts)
    streams = OkxStreams(shell, magics.opened)
    shell.register_magics(magics, diagnosis, money, streams)
    completer.install(shell, magics.opened)


def unregister(shell: InteractiveShell) -> None:
    """Remove everything that ``register`` added, and log out of every account."""
    registry = shell.magics_manager.registry
    if OkxMagic.__name__ not in registry:
        return
    registry[OkxMagic.__name__].close()
    registry[OkxStreams.__name__].close()
    for kind in (OkxMagic, OkxDiagnosis, OkxMoney, OkxStreams):
        magics = registry.pop(kind.__name__)
        for where, names in magics.magics.items():
            for name in names:
                shell.magics_manager.magics[where].pop(name, None)
        shell.configurables.remove(magics)
    completer.uninstall(shell)
