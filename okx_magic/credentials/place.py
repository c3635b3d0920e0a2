"""Where we run, as far as secrets are concerned: a machine on which they are not the person's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Mapping

INSIST: Final = "OKX_KEYS_ON_BINDER"

# BinderHub sets these in each of its notebooks (mybinder.readthedocs.io, "Environment variables").
_BINDER: Final = ("BINDER_LAUNCH_HOST", "BINDER_REPO_URL", "BINDER_REQUEST")


def on_binder(environ: Mapping[str, str]) -> bool:
    """Whether this is a Binder, where strangers run the machine; False where the person insists."""
    insists = environ.get(INSIST, "").strip() == "1"
    return not insists and any(environ.get(name) for name in _BINDER)


def refuse_on_binder(environ: Mapping[str, str]) -> None:
    """Raise CredentialsError where credentials should not be brought."""
    if on_binder(environ):
        raise CredentialsError(
            "this is a Binder: whoever runs it can read every key that is used here",
            remedy=f"%okx_login sandbox needs no key; %env {INSIST}=1 insists",
        )
