"""The sources outside of files and variables: the keyring, Colab's secrets, the person's answers.

Each is asked through one small function, which a test replaces.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from okx_magic.credentials.checks import WHITESPACE
from okx_magic.credentials.credentials import Credentials
from okx_magic.credentials.source_values import KEY, NAMES, Found, read_settings, read_variables
from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    # Asks the person for one line under a label; the flag says to hide it while it is typed.
    Prompt = Callable[[str, bool], str]

SERVICE: Final = "okx_magic"

# keyring's documentation: a priority of one or more is recommended. Below it are the backends that
# fail on every call and those that keep passwords as plain text.
_LEAST_PRIORITY: Final = 1

_QUESTION: Final = "demo or live? (Enter: demo) "
_ATTEMPTS: Final = 3
_HIDDEN: Final = True
_SHOWN: Final = False


class Keyring(Protocol):
    """The part of a ``keyring`` backend that is used here."""

    @property
    def priority(self) -> float:
        """How fit it is, by keyring's own measure."""

    def get_password(self, service: str, username: str) -> str | None:
        """The password kept under these two names, or None."""


def installed_keyring() -> Keyring | None:
    """The backend that keyring has chosen for this machine; None where keyring is not installed."""
    try:
        import keyring  # noqa: PLC0415 - an optional package
    except ImportError:
        return None
    backend: Keyring = keyring.get_keyring()
    return backend


def why_no_keyring(backend: Keyring | None) -> str:
    """Why a keyring is not used, in one line; "" for one that is."""
    if backend is None:
        return "the package keyring is not installed"
    if any(_trusted(member) for member in _members(backend)):
        return ""
    return f"the keyring {type(backend).__module__} does not keep secrets safe, so it is not used"


def read_keyring(backend: Keyring | None) -> Found | None:
    """The account that a keyring holds, or None when it has none, is locked or is not trusted.

    The service is ``okx_magic``, the user names are those of the variables, as in
    ``keyring set okx_magic OKX_API_KEY``.
    """
    if backend is None or why_no_keyring(backend):
        return None
    from keyring.errors import KeyringError  # noqa: PLC0415 - an optional package

    trusted = [member for member in _members(backend) if _trusted(member)]
    for member in trusted:
        try:
            values = {name: member.get_password(SERVICE, name) or "" for name in NAMES}
        except KeyringError:  # locked, or the person refused: then it is not a source
            continue
        found = read_variables(values, "the keyring")
        if found is not None:
            return found
    return None


def _members(backend: Keyring) -> tuple[Keyring, ...]:
    """The backends that one stands for.

    keyring's chain has several, plain-text ones among them, and a priority of its own.
    """
    return tuple(getattr(backend, "backends", (backend,)))


def _trusted(backend: Keyring) -> bool:
    return backend.priority >= _LEAST_PRIORITY


def colab_secrets() -> Callable[[str], str] | None:
    """Colab's function for reading a secret of the notebook, or None outside of Colab."""
    try:
        from google.colab import userdata  # noqa: PLC0415 - exists in Colab only
    except ImportError:
        return None
    get: Callable[[str], str] = userdata.get
    return get


def read_colab(get: Callable[[str], str] | None) -> Found | None:
    """The account that Colab's secrets hold, under the names of the variables.

    None when the key is not among them or the notebook may not read it.
    """
    if get is None:
        return None
    # Each question may wait for the browser: without the key the others are not asked.
    key = _colab_secret(get, KEY)
    if not key:
        return None
    others = {name: _colab_secret(get, name) for name in NAMES if name != KEY}
    return read_variables({KEY: key, **others}, "the Colab secrets")


def _colab_secret(get: Callable[[str], str], name: str) -> str:
    try:
        return get(name) or ""
    # Colab raises its own exceptions for an absent secret, a refusal and a silent browser; they can
    # be imported in Colab only, and each of them means that no secret is available here.
    except Exception:  # noqa: BLE001 - see above
        return ""


def read_prompt(prompt: Prompt, environ: Mapping[str, str]) -> Found | None:
    """The account that the person types in; None when the key is left empty.

    It is demo unless they answer live. Site, base URL and timeout are those of the environment:
    they are settings of the machine, not part of the credentials.
    """
    settings = read_settings(environ)
    try:
        credentials = _ask_credentials(prompt)
        demo = credentials is not None and _ask_demo(prompt)
    except (KeyboardInterrupt, EOFError):
        raise CredentialsError("the log-in was cancelled; nothing was kept") from None
    if credentials is None:
        return None
    return Found("typed in", credentials, replace(settings, demo=demo))


def _ask_credentials(prompt: Prompt) -> Credentials | None:
    key = prompt("OKX API key (Enter: the sandbox): ", _HIDDEN)
    if not key.strip(WHITESPACE):
        return None
    if key.lstrip(WHITESPACE).startswith("%"):
        # Typed as the next cell: the secret that is asked for next would be a second mistake.
        raise CredentialsError("that is a magic, not a key; nothing was kept")
    secret = prompt("secret key: ", _HIDDEN)
    return Credentials(key, secret, prompt("passphrase of the key: ", _HIDDEN))


def _ask_demo(prompt: Prompt) -> bool:
    for _ in range(_ATTEMPTS):
        answer = prompt(_QUESTION, _SHOWN).strip().lower()
        if answer in {"", "demo", "live"}:
            return answer != "live"
    raise CredentialsError("the answer was neither demo nor live; nothing was kept")
