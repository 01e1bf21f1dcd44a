import pytest

from samguard.output.paint import painter
from samguard.output.source_excerpt import source_excerpt
from samguard.source import Location, Position


def drawn(*lines: str, start: tuple[int, int], end: tuple[int, int], width: int = 40) -> str:
    location = Location("template.yaml", Position(*start), Position(*end))
    excerpt = source_excerpt(location, lines, style="error", width=width, paint=painter(colour=False))
    return "".join(f"{line.rstrip()}\n" for line in excerpt)


def test_what_is_meant_is_underlined() -> None:
    assert drawn("  Type: AllAtOnce", start=(99, 9), end=(99, 18)) == (
        "   |\n"
        "99 |   Type: AllAtOnce\n"
        "   |         ^^^^^^^^^\n"
    )  # fmt: skip


def test_tabs_and_wide_characters_and_escapes_keep_the_mark_below_what_is_meant() -> None:
    assert drawn("\t漢字 e\u0301\x1b: here", start=(1, 10), end=(1, 14)) == (
        "  |\n"
        "1 |     漢字 e\u0301\\x1b: here\n"
        "  |                 ^^^^\n"
    )  # fmt: skip


@pytest.mark.parametrize("column", [4, 9])
def test_a_place_without_a_length_has_one_mark(column: int) -> None:
    mark = drawn("abc", start=(1, column), end=(1, column)).splitlines()[-1]
    assert mark == "  |    ^"


def test_a_long_line_is_cut_round_the_place() -> None:
    line = "a" * 100 + "HERE" + "b" * 100
    assert drawn(line, start=(1, 101), end=(1, 105)) == (
        "  |\n"
        "1 | ...aaaaaaaaaaaaHEREbbbbbbbbbbbbbb...\n"
        "  |                ^^^^\n"
    )  # fmt: skip


def test_a_mark_ends_where_the_line_is_cut() -> None:
    assert drawn("k: " + "a" * 100, start=(1, 4), end=(1, 104)) == (
        "  |\n"
        "1 | k: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...\n"
        "  |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
    )  # fmt: skip


@pytest.mark.parametrize("width", [0, 24, 41, 80])
@pytest.mark.parametrize("column", [1, 30, 120, 150, 201])
@pytest.mark.parametrize("letter", ["a", "漢", "\x1b", "\u0301"])
def test_no_line_is_wider_than_asked_for(width: int, column: int, letter: str) -> None:
    for line in drawn(letter * 200, start=(1, column), end=(1, column + 5), width=width).splitlines():
        columns = len(line) + line.count("漢") - line.count("\u0301")
        assert columns <= max(width, len("1 | ") + 20)


def test_several_lines_get_a_bar_and_a_mark_under_the_last_character() -> None:
    assert drawn("  Preference:", "    Type: X", start=(9, 3), end=(10, 12)) == (
        "   |\n"
        " 9 | /   Preference:\n"
        "10 | |     Type: X\n"
        "   | |___________^\n"
    )  # fmt: skip


def test_lines_that_are_not_shown_are_dots() -> None:
    assert drawn("a:", "  b", start=(1, 1), end=(9, 4)) == (
        "  |\n"
        "1 | / a:\n"
        "2 | |   b\n"
        "  | | ...\n"
    )  # fmt: skip
