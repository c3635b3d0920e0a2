"""A server that lists files and serves them as OKX's do, and as a broken one would."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

# 2025-09-01 in UTC+8, in ms.
DAY = 1_756_656_000_000
DAYS = 86_400_000


@dataclass
class FileServer:
    """``files`` by their names, listed as of the days from ``DAY`` on. ``cut`` bytes are sent of a body
    before the connection ends, once for each number in it; ``urls`` are listed in place of the own ones.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    urls: dict[str, str] = field(default_factory=dict)
    ranges: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    inst_id: str = "BTC-USDT"
    status: int = 0
    resumes: bool = True

    def listing(self, query: dict[str, str]) -> list[dict[str, Any]]:
        self.asked.append(query)
        begin, end = int(query["begin"]), int(query["end"])
        details = [
            {
                "filename": name,
                "dataTs": str(DAY + number * DAYS),
                "sizeMB": "0.01",
                "url": self.urls.get(name, f"{self.url}/cdn/{name}?v=999"),
            }
            for number, name in enumerate(self.files)
            if begin - DAYS < DAY + number * DAYS <= end
        ]
        group = {"instId": self.inst_id, "instFamily": "", "groupDetails": details[::-1]}
        return [{"ts": "1", "totalSizeMB": "1", "details": [group] if details else []}]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    known: FileServer

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path.startswith("/api/"):
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            data = self.known.listing(query)
            self.answer(200, json.dumps({"code": "0", "msg": "", "data": data}).encode())
            return
        content = self.known.files[url.path.rpartition("/")[2]]
        wanted = self.headers.get("Range", "")
        self.known.ranges.append(wanted)
        if self.known.status:
            self.answer(self.known.status, b"no")
        elif wanted and self.known.resumes:
            begin = int(wanted.removeprefix("bytes=").removesuffix("-"))
            place = f"bytes {begin}-{len(content) - 1}/{len(content)}"
            self.answer(206, content[begin:], {"Content-Range": place})
        else:
            self.answer(200, content)

    def answer(self, status: int, body: bytes, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        cuts = self.known.cuts if not self.path.startswith("/api/") else []
        if cuts:
            self.wfile.write(body[: cuts.pop(0)])
            self.close_connection = True
        else:
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[FileServer]:
    """The server, while the block runs."""
    known = FileServer()
    handler = type("Handler", (_Handler,), {"known": known})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        known.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield known
        finally:
            server.shutdown()
            thread.join()
