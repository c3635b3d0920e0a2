"""One URL of an account, whatever becomes of its connections: new ones are made for ever, and each has
what the last one had.

Tested in ``tests/streams/test_keeping_connected.py``.
"""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any, Final

import msgspec

from okx_magic.credentials.websocket import websocket_url
from okx_magic.errors import OkxMagicError
from okx_magic.streams.connecting import FAILED, LoginRefusedError, connected
from okx_magic.streams.feeds import feed_of
from okx_magic.streams.protocol import LOGIN_AGAIN, batches
from okx_magic.streams.refusals import blamed, refusal_of, too_many_connections, unanswered

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence

    from okx_magic.streams.access import Access, Timing
    from okx_magic.streams.feed import Feed
    from okx_magic.streams.link import Link
    from okx_magic.streams.protocol import Arg, Event

_UPGRADE: Final = "64008"


class Line:
    """``call`` runs a function that may block in a thread; ``turn`` waits for the turn to connect."""

    def __init__(  # noqa: PLR0913  # each by its keyword
        self,
        access: Access,
        url: str,
        *,
        login: bool,
        timing: Timing,
        call: Callable[..., Awaitable[Any]],
        turn: Callable[[str], Awaitable[None]],
    ) -> None:
        self.access, self.url, self.login = access, url, login
        self.feeds: dict[Arg, Feed] = {}
        self._timing, self._call, self._turn = timing, call, turn
        self._by_text: dict[bytes, Feed | None] = {}
        self._link: Link | None = None
        self._main: asyncio.Task[None] | None = None
        self._handing: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._asking: set[Feed] = set()
        self._failures = 0

    @property
    def links(self) -> tuple[Link, ...]:
        """The connection, if there is one."""
        return (self._link,) if self._link else ()

    def add(self, arg: Arg) -> Feed:
        """The feed of an arg, subscribed to if it was not yet."""
        feed = self.feeds.get(arg)
        if feed is None:
            feed = self.feeds[arg] = feed_of(arg)
            self._by_text.clear()
            if self._main is None or self._main.done():
                self._main = asyncio.get_running_loop().create_task(self._run())
            elif self._link is not None:
                self._spawn(self._join(self._link, [feed]))
        return feed

    async def drop(self, feed: Feed) -> None:
        """Nobody wants this one any more."""
        if self.feeds.get(feed.arg) is feed:
            del self.feeds[feed.arg]
        self._by_text.clear()
        feed.stop()
        if not self.feeds:
            await self.close()
        elif self._link is not None and feed.owner is self._link:
            await self._link.ask("unsubscribe", [feed.arg])

    async def close(self) -> None:
        """Close the connection with 1000, and make no other."""
        tasks = [task for task in (self._main, self._handing, *self._tasks) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._link is not None:
            await self._link.close()
        self._link = None

    def pushed(self, link: Link, arg: bytes, action: str, run: Sequence[bytes]) -> None:
        """Data: to its feed."""
        try:
            feed = self._by_text[arg]
        except KeyError:
            feed = self._by_text[arg] = self._feed_of(msgspec.json.decode(arg))
        if feed is not None:
            feed.push(link, action, run)
            if feed.wants_rest:
                self._fill(feed)

    def event(self, link: Link, event: Event) -> None:
        """An answer or a notice: what it means for whom."""
        if event.event == "subscribe":
            self._subscribed(link, event)
        elif event.event == "channel-conn-count-error":
            for feed in self._named(event.channel):
                feed.refuse(too_many_connections(feed.arg, event.connCount, self._name))
        elif event.event == "notice" and event.code == _UPGRADE:
            self._hand_over()
        elif link.login is not None and not link.login.done():
            if event.event in ("login", "error"):
                link.login.set_result(event)
        elif event.event == "error":
            self._refused(link, event)

    async def _run(self) -> None:
        while any(feed.state != "refused" for feed in self.feeds.values()):
            try:
                link = await self._connect()
            except LoginRefusedError as refused:
                for feed in list(self.feeds.values()):
                    feed.refuse(refused.error)
                return
            except FAILED:
                await self._wait()
                continue
            self._link = link
            self._spawn(self._join(link, list(self.feeds.values())))
            await self._watch()

    async def _watch(self) -> None:
        """Until there is no connection any more, not even another one in its place."""
        while self._link is not None:
            link = self._link
            reason = await asyncio.shield(link.ended)
            if self._link is link and self._handing is not None:
                await asyncio.wait([self._handing])
            if self._link is link:
                self._link = None
                for feed in self.feeds.values():
                    feed.lost(link, reason)
                if asyncio.get_running_loop().time() - link.opened_at >= self._timing.steady:
                    self._failures = 0
                await self._wait()

    async def _wait(self) -> None:
        longest = min(self._timing.most, self._timing.first * 2.0**self._failures)
        self._failures = min(self._failures + 1, 20)
        await asyncio.sleep(longest * random.uniform(0.5, 1.0))  # noqa: S311  # no secret depends on it

    async def _connect(self) -> Link:
        url = websocket_url(self.access.account, self.url)
        await self._turn(url)
        login = self.access if self.login else None
        return await connected(self.access.account, url, self, self._timing, login, self._call)

    async def _join(self, link: Link, feeds: Iterable[Feed]) -> None:
        """Subscribe, and wait until each is answered."""
        wanted = [feed for feed in feeds if feed.state not in ("refused", "stopped")]
        for batch in batches(feed.arg for feed in wanted):
            if link.spent and link is self._link:
                # The new one subscribes to all, these too.
                self._hand_over()
                return
            await link.ask("subscribe", batch)
        await asyncio.wait([link.ended], timeout=self._timing.answer)
        if not link.ended.done():
            for feed in wanted:
                if feed.owner is not link and feed.state == "connecting":
                    feed.refuse(unanswered(feed.arg, self._timing.answer, self._name))

    def _hand_over(self) -> None:
        """Another connection first, then close this one: nothing is missed in between."""
        if self._handing is None or self._handing.done():
            self._handing = asyncio.get_running_loop().create_task(self._replace())

    async def _replace(self) -> None:
        old = self._link
        while old is not None and not old.ended.done():
            try:
                link = await self._connect()
            except FAILED:
                await self._wait()
                continue
            except LoginRefusedError:
                return
            feeds = [feed for feed in self.feeds.values() if feed.state != "refused"]
            for batch in batches(feed.arg for feed in feeds):
                await link.ask("subscribe", batch)
            for _ in range(100):
                if all(feed.owner is link or feed.state == "refused" for feed in feeds):
                    break
                await asyncio.wait([link.ended], timeout=self._timing.answer / 100)
            self._link = link
            self._handing = None
            # Those that were added meanwhile.
            self._spawn(self._join(link, [each for each in self.feeds.values() if not each.owner]))
            await old.close()

    def _subscribed(self, link: Link, event: Event) -> None:
        feed = self._feed_of(event.arg)
        if feed is not None and feed.owner is not link and feed.state != "refused":
            feed.subscribed(link)
            self._ask(feed, feed.joined)

    def _fill(self, feed: Feed) -> None:
        if feed.owner is not None:
            self._ask(feed, feed.fill)

    def _ask(self, feed: Feed, what: Callable[..., Awaitable[None]]) -> None:
        if feed not in self._asking:
            self._asking.add(feed)
            self._spawn(self._asked(feed, what))

    async def _asked(self, feed: Feed, what: Callable[..., Awaitable[None]]) -> None:
        """Ask REST, again and again while the subscription lives."""
        wait = self._timing.fill
        try:
            while feed.owner is not None:
                owner = feed.owner
                try:
                    await what(self._rest)
                except OkxMagicError:
                    await asyncio.sleep(wait)
                    wait = min(2 * wait, self._timing.most)
                    continue
                if owner is feed.owner and not feed.wants_rest:
                    return
                if owner is not feed.owner:
                    what = feed.joined
                    continue
                what = feed.fill
                await asyncio.sleep(self._timing.fill)
        finally:
            self._asking.discard(feed)

    async def _rest(self, target: str) -> list[Any]:
        found: list[Any] = await self._call(self.access.rest, target)
        return found

    def _refused(self, link: Link, event: Event) -> None:
        asked = link.asked.get(event.id, [feed.arg for feed in self.feeds.values()])
        open_ones = [
            arg for arg in asked if arg in self.feeds and self.feeds[arg].owner is not link
        ]
        arg = blamed(event.msg, open_ones)
        if event.code in LOGIN_AGAIN:
            feeds = [self.feeds[each] for each in open_ones]
            asyncio.get_running_loop().call_later(
                self._timing.fill, lambda: self._spawn(self._join(link, feeds))
            )
        elif arg is not None:
            self.feeds[arg].refuse(refusal_of(event, arg, self._name))
        elif len(asked) > 1:
            # Which of them is not said: each by itself.
            for each in open_ones:
                self._spawn(link.ask("subscribe", [each]))

    def _feed_of(self, echoed: dict[str, Any]) -> Feed | None:
        return next((feed for arg, feed in self.feeds.items() if arg.matches(echoed)), None)

    def _named(self, channel: str) -> list[Feed]:
        return [feed for arg, feed in self.feeds.items() if arg.channel.name == channel]

    @property
    def _name(self) -> str:
        return self.access.account.name

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
