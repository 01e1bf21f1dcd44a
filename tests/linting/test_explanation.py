"""A rule's text is written once, in its module's docstring."""

from __future__ import annotations

from samguard.linting.explanation import Explanation, explanation

DOCSTRING = """Traffic is shifted, but no alarm watches it.

    What goes wrong: CodeDeploy rolls back when an alarm fires.
    With none, everybody gets the bad version.
    Silent when: alarms are unknown; the environment is not production.
    Fix: list an alarm on the new version's errors. Source: AWS documentation, "Alarms".
    """


def test_the_parts_of_a_docstring_are_found() -> None:
    assert explanation(DOCSTRING) == Explanation(
        summary="Traffic is shifted, but no alarm watches it.",
        what_goes_wrong="CodeDeploy rolls back when an alarm fires. With none, everybody gets the bad version.",
        silent_when="alarms are unknown; the environment is not production.",
        fix="list an alarm on the new version's errors.",
        source='AWS documentation, "Alarms".',
    )


def test_parts_may_stand_in_any_order_and_be_left_out() -> None:
    assert explanation("Summary.\n\nSource: here.\nFix: this.") == Explanation("Summary.", "", "", "this.", "here.")


def test_a_docstring_without_parts_is_a_summary() -> None:
    assert explanation("One sentence\nin two lines.") == Explanation("One sentence in two lines.", "", "", "", "")
    assert explanation("") == Explanation("", "", "", "", "")


def test_a_word_in_a_sentence_is_no_part() -> None:
    text = "What goes wrong: the alarm's Fix is not in the Source of it."
    assert explanation(text).what_goes_wrong == "the alarm's Fix is not in the Source of it."


def test_the_parts_become_paragraphs_of_markdown() -> None:
    assert explanation("Summary.\n\nWhat goes wrong: much.\nFix: this.").markdown == (
        "Summary.\n\n**What goes wrong:** much.\n\n**Fix:** this."
    )
