"""The event loop and one thread beside it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue

from samguard.lsp.newest import Timer


class LoopAndThread:
    """Calls on the event loop, later or soon, and on a thread that works off one call after the other.

    The thread is a daemon: an editor that goes away does not wait for an analysis to end.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
        threading.Thread(target=self._work, name="samguard", daemon=True).start()

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Calls on the loop after a while."""
        return self._loop.call_later(seconds, call)

    def beside(self, call: Callable[[], None]) -> None:
        """Calls on the thread."""
        self._calls.put(call)

    def back(self, call: Callable[[], None]) -> None:
        """Calls on the loop, soon. Once that is closed, nobody is there to hear of it."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call)

    def _work(self) -> None:
        while True:
            self._calls.get()()
