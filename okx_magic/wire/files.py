"""Fetches OKX's files: unsigned, from OKX's hosts only, and from where it stopped.

Tested in ``tests/data/test_files.py``.
"""

from __future__ import annotations

import os
import re
import ssl
import threading
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

import certifi
import urllib3
from urllib3.util import Retry

from okx_magic.errors import TransportError

if TYPE_CHECKING:
    from pathlib import Path

    from okx_magic.credentials.account import Account

_OKX: Final = "okx.com"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}", re.ASCII)
_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+)", re.ASCII)
_BLOCK: Final = 1 << 16
# Times that a file is asked for in a row without one more byte.
_TRIES: Final = 4


class FileSource:
    """Where an account's files are fetched from. Thread-safe; a few connections are kept.

    ``pause`` is in seconds, between tries.
    """

    def __init__(self, account: Account, *, pause: float = 1.0) -> None:
        self._account = account
        self._pause = pause
        self._over = threading.Event()
        tls = ssl.create_default_context(cafile=account.ca_bundle or certifi.where())
        options: dict[str, Any] = {
            "timeout": urllib3.Timeout(connect=account.timeout, read=account.timeout),
            "retries": Retry(0, redirect=False, raise_on_redirect=False),
            "maxsize": 4,
            "ssl_context": tls,
            "headers": {"User-Agent": "okx_magic", "Accept-Encoding": "identity"},
        }
        self._pool: urllib3.PoolManager = (
            urllib3.PoolManager(**options)
            if account.proxy is None
            else urllib3.ProxyManager(account.proxy, **options)
        )

    def url(self, said: str) -> str:
        """The whole URL of a file in a listing. Raises TransportError for one that is not OKX's."""
        base = self._account.base_url
        url = urljoin(base, said)
        parts, own = urlsplit(url), urlsplit(base)
        host = parts.hostname or ""
        theirs = parts.scheme == "https" and (host == _OKX or host.endswith(f".{_OKX}"))
        same = (parts.scheme, parts.netloc) == (own.scheme, own.netloc)
        if not (theirs or same) or "@" in parts.netloc:
            raise TransportError(
                f"the listing names a file at {host[:60]!r}, which is not OKX's: it is not fetched",
                written=False,
            )
        return url

    def name(self, url: str) -> str:
        """The name of the file at a URL. Raises TransportError for what is no plain name."""
        name = urlsplit(url).path.rpartition("/")[2]
        if _NAME.fullmatch(name) is None:
            raise TransportError(f"{name[:60]!r} is not the name of a file", written=False)
        return name

    def fetch(self, url: str, path: Path) -> int:
        """Bring the file at ``url`` to ``path``, going on behind what is there. Its size in bytes.

        Raises TransportError for anything but the whole file, and what the disk refuses.
        """
        failures, reason = 0, ""
        while failures < _TRIES:
            have = path.stat().st_size if path.exists() else 0
            try:
                total = self._try(url, path, have)
                if path.stat().st_size == total:
                    return total
                reason = f"it came to {path.stat().st_size:,} of {total:,} bytes"
            except (urllib3.exceptions.HTTPError, ssl.SSLError, ConnectionError) as error:
                reason = type(error).__name__
            came = path.stat().st_size if path.exists() else 0
            failures = 0 if came > have else failures + 1
            if self._over.wait(self._pause):
                raise CancelledError
        raise TransportError(
            f"{self.name(url)} did not come: {reason}",
            written=True,
            remedy="run it again: it goes on there",
        )

    def close(self) -> None:
        """End what is under way, with CancelledError, and close the connections."""
        self._over.set()
        self._pool.clear()

    def _try(self, url: str, path: Path, have: int) -> int:
        headers = dict(self._pool.headers) | ({"Range": f"bytes={have}-"} if have else {})
        answer = self._pool.request(
            "GET", url, headers=headers, preload_content=False, redirect=False
        )
        try:
            begin, total = _place(answer, have)
            if begin is None:
                # What is there is not the beginning of it.
                path.unlink()
                return total
            with path.open("r+b" if begin else "wb") as file:
                file.seek(begin)
                for block in answer.stream(_BLOCK, decode_content=False):
                    if self._over.is_set():
                        raise CancelledError
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            return total
        finally:
            answer.close()


def _place(answer: urllib3.BaseHTTPResponse, have: int) -> tuple[int | None, int]:
    """Where what comes belongs in the file, and the size of the whole; None to begin anew."""
    length = answer.headers.get("Content-Length", "")
    if answer.status == 200 and length.isdecimal():
        return 0, int(length)
    found = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    if answer.status == 206 and found and int(found[1]) == have:
        return have, int(found[2])
    if answer.status == 416 and have:
        return None, -1
    raise TransportError(
        f"a file was answered with HTTP {answer.status}"
        + ("" if answer.status != 200 else " without its size"),
        written=True,
        status=answer.status,
    )
