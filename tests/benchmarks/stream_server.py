"""Sends trades or books to whoever subscribes, at full speed or so many a second; started by
bench_streams.py and busy_kernel.py.

python stream_server.py CERTIFICATE MESSAGES LEVELS [RATE]
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from contextlib import suppress
from typing import Any

from pairs import SERVER_CORE, pin
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

CERTIFICATE, MESSAGES, LEVELS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
RATE = int(sys.argv[4]) if sys.argv[4:] else 0


def trade(number: int) -> str:
    row = {"instId": "BTC-USDT", "tradeId": str(number), "px": f"{50_000 + number % 900 / 10}"}
    row |= {"sz": f"0.{number:08d}", "side": "buy", "ts": str(1_700_000_000_000 + number)}
    return pushed("trades", row | {"count": "1", "source": "0", "seqId": number})


def book(number: int) -> str:
    levels = [
        [f"{50_000 + (number * 7 + place) % 400 / 10}", f"{number % 5}", "0", "3"]
        for place in range(LEVELS)
    ]
    below = [[f"{float(level[0]) - 100}", *level[1:]] for level in levels]
    first = number == 1
    row = {"asks": levels, "bids": below, "ts": str(1_700_000_000_000 + number), "checksum": 0}
    ids = {"seqId": number, "prevSeqId": -1 if first else number - 1}
    return pushed("books", row | ids, action="snapshot" if first else "update")


def pushed(channel: str, row: dict[str, Any], **more: str) -> str:
    arg = {"channel": channel, "instId": "BTC-USDT"}
    return json.dumps({"arg": arg, **more, "data": [row]}, separators=(",", ":"))


async def send(connection: ServerConnection, frames: list[str]) -> None:
    clock = asyncio.get_running_loop().time
    began = clock()
    for number, frame in enumerate(frames):
        if RATE and (early := number / RATE - (clock() - began)) > 0:
            await asyncio.sleep(max(early, 0.005))
        await connection.send(frame)


async def main() -> None:
    frames = {
        name: [make(number) for number in range(1, MESSAGES + 1)]
        for name, make in (("trades", trade), ("books", book))
    }

    async def talk(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            async for text in connection:
                if text == "ping":
                    await connection.send("pong")
                    continue
                request = json.loads(text)
                for arg in request["args"]:
                    answer = {"event": request["op"], "arg": arg, "connId": "a"}
                    tag = {"id": request["id"]} if "id" in request else {}
                    await connection.send(json.dumps({**tag, **answer}))
                    if request["op"] == "subscribe":
                        await send(connection, frames[arg["channel"]])

    context = None
    if CERTIFICATE:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
    options: dict[str, Any] = {"compression": None, "ping_interval": None, "ssl": context}
    async with serve(talk, "127.0.0.1", 0, **options) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    pin(SERVER_CORE)
    asyncio.run(main())
