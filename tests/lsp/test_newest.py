"""Work that is asked for at each keystroke: one moment of quiet, one piece of work, and only the newest answer."""

from collections.abc import Callable

from editor import Standing

from samguard.lsp.newest import GoOn, Newest


class Kitchen:
    """Cooks what was ordered last. `on_stove` is called while something is being worked on."""

    def __init__(self) -> None:
        self.clock = Standing()
        self.order = ""
        self.cooked: list[str] = []
        self.served: list[str] = []
        self.burnt: list[str] = []
        self.closed = 0
        self.on_stove: Callable[[], None] = lambda: None
        self.newest: Newest[str, str] = Newest(self.clock, self.prepare, self.told, self.failed, self.finished)

    def asks(self, order: str) -> None:
        self.order = order
        self.newest.ask("kitchen", 0.2)

    def prepare(self, key: str) -> Callable[[GoOn, Callable[[str], None]], None]:
        order = self.order

        def work(go_on: GoOn, tell: Callable[[str], None]) -> None:
            tell(f"{order} begun")
            self.on_stove()
            go_on()
            if order == "bad":
                raise ValueError(order)
            self.cooked.append(order)
            tell(order)

        return work

    def told(self, key: str, found: str) -> None:
        self.served.append(found)

    def failed(self, key: str, error: Exception) -> None:
        self.burnt.append(str(error))

    def finished(self, key: str) -> None:
        self.closed += 1


def test_nothing_is_worked_on_before_a_moment_of_quiet() -> None:
    kitchen = Kitchen()
    for order in ("a", "b", "c"):
        kitchen.asks(order)
        kitchen.clock.pass_by(0.1)
    assert kitchen.clock.beside_calls == []
    kitchen.clock.pass_by(0.1)
    kitchen.clock.work()
    kitchen.clock.come_back()
    assert kitchen.cooked == ["c"]
    assert kitchen.served == ["c begun", "c"]


def test_what_is_found_on_the_way_is_told_at_once() -> None:
    kitchen = Kitchen()
    kitchen.asks("a")
    kitchen.clock.pass_by(0.2)
    kitchen.on_stove = kitchen.clock.come_back
    kitchen.clock.work()
    assert kitchen.served == ["a begun"]


def test_a_newer_question_ends_the_work_on_an_older_one() -> None:
    kitchen = Kitchen()
    kitchen.asks("a")
    kitchen.clock.pass_by(0.2)
    kitchen.on_stove = lambda: kitchen.asks("b")
    kitchen.clock.work()
    kitchen.on_stove = lambda: None
    kitchen.clock.come_back()
    assert kitchen.cooked == []
    kitchen.clock.settle()
    assert kitchen.cooked == ["b"]
    assert kitchen.served == ["b begun", "b"]


def test_an_answer_that_comes_too_late_is_dropped() -> None:
    kitchen = Kitchen()
    kitchen.asks("a")
    kitchen.clock.pass_by(0.2)
    kitchen.clock.work()
    kitchen.asks("b")
    kitchen.clock.come_back()
    assert kitchen.served == []
    kitchen.clock.settle()
    assert kitchen.served == ["b begun", "b"]


def test_of_two_questions_only_one_is_worked_on_at_a_time() -> None:
    kitchen = Kitchen()
    kitchen.asks("a")
    kitchen.clock.pass_by(0.2)
    kitchen.asks("b")
    kitchen.clock.pass_by(0.2)
    assert len(kitchen.clock.beside_calls) == 1
    kitchen.clock.settle()
    assert kitchen.cooked == ["b"]


def test_work_that_fails_is_told_and_the_next_is_done() -> None:
    kitchen = Kitchen()
    kitchen.asks("bad")
    kitchen.clock.settle()
    kitchen.asks("a")
    kitchen.clock.settle()
    assert kitchen.burnt == ["bad"]
    assert kitchen.cooked == ["a"]


def test_it_is_finished_once_nothing_is_to_come() -> None:
    kitchen = Kitchen()
    kitchen.asks("a")
    assert kitchen.newest.is_busy("kitchen")
    kitchen.clock.settle()
    assert not kitchen.newest.is_busy("kitchen")
    assert kitchen.closed == 1


def test_what_nobody_wants_any_more_is_not_worked_on() -> None:
    kitchen = Kitchen()
    kitchen.asks("a")
    kitchen.newest.forget("kitchen")
    kitchen.clock.settle()
    assert kitchen.cooked == []
    assert not kitchen.newest.is_busy("kitchen")
