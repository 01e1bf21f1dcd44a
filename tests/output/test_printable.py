import pytest

from samguard.output.printable import cells, filled, page, printable, shortened, wrapped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Orders", "Orders"),
        ("Größe 漢字 🎉", "Größe 漢字 🎉"),
        ("\x1b[2J", r"\x1b[2J"),
        ("a\r\n\tb\x7f", r"a\x0d\x0a\x09b\x7f"),
        ("\x9b31m", r"\x9b31m"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\u200b\u2028\ufeff", r"\u200b\u2028\ufeff"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("\u05e9\u05dc\u05d5\u05dd", "\u05e9\u05dc\u05d5\u05dd"),
    ],
)
def test_what_would_act_on_a_terminal_is_shown_as_its_escape(text: str, shown: str) -> None:
    assert shown == printable(text)


def test_what_is_printable_stays_as_it_is() -> None:
    shown = printable("##vso[x]\x1b\u202e")
    assert shown == printable(shown)


@pytest.mark.parametrize(
    "command", ["##vso[task.setvariable variable=a]b", "##[error]a", "###[group]", "##teamcity[x]"]
)
def test_nothing_reads_as_a_command_of_a_ci_system(command: str) -> None:
    assert printable(command).replace(r"#\x23", "").count("##") == 0


def test_a_comment_stays_as_it_is() -> None:
    assert printable("## Stage [prod]") == "## Stage [prod]"


def test_no_line_begins_like_a_github_command() -> None:
    assert page(["::error::a", "  ::b", "AWS::c"]) == "\\x3a:error::a\n  \\x3a:b\nAWS::c\n"


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("漢字", 4), ("🎉", 2), ("e\u0301", 1), ("\u1112\u1161\u11ab", 2)]
)
def test_wide_characters_take_two_columns_and_combining_ones_none(text: str, columns: int) -> None:
    assert columns == cells(text)


def test_words_are_wrapped_by_the_columns_they_take() -> None:
    assert ["漢字 ab", "漢字 cd", "e"] == list(wrapped(" 漢字 ab\n漢字\tcd e", 7))


def test_an_empty_text_is_one_empty_line() -> None:
    assert [""] == list(wrapped(" \n", 10))


def test_a_long_word_has_its_own_line_and_an_endless_one_is_shortened() -> None:
    lines = list(wrapped(f"a {'b' * 30} {'c' * 9999}", 10))
    assert ["a", "b" * 30] == lines[:2]
    assert len(lines[2]) == 200


def test_a_shortened_text_has_the_length_asked_for() -> None:
    assert shortened("abcdefghijklmnop", 11) == "abcd[...]op"


def test_an_empty_piece_is_a_line() -> None:
    assert ["", "long piece"] == list(filled(["", "long piece"], 5))
