import json
from collections.abc import Mapping as Files
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samguard.environments import (
    ConfigProblem,
    ConfigProblemKind,
    Overrides,
    ParameterSource,
    parameter_overrides,
)
from samguard.environments.sam_cli_file import configuration
from samguard.source import Document, Mapping, Place, parse_document

LOST = ConfigProblemKind.OVERRIDES_LOST
REFUSED = ConfigProblemKind.OVERRIDES_REFUSED
JOINED = ConfigProblemKind.OVERRIDES_JOINED
UNREAD = ConfigProblemKind.OVERRIDES_UNREAD


def overrides_in(text: str, path: str, files: Files[str, str] | None = None) -> Overrides:
    """What a document gives whose key `o` holds parameter_overrides."""
    document = parse_document(text, path)
    root, problems = configuration(document)
    assert () == problems
    assert isinstance(root, Mapping)
    value = root.get("o")
    assert value is not None
    there = files or {}
    folder = path.rpartition("/")[0]

    def read(name: str) -> Document | None:
        whole = f"{folder}/{name}" if folder else name
        return parse_document(there[name], whole) if name in there else None

    return parameter_overrides(value, document, read)


def toml(value: str, files: Files[str, str] | None = None) -> Overrides:
    return overrides_in(f"o = {value}\n", "samconfig.toml", files)


def yaml(value: str, files: Files[str, str] | None = None) -> Overrides:
    return overrides_in(f"o: {value}\n", "samconfig.yaml", files)


def texts(overrides: Overrides) -> dict[str, str | None]:
    return {name: value.text for name, value in overrides.parameters.items()}


def written(place: Place | None) -> str:
    assert place is not None
    return place.document.text[place.span.start : place.span.end]


def places(overrides: Overrides) -> dict[str, str]:
    return {name: written(value.place) for name, value in overrides.parameters.items()}


def only_problem(overrides: Overrides) -> ConfigProblem:
    (problem,) = overrides.problems
    return problem


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("'A=b C=d'", {"A": "b", "C": "d"}),
        ("'  A=b   C=d '", {"A": "b", "C": "d"}),
        ("'A=\"b c\" C=d'", {"A": "b c", "C": "d"}),
        ("\"A='b c' C=d\"", {"A": "b c", "C": "d"}),
        (r'''"A=\"b \\\"c\\\"\""''', {"A": 'b "c"'}),
        (r"""'A=b\ c'""", {"A": "b c"}),
        ("'A=b=c'", {"A": "b=c"}),
        ("'A=\"\"'", {"A": ""}),
        ("'A=b A=c'", {"A": "c"}),
        ("'\"A\"=b'", {"A": "b"}),
        ("'ParameterKey=A,ParameterValue=b ParameterKey=C,ParameterValue=\"d e\"'", {"A": "b", "C": "d e"}),
        ("'Subnets=a,b Stage=prod'", {"Subnets": "a,b", "Stage": "prod"}),
        ("['A=b', 'C=d']", {"A": "b", "C": "d"}),
        ("['A=b c=d', ['E=f']]", {"A": "b", "c": "d", "E": "f"}),
        ("[{A = 'b'}, {A = 'c', D = 'e'}]", {"A": "c", "D": "e"}),
        ("{A = true, B = ['x', ' y ', '', 1], C = 1.50, D = 0x10}", {"A": "True", "B": "x,y,1", "C": "1.5", "D": "16"}),
        ("{'$include' = 'A=b', C = 'd'}", {"A": "b", "C": "d"}),
        ("{'$include' = ''}", {}),
        ("''", {}),
        ("[]", {}),
        ("{}", {}),
    ],
)
def test_each_form_gives_what_sam_cli_reads(value: str, expected: dict[str, str]) -> None:
    overrides = toml(value)
    assert expected == texts(overrides)
    assert () == overrides.problems


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{A: yes, B: 010, C: true, D: null}", {"A": "yes", "B": "10", "C": "True", "D": ""}),
        ("{A: 0o10, B: 1e3, C: 12:30, D: 2026-01-31}", {"A": "8", "B": "1000.0", "C": "12:30", "D": "2026-01-31"}),
        ("{A: 2026-01-31T07:30:00Z}", {"A": "2026-01-31T07:30:00+00:00"}),
        ("{A: !!str 010, B: '010'}", {"A": "010", "B": "010"}),
        ("{true: a, ~: b}", {"True": "a", "None": "b"}),
        ("{A: &anchor true, B: *anchor}", {"A": "1", "B": "1"}),
        ("[A=b, null, C=d]", {"A": "b", "C": "d"}),
    ],
)
def test_yaml_is_read_as_version_1_2(value: str, expected: dict[str, str]) -> None:
    assert expected == texts(yaml(value))


def test_the_values_come_from_the_samconfig_unless_said_otherwise() -> None:
    assert ParameterSource.SAMCONFIG is toml("'A=b'").parameters["A"].source


@pytest.mark.parametrize("quoted", ["'A=b C=\"d e\"'", "\"A=b C='d e'\"", '"""A=b C=\'d e\'"""'])
def test_a_pair_is_placed_inside_of_its_text(quoted: str) -> None:
    assert {"A": "A=b", "C": quoted[quoted.index("C=") :].rstrip(quoted[0])} == places(toml(quoted))


