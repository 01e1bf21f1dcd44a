"""Work that is asked for again and again, of which only the newest counts.

A keystroke asks for a project to be looked at anew. It is waited for a moment whether more of them come, then the work
is done on another thread; a newer question ends it, and what an older one found is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeAlias, TypeVar

from samguard.errors import Stopped

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

GoOn: TypeAlias = Callable[[], None]
"""Called by work time and again; raises Stopped once nobody waits for it."""


class Timer(Protocol):
    """What can still be called off."""

    def cancel(self) -> object:
        """Calls it off."""


class Surroundings(Protocol):
    """The clock and the threads: an event loop with a thread beside it, or a test's stand-in for both."""

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Calls on the loop's thread after a while."""

    def beside(self, call: Callable[[], None]) -> None:
        """Calls on the other thread, one call after the other."""

    def back(self, call: Callable[[], None]) -> None:
        """Calls on the loop's thread, soon; may be asked from the other."""


@dataclass(slots=True)
class _State:
    number: int = 0
    timer: Timer | None = None
    is_running: bool = False
    is_due: bool = False


@dataclass(slots=True)
class Newest(Generic[K, T]):
    """Does what is asked for under each key, once at a time. All but the work itself runs on the loop's thread.

    `prepare` is called when work begins and gives it: a function that is handed `go_on`, and `tell` for what it finds
    on the way. `told` and `failed` are called with that, and with what it raised, while the question is the newest;
    `finished` whenever work has ended and none is waiting.
    """

    surroundings: Surroundings
    prepare: Callable[[K], Callable[[GoOn, Callable[[T], None]], None]]
    told: Callable[[K, T], None]
    failed: Callable[[K, Exception], None]
    finished: Callable[[K], None]
    _states: dict[K, _State] = field(default_factory=dict)

    def ask(self, key: K, seconds: float) -> None:
        """Asks anew: work begins when nobody has asked again for so long."""
        state = self._states.setdefault(key, _State())
        state.number += 1
        if state.timer is not None:
            state.timer.cancel()
        state.timer = self.surroundings.later(seconds, lambda: self._due(key))

    def forget(self, key: K) -> None:
        """Nobody wants it any more."""
        state = self._states.get(key)
        if state is not None:
            state.number += 1
            state.is_due = False
            if state.timer is not None:
                state.timer.cancel()
                state.timer = None
            if not state.is_running:
                del self._states[key]

    def is_busy(self, key: K) -> bool:
        """Whether an answer is still to come."""
        state = self._states.get(key)
        return state is not None and (state.timer is not None or state.is_running or state.is_due)

    def _due(self, key: K) -> None:
        state = self._states[key]
        state.timer = None
        if state.is_running:
            state.is_due = True
        else:
            self._begin(key, state)

    def _begin(self, key: K, state: _State) -> None:
        state.is_running, state.is_due = True, False
        number = state.number

        def go_on() -> None:
            if state.number != number:
                raise Stopped

        def on_loop(call: Callable[[], None]) -> None:
            self.surroundings.back(lambda: call() if state.number == number else None)

        def work() -> None:
            try:
                go_on()
                todo(go_on, lambda found: on_loop(lambda: self.told(key, found)))
            except Stopped:
                pass
            except Exception as error:  # noqa: BLE001 - a bug in one analysis must not end the server
                raised = error
                on_loop(lambda: self.failed(key, raised))
            self.surroundings.back(lambda: self._ended(key, state))

        try:
            todo = self.prepare(key)
        except Exception as error:  # noqa: BLE001 - the same
            state.is_running = False
            self.failed(key, error)
            self.finished(key)
            return
        self.surroundings.beside(work)

    def _ended(self, key: K, state: _State) -> None:
        state.is_running = False
        if state.is_due:
            self._begin(key, state)
        elif state.timer is None:
            self.finished(key)
