"""Where a place of an earlier text stands in the text of now."""

from hypothesis import given
from hypothesis import strategies as st

from samguard.lsp.edited import Edited
from samguard.source import Span

TEXTS = st.text(alphabet="ab\n", max_size=30)


def test_what_stands_before_an_edit_stays() -> None:
    assert Edited("one two", "one 2 two").span_after(Span(0, 3)) == Span(0, 3)


def test_what_stands_behind_an_edit_moves() -> None:
    edited = Edited("one two", "one and two")
    assert edited.span_after(Span(4, 7)) == Span(8, 11)
    assert edited.before(9) == 5


def test_of_what_was_edited_nothing_is_known() -> None:
    edited = Edited("one two three", "one 2222 three")
    assert edited.span_after(Span(4, 7)) is None
    assert edited.span_after(Span(0, 13)) is None
    assert edited.before(6) is None


def test_a_text_that_is_the_same_changes_nothing() -> None:
    edited = Edited("one two", "one " + "two")
    assert edited.is_same
    assert edited.span_after(Span(1, 6)) == Span(1, 6)


@given(TEXTS, TEXTS)
def test_a_span_that_is_carried_over_holds_the_same_text(before: str, after: str) -> None:
    edited = Edited(before, after)
    for start in range(len(before) + 1):
        for end in range(start, len(before) + 1):
            span = edited.span_after(Span(start, end))
            assert span is None or after[span.start : span.end] == before[start:end]


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_all_around_one_edit_is_known(head: str, old: str, new: str, tail: str) -> None:
    before, after = f"{head}<{old}>{tail}", f"{head}<{new}>{tail}"
    edited = Edited(before, after)
    assert edited.span_after(Span(0, len(head) + 1)) == Span(0, len(head) + 1)
    rest = len(tail) + 1
    assert edited.span_after(Span(len(before) - rest, len(before))) == Span(len(after) - rest, len(after))


@given(TEXTS, TEXTS)
def test_a_place_leads_back_where_it_came_from(before: str, after: str) -> None:
    edited = Edited(before, after)
    for offset in range(len(after) + 1):
        earlier = edited.before(offset)
        assert earlier is None or 0 <= earlier <= len(before)