def test_a_pair_is_placed_behind_escaped_quotes() -> None:
    overrides = toml(r'"Stage=\"prod\" Type=\"Linear\""')
    assert {"Stage": r"Stage=\"prod\"", "Type": r"Type=\"Linear\""} == places(overrides)


def test_behind_other_escapes_the_place_is_the_whole_text() -> None:
    assert {"A": r'"A=\u0062"'} == places(toml(r'"A=\u0062"'))


def test_a_pair_of_a_yaml_block_is_placed_in_it() -> None:
    assert {"A": "A=b", "C": "C=d"} == places(yaml(">\n  A=b C=d\n"))


def test_a_value_of_a_table_is_placed_with_its_key() -> None:
    assert {"A": "A = true"} == places(toml("{A = true}"))


@pytest.mark.parametrize(
    ("value", "lost", "names"),
    [
        ("'A=b ParameterKey=C,ParameterValue=d'", "A=b", ("A",)),
        ("'ParameterKey=A,ParameterValue=b ParameterKey=C'", "ParameterKey=C", ("C",)),
        ("'A= C=d'", "A=", ("A",)),
        ("'A=b c C=d'", "c", ()),
        ("['A=b c']", "c", ()),
        ("'A=\"b\"c'", "c", ()),
        ("'A=1 B_C=2'", "B_C=2", ("B_C",)),
        ("'A=1 B=\"2'", 'B="2', ("B",)),
        ("'ParameterKey=A, ParameterValue=b'", "ParameterKey=A,", ("A",)),
        ("'ParameterValue=b,ParameterKey=A'", "ParameterValue=b,ParameterKey=A", ("A",)),
    ],
)
def test_what_sam_cli_drops_in_silence_is_told(value: str, lost: str, names: tuple[str, ...]) -> None:
    problem = toml(value).problems[0]
    assert (LOST, "warning", names) == (problem.kind, problem.level, problem.names)
    assert lost == written(problem.place)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("'A=b ParameterKey=C,ParameterValue=d'", "all must be"),
        ("'A= C=d'", 'A="" gives an empty one'),
        ("'A=b c'", "needs quotes"),
        ("'A=1 B-C=2'", "letters and digits only"),
        ("'A=1 B=\"2'", "never closed"),
        ('"A=\'1 2"', "never closed"),
    ],
)
def test_it_is_told_why_a_value_is_lost(value: str, reason: str) -> None:
    assert reason in only_problem(toml(value)).message


@pytest.mark.parametrize(
    ("value", "text", "names"),
    [
        ("'A=b,C=d'", "b,C=d", ("C",)),
        ("'A=b;C=d'", "b;C=d", ("C",)),
        ("'''A=b\nC=d'''", "b\nC=d", ("C",)),
        ("'ParameterKey=A,ParameterValue=b,ParameterKey=C,ParameterValue=d'", None, ("C",)),
    ],
)
def test_pairs_that_no_blank_separates_are_one_value(value: str, text: str | None, names: tuple[str, ...]) -> None:
    overrides = toml(value)
    problem = only_problem(overrides)
    assert (JOINED, "warning", names) == (problem.kind, problem.level, problem.names)
    assert text in (None, overrides.parameters["A"].text)


def test_a_quoted_value_may_hold_commas_and_equal_signs() -> None:
    assert () == toml("'Tags=\"a=1,b=2\"'").problems


@pytest.mark.parametrize(
    "value",
    ["'A='", "'x'", "' '", "'A_B=c'", "['']", "[1]", "['A=b', true]", "{'$include' = 1}", "{'$include' = {A = 'b'}}"],
)
def test_what_sam_cli_refuses_is_an_error(value: str) -> None:
    problem = only_problem(toml(value))
    assert (REFUSED, "error") == (problem.kind, problem.level)


def test_beside_a_refused_item_the_others_are_read() -> None:
    assert {"A": "b"} == texts(toml("['x', 'A=b']"))


def test_a_table_as_a_value_is_told() -> None:
    overrides = toml("{A = {b = 1}}")
    assert {"A": "{'b': 1}"} == texts(overrides)
    assert (LOST, ("A",)) == (only_problem(overrides).kind, only_problem(overrides).names)


def test_an_included_file_gives_its_values_at_its_own_places() -> None:
    overrides = toml("'file://prod.yaml'", {"prod.yaml": "Stage: prod\nSafe: yes\n"})
    assert {"Stage": "prod", "Safe": "yes"} == texts(overrides)
    assert {"Stage": "Stage: prod", "Safe": "Safe: yes"} == places(overrides)
    place = overrides.parameters["Stage"].place
    assert place is not None
    assert "prod.yaml" == place.document.path


def test_an_included_file_may_include_another_from_its_own_folder() -> None:
    files = {"sub/a.toml": "'$include' = 'file://b.yml'\nA = 1\n", "sub/b.yml": "B=2"}
    assert {"B": "2", "A": "1"} == texts(toml("'file://sub/a.toml'", files))


