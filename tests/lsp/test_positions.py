"""Where things stand as a client counts: in UTF-16 units, unless it and the server agreed on others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol.types import Position

from samguard.lsp.positions import offset_at, position_at, range_of
from samguard.source import Document, Format, Span

ENCODINGS = ("utf-8", "utf-16", "utf-32")
TEXTS = st.text(alphabet=st.sampled_from("aé𝒜語 \n\r\t\u2028\x0b"), max_size=40)


def text(written: str) -> Document:
    return Document("template.yaml", written, Format.CODE, None)


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 4 + 2 + 1), ("utf-16", 2 + 1 + 1), ("utf-32", 3)])
def test_a_column_counts_the_units_that_were_agreed_on(encoding: str, column: int) -> None:
    document = text("𝒜éx: 1")
    assert Position(0, column) == position_at(document, 3, encoding)
    assert offset_at(document, Position(0, column), encoding) == 3


def test_a_place_within_a_character_is_its_start() -> None:
    assert offset_at(text("a𝒜b"), Position(0, 2), "utf-16") == 1
    assert offset_at(text("aéb"), Position(0, 2), "utf-8") == 1


def test_a_column_behind_the_line_is_its_end() -> None:
    assert offset_at(text("ab\r\ncd"), Position(0, 99), "utf-16") == 2
    assert offset_at(text("𝒜\ncd"), Position(0, 99), "utf-16") == 1


def test_a_line_behind_the_text_is_its_end() -> None:
    assert offset_at(text("ab\ncd"), Position(7, 0), "utf-16") == 5


def test_only_what_the_protocol_calls_a_line_break_ends_a_line() -> None:
    document = text("a\u2028b\x0bc\nd")
    assert position_at(document, 6, "utf-16") == Position(1, 0)


def test_a_span_that_is_nothing_has_a_range_that_is_nothing() -> None:
    found = range_of(text("ab"), Span(1, 1), "utf-16")
    assert found.start == found.end == Position(0, 1)


@given(TEXTS, st.data(), st.sampled_from(ENCODINGS))
def test_a_position_leads_back_to_its_offset(written: str, data: st.DataObject, encoding: str) -> None:
    document = text(written)
    offset = data.draw(st.integers(0, len(written)))
    at = position_at(document, offset, encoding)
    found = offset_at(document, at, encoding)
    is_within_break = written[offset - 1 : offset + 1] == "\r\n" or written[offset : offset + 1] in ("\n", "\r")
    assert found == offset or is_within_break


@given(TEXTS, st.integers(0, 50), st.integers(0, 50), st.sampled_from(ENCODINGS))
def test_whatever_a_client_says_is_some_place_of_the_text(written: str, line: int, column: int, encoding: str) -> None:
    assert 0 <= offset_at(text(written), Position(line, column), encoding) <= len(written)
