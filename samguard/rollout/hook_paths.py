"""The ways through a hook's handler: whether each of them ends with an answer to CodeDeploy.

A handler's body is a row of actions, whatever language it was written in. Ranges are offsets in its code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from samguard.value import value

Range: TypeAlias = tuple[int, int]


@value
class Step:
    """A statement: `answers` where it tells CodeDeploy the result (or may have somebody else tell it).

    `may_fail` where it calls what fails when the new version does: an invocation, a request.
    """

    place: Range
    answers: bool = False
    may_fail: bool = False
    calls: bool = False
    """Whether anything in it could raise at all."""


@value
class Leave:
    """The end of the handler: a `return`, or a `raise` where `is_error`."""

    place: Range
    answers: bool = False
    is_error: bool = False
    may_fail: bool = False


@value
class Choice:
    """Branches of which one is taken; `is_complete` where there is an `else`.

    `is_about_event` where the choice asks about the event: what leaves early there is no deployment.
    """

    place: Range
    branches: tuple[Actions, ...]
    is_complete: bool
    is_about_event: bool = False


@value
class Attempt:
    """`try`: a body, what is done with what it raises, and what is done in any case."""

    body: Actions
    handlers: tuple[tuple[Range, Actions], ...]
    final: Actions = ()


@value
class Loop:
    """Actions that are repeated."""

    place: Range
    body: Actions


Action: TypeAlias = Step | Leave | Choice | Attempt | Loop
Actions: TypeAlias = "tuple[Action, ...]"


class Silence(Enum):
    """How a handler ends without an answer."""

    BRANCH = "branch"
    """A branch, an early return or a handled exception leads past every answer."""
    EXCEPTION = "exception"
    """An exception that nothing catches ends the handler before the answer."""


@value
class SilentEnd:
    """A way through the handler that never answers, and the place where it parts from the others."""

    kind: Silence
    place: Range


@value
class _State:
    """Where control may be: `answered` on some way, `pending` where a way without an answer last parted."""

    answered: bool
    pending: Range | None

    @property
    def is_reached(self) -> bool:
        return self.answered or self.pending is not None


_NOWHERE = _State(answered=False, pending=None)


def silent_ends(actions: Actions, handler: Range) -> tuple[SilentEnd, ...]:
    """The ways through a handler that end without an answer; none where no way answers at all."""
    walk = _Walk()
    state = walk.run(actions, _State(answered=False, pending=handler), is_guarded=False)
    ends = list(walk.ends)
    if state.pending is not None:
        ends.append(SilentEnd(Silence.BRANCH, state.pending))
    return tuple(dict.fromkeys(ends)) if state.answered or walk.has_answered else ()


@dataclass(slots=True)
class _Walk:
    """Follows the actions, and gathers the ends that are silent."""

    ends: list[SilentEnd] = field(default_factory=list)
    has_answered: bool = False

    def run(self, actions: Actions, state: _State, *, is_guarded: bool) -> _State:
        for action in actions:
            if not state.is_reached:
                break
            state = self._one(action, state, is_guarded=is_guarded)
        return state

    def _one(self, action: Action, state: _State, *, is_guarded: bool) -> _State:
        match action:
            case Step():
                if action.may_fail and state.pending is not None and not is_guarded:
                    self._end(Silence.EXCEPTION, action.place)
                if action.answers:
                    self.has_answered = True
                    return _State(answered=True, pending=None)
                return state
            case Leave():
                return self._leave(action, state, is_guarded=is_guarded)
            case Choice():
                return self._choice(action, state, is_guarded=is_guarded)
            case Attempt():
                return self._attempt(action, state, is_guarded=is_guarded)
            case Loop():
                after = self.run(action.body, state, is_guarded=is_guarded)
                return after if after.answered else _merged(state, after)

    def _end(self, kind: Silence, place: Range) -> None:
        if kind is not Silence.EXCEPTION or not any(end.kind is kind for end in self.ends):
            self.ends.append(SilentEnd(kind, place))

    def _leave(self, action: Leave, state: _State, *, is_guarded: bool) -> _State:
        if action.answers:
            self.has_answered = True
        elif state.pending is not None and not (action.is_error and is_guarded):
            self._end(Silence.EXCEPTION if action.is_error else Silence.BRANCH, action.place)
        return _NOWHERE

    def _choice(self, action: Choice, state: _State, *, is_guarded: bool) -> _State:
        before = len(self.ends)
        results = [self.run(branch, state, is_guarded=is_guarded) for branch in action.branches]
        if not action.is_complete:
            results.append(state)
        if action.is_about_event:
            del self.ends[before:]
        merged = _NOWHERE
        for result in results:
            merged = _merged(merged, result)
        parted = merged.answered and not state.answered and merged.pending is not None
        if parted and action.is_about_event:
            return _State(answered=True, pending=None)
        return _State(merged.answered, _innermost(results, action.place)) if parted else merged

    def _attempt(self, action: Attempt, state: _State, *, is_guarded: bool) -> _State:
        always = any(_answers(step) for step in action.final)
        before = len(self.ends)
        after = self.run(action.body, state, is_guarded=bool(action.handlers) or always or is_guarded)
        raised = state.pending is not None and _fails_unanswered(action.body)
        results = [after]
        for place, body in action.handlers:
            if raised:
                results.append(self.run(body, _State(answered=False, pending=place), is_guarded=always or is_guarded))
        if always:
            del self.ends[before:]
            self.has_answered = True
        merged = _NOWHERE
        for result in results:
            merged = _merged(merged, result)
        parted = [result.pending for result in results[1:] if result.pending is not None]
        if merged.answered and parted and after.pending is None:
            merged = _State(answered=True, pending=parted[0])
        return self.run(action.final, merged, is_guarded=is_guarded) if merged.is_reached else merged


def _innermost(results: list[_State], otherwise: Range) -> Range:
    """Where the ways part: in a nested choice, or here."""
    for result in results:
        if result.answered and result.pending is not None:
            return result.pending
    return otherwise


def _merged(left: _State, right: _State) -> _State:
    return _State(left.answered or right.answered, left.pending if left.pending is not None else right.pending)


def _answers(action: Action) -> bool:
    """Whether an action surely answers."""
    match action:
        case Step() | Leave():
            return action.answers
        case Choice():
            return action.is_complete and all(any(_answers(one) for one in branch) for branch in action.branches)
        case Attempt():
            return any(_answers(one) for one in (*action.body, *action.final))
        case Loop():
            return any(_answers(one) for one in action.body)


def _fails_unanswered(actions: Actions) -> bool:
    """Whether something may raise before the first answer."""
    for action in flattened(actions):
        if isinstance(action, (Step, Leave)):
            if action.answers:
                return False
            if isinstance(action, Step) and (action.may_fail or action.calls):
                return True
            if isinstance(action, Leave) and action.is_error:
                return True
    return False


def flattened(actions: Actions) -> Iterator[Action]:
    """Every action, those inside of others too, in the order of the code."""
    for action in actions:
        yield action
        match action:
            case Choice():
                for branch in action.branches:
                    yield from flattened(branch)
            case Attempt():
                yield from flattened(action.body)
                for _, body in action.handlers:
                    yield from flattened(body)
                yield from flattened(action.final)
            case Loop():
                yield from flattened(action.body)
            case Step() | Leave():
                pass