def test_later_values_win_over_an_include_before_them() -> None:
    files = {"a.yaml": "{A: 1, B: 1}"}
    assert {"A": "1", "B": "2"} == texts(toml("['file://a.yaml', 'B=2']", files))


def test_quotes_in_an_included_file_are_taken_off_twice() -> None:
    assert {"A": "b"} == texts(toml("'file://a.yaml'", {"a.yaml": "A: '\"''b''\"'"}))


def test_an_empty_included_file_gives_nothing() -> None:
    assert Overrides({}) == toml("'file://a.yaml'", {"a.yaml": ""})


@pytest.mark.parametrize(
    "files",
    [{"a.yaml": "$include: file://a.yaml"}, {"a.yaml": "file://b.yaml", "b.yaml": "[file://./a.yaml]"}],
)
def test_files_that_include_themselves_are_refused(files: dict[str, str]) -> None:
    assert REFUSED is only_problem(toml("'file://a.yaml'", files)).kind


@pytest.mark.parametrize("text", ["A: [", "A: 1\nA: 2", "A: 1\n---\nB: 2", "5"])
def test_an_included_file_that_sam_cli_cannot_read_is_refused(text: str) -> None:
    assert REFUSED is only_problem(toml("'file://a.yaml'", {"a.yaml": text})).kind


@pytest.mark.parametrize("path", ["params.json", "params", ""])
def test_a_file_in_another_language_is_refused(path: str) -> None:
    assert REFUSED is only_problem(toml(f"'file://{path}'", {path: "{}"})).kind


def test_a_file_that_is_not_there_is_refused_and_its_values_are_unknown() -> None:
    overrides = toml("['A=1', 'file://a.yaml', 'B=2']")
    assert (REFUSED, "error") == (only_problem(overrides).kind, only_problem(overrides).level)
    assert not overrides.is_complete
    assert {"A": None, "B": "2"} == texts(overrides)


@pytest.mark.parametrize("path", ["/etc/a.yaml", "../a.yaml", "sub/../../a.yaml", "C:/a.yaml"])
def test_a_file_outside_of_the_project_is_never_asked_for(path: str) -> None:
    asked: list[str] = []
    document = parse_document(f"o = 'file://{path}'\n", "samconfig.toml")
    assert isinstance(document.root, Mapping)
    overrides = parameter_overrides(document.root.by_name["o"].value, document, asked.append)
    assert [] == asked
    assert (UNREAD, "warning") == (only_problem(overrides).kind, only_problem(overrides).level)
    assert not overrides.is_complete


def test_a_file_may_lie_above_the_samconfig_inside_of_the_project() -> None:
    files = {"../shared/a.yaml": "A: 1"}
    assert {"A": "1"} == texts(overrides_in("o = 'file://../shared/a.yaml'", "infra/samconfig.toml", files))


def test_a_file_may_also_count_from_the_root_where_sam_is_started() -> None:
    files = {"../infra/a.yaml": "A: 1"}
    assert {"A": "1"} == texts(overrides_in("o = 'file://infra/a.yaml'", "deploy/samconfig.toml", files))


def test_an_unknown_file_hides_nothing_that_stands_behind_it() -> None:
    overrides = toml("['file:///a.yaml', 'A=1', 'file://b.yaml']", {"b.yaml": "B: 2"})
    assert {"A": "1", "B": "2"} == texts(overrides)


def test_files_that_include_each_other_again_and_again_come_to_an_end() -> None:
    names = [f"f{number}.yaml" for number in range(40)]
    files = {name: f"[file://{following}, file://{following}]" for name, following in pairwise(names)}
    overrides = toml("'file://f0.yaml'", {**files, names[-1]: "A: 1"})
    assert not overrides.is_complete
    assert UNREAD in {problem.kind for problem in overrides.problems}


def test_a_quote_that_is_never_closed_takes_no_time() -> None:
    assert REFUSED is only_problem(toml("'A=\"" + "x" * 100_000 + "'")).kind


_PIECES = st.sampled_from(
    ["A", "Stage", "=", '="', '"', "'", " ", ",", "\\", '\\"', "ParameterKey=", ",ParameterValue=", "é", "\n", "file://"]
)  # fmt: skip
_TEXTS = st.lists(_PIECES | st.text(st.characters(max_codepoint=0xD7FF), max_size=3), max_size=12).map("".join)


@given(_TEXTS)
def test_any_text_is_read_with_places_inside_of_it(text: str) -> None:
    quoted = json.dumps(text)  # a text of TOML and YAML as well
    overrides = toml(quoted.replace("\x7f", "\\u007f"))
    found = [value.place for value in overrides.parameters.values()] + [found.place for found in overrides.problems]
    for place in found:
        assert place is not None
        assert len("o = ") <= place.span.start < place.span.end < len(place.document.text)


_PLAIN = st.none() | st.booleans() | st.integers(-9, 9) | _TEXTS


@given(st.recursive(_PLAIN, lambda inner: st.lists(inner, max_size=3), max_leaves=6))
def test_any_nesting_is_read(value: object) -> None:
    overrides = yaml(json.dumps(value))
    assert all(problem.message for problem in overrides.problems)
