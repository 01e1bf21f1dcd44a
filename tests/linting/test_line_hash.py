"""Expected hashes follow the documented algorithm word by word: 100 UTF-16 units, base 37, modulo 2**64."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samguard.linting.line_hash import line_hashes


def hash_of(units: list[int]) -> str:
    """The hash of a block, by the formula; what is missing to 100 units is zeros."""
    block = (units + [0] * 100)[:100]
    return format(sum(unit * 37 ** (99 - index) for index, unit in enumerate(block)) % 2**64, "x")


def units(text: str) -> list[int]:
    raw = text.encode("utf-16-le", "surrogatepass")
    return [raw[index] | raw[index + 1] << 8 for index in range(0, len(raw), 2)]


END = "\uffff"


def test_an_empty_text_has_one_line() -> None:
    assert [f"{hash_of(units(END))}:1"] == line_hashes("")


def test_a_hash_reaches_over_the_lines_that_follow() -> None:
    assert [f"{hash_of(units(block))}:1" for block in (f"a\nb{END}", f"b{END}")] == line_hashes("a\nb")


def test_a_hash_ends_after_a_hundred_units() -> None:
    text = "x" * 99 + "\n" + "y" * 200
    assert f"{hash_of(units(text[:100]))}:1" == line_hashes(text)[0]
    assert line_hashes(text)[0] == line_hashes(text + "z")[0]


def test_equal_blocks_are_counted() -> None:
    line = "-" * 120
    assert [":1", ":2", ":3"] == [value[-2:] for value in line_hashes("\n".join([line] * 3))]


def test_blanks_do_not_count() -> None:
    assert line_hashes("Type:X\nY") == line_hashes("\t Type: X  \n\tY ")


@pytest.mark.parametrize("line_break", ["\r\n", "\r"])
def test_every_line_break_counts_as_a_line_feed(line_break: str) -> None:
    assert line_hashes("a\n\nb\n") == line_hashes(f"a{line_break}{line_break}b{line_break}")


def test_a_blank_parts_carriage_return_and_line_feed() -> None:
    assert line_hashes("a\n\nb") == line_hashes("a\r \nb")


def test_a_byte_order_mark_counts() -> None:
    assert line_hashes("\ufeffa") != line_hashes("a")


def test_a_character_beyond_the_basic_plane_is_two_units() -> None:
    assert f"{hash_of([0xD83C, 0xDF89, 0xFFFF])}:1" == line_hashes("🎉")[0]


TEXTS = st.lists(st.sampled_from(["\r", "\n", "\r\n", " ", "\t", "a", "é", "🎉", "\ud800", "\uffff", "-" * 99])).map(
    "".join
)


@given(TEXTS)
def test_every_line_has_the_hash_of_the_block_that_it_begins(text: str) -> None:
    kept = [unit for unit in units(text.replace("\r\n", "\n").replace("\r", "\n")) if unit not in {0x20, 0x09}]
    starts = [0, *(index for index, unit in enumerate(kept, start=1) if unit == 0x0A)]
    assert [hash_of([*kept, 0xFFFF][start:]) for start in starts] == [
        value.split(":")[0] for value in line_hashes(text)
    ]
