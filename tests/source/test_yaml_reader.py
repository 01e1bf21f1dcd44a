"""YAML as the SAM command line reads it, with positions."""

from __future__ import annotations

from datetime import date

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from samguard.source import Mapping, Node, Problem, ProblemKind, Scalar, Sequence
from samguard.source.yaml_reader import read_yaml


def plain(node: Node | None) -> object:
    """A node as Python values, the way a YAML loader would give them."""
    match node:
        case None:
            return None
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {entry.name: plain(entry.value) for entry in node}


def root(text: str) -> Node:
    found, problems = read_yaml(text)
    assert problems == ()
    assert found is not None
    return found


def mapping(text: str) -> Mapping:
    found = root(text)
    assert isinstance(found, Mapping)
    return found


def problem(text: str) -> Problem:
    _, problems = read_yaml(text)
    assert len(problems) == 1
    return problems[0]


def test_an_empty_text_has_no_root_and_no_problem() -> None:
    assert read_yaml("") == (None, ())
    assert read_yaml("# only a comment\n") == (None, ())


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("!Ref Orders", "Ref: Orders"),
        ("!Condition IsProd", "Condition: IsProd"),
        ("!Sub '${Orders}:live'", "Fn::Sub: '${Orders}:live'"),
        ("!GetAtt Orders.Version.Version", "Fn::GetAtt: [Orders, Version.Version]"),
        ("!GetAtt [Orders, Arn]", "Fn::GetAtt: [Orders, Arn]"),
        ("!If [IsProd, a, b]", "Fn::If: [IsProd, a, b]"),
        ("!Join ['-', [a, !Ref B]]", "Fn::Join: ['-', [a, {Ref: B}]]"),
        ("!Transform {Name: AWS::Include}", "Fn::Transform: {Name: AWS::Include}"),
        ("!Whatever x", "Fn::Whatever: x"),
    ],
)
def test_the_short_and_the_long_form_of_a_function_are_the_same_node(short: str, long: str) -> None:
    assert mapping(f"a: {short}").get("a") == mapping(f"a: {{{long}}}").get("a")


def test_what_a_short_form_tags_is_text_whatever_it_looks_like() -> None:
    assert plain(root("!Ref 010")) == {"Ref": "010"}
    assert plain(root("!Sub yes")) == {"Fn::Sub": "yes"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        ("Off", False),
        ("y", "y"),
        ("010", 8),
        ("0x1F", 31),
        ("0o10", "0o10"),
        ("1_000", 1000),
        ("12:30", 750),
        ("123456789012", 123456789012),
        ("012345678901", "012345678901"),
        ("1.0", 1.0),
        ("1e3", "1e3"),
        ("~", None),
        ("", None),
        ("2010-09-09", "2010-09-09"),
        ("!!str 5", "5"),
        ("!!int '5'", 5),
        ("'yes'", "yes"),
        ("=x", "=x"),
    ],
)
def test_plain_scalars_mean_what_they_mean_to_pyyaml_but_dates_stay_text(text: str, value: object) -> None:
    assert plain(mapping(f"a: {text}").get("a")) == value


def test_a_scalar_remembers_how_it_was_written() -> None:
    scalar = mapping("a: 010").get("a")
    assert isinstance(scalar, Scalar)
    assert scalar.raw == "010"
    assert not scalar.quoted


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a: [x, yes]", "yes"),
        ("a: 'quoted'", "'quoted'"),
        ("𝒜: b", "𝒜"),
        ("a: |\n  one\n  two\nb: c", "|\n  one\n  two"),
        ("a: !Ref Orders  # why", "!Ref Orders"),
        ("a:\r\n  b: c", "c"),
        ("a:\n  b: 1\n  c: 2\n\n\nd: 3", "b: 1\n  c: 2"),
    ],
)
def test_a_span_holds_exactly_what_was_written(text: str, part: str) -> None:
    found = root(text)
    spans = {text[node.span.start : node.span.end] for node in _everything(found)}
    assert part in spans


def _everything(node: Node) -> list[Node]:
    if isinstance(node, Scalar):
        return [node]
    if isinstance(node, Sequence):
        return [node, *(found for item in node.items for found in _everything(item))]
    return [node, *(n for entry in node.entries for n in (entry.key, *_everything(entry.value)))]


def test_the_parts_of_a_dotted_attribute_have_places_of_their_own() -> None:
    text = "a: !GetAtt Orders.Arn"
    call = mapping(text).get("a")
    assert isinstance(call, Mapping)
    argument = call.entries[0].value
    assert isinstance(argument, Sequence)
    assert [text[item.span.start : item.span.end] for item in argument.items] == ["Orders", "Arn"]


def test_of_a_key_written_twice_the_last_holds_and_both_places_are_told() -> None:
    text = "a: 1\nb: 2\na: 3\n"
    found, problems = read_yaml(text)
    assert plain(found) == {"a": 3, "b": 2}
    assert [p.kind for p in problems] == [ProblemKind.DUPLICATE_KEY]
    assert problems[0].span.start == text.rindex("a:")
    assert problems[0].related[0][1].start == 0


def test_a_merge_key_gives_what_the_mapping_does_not_say_itself() -> None:
    assert plain(root("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}")) == {"x": {"a": 1, "b": 2}, "y": {"a": 1, "b": 3}}


def test_of_several_merged_mappings_the_first_wins() -> None:
    text = "x: &x {a: 1}\ny: &y {a: 2, b: 2}\nz: {<<: [*x, *y]}"
    assert plain(mapping(text).get("z")) == {"a": 1, "b": 2}


def test_a_quoted_merge_key_is_a_key_like_any_other() -> None:
    assert plain(root("{'<<': 1}")) == {"<<": 1}


def test_only_the_first_document_is_read_and_the_second_is_a_problem_at_its_place() -> None:
    text = "a: 1\n---\nb: 2\n"
    found, problems = read_yaml(text)
    assert plain(found) == {"a": 1}
    assert [(p.kind, p.span.start) for p in problems] == [(ProblemKind.SEVERAL_DOCUMENTS, text.index("---"))]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("a: [1, 2", 8),
        ("a: *nothing", 3),
        ("a: &x [*x]", 7),
        ("a: !!python/object:os.system x", 3),
        ("? [a]\n: b", 2),
        ("a:\n\tb: 1", 3),
        ("a: =", 3),
        ("a: {<<: 5}", 4),
        ("a: b: c", 4),
    ],
)
def test_what_no_loader_reads_is_a_syntax_problem_at_its_place(text: str, at: int) -> None:
    found = problem(text)
    assert found.kind is ProblemKind.SYNTAX
    assert found.span.start == at


def test_a_bomb_of_aliases_is_refused_without_being_written_out() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    found, problems = read_yaml("\n".join(lines))
    assert found is None
    assert [p.kind for p in problems] == [ProblemKind.LIMIT]


@pytest.mark.parametrize("text", ["[" * 10_000, "{a: " * 10_000, "\n".join(" " * n + "a:" for n in range(5_000))])
def test_a_text_of_ten_thousand_levels_is_a_problem_and_no_crash(text: str) -> None:
    found, problems = read_yaml(text)
    assert found is None
    assert problems[-1].kind in (ProblemKind.LIMIT, ProblemKind.SYNTAX)


_KEYS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _KEYS,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(_KEYS, children, max_size=4),
    max_leaves=20,
)


@given(_VALUES)
def test_whatever_pyyaml_writes_is_read_as_pyyaml_reads_it(value: object) -> None:
    text = yaml.safe_dump(value, allow_unicode=True)
    assert plain(read_yaml(text)[0]) == _loaded(yaml.safe_load(text))


@given(st.text())
def test_any_text_is_read_or_refused_with_places_inside_of_it(text: str) -> None:
    clean = text.encode("utf-8", "ignore").decode("utf-8")
    found, problems = read_yaml(clean)
    for told in problems:
        assert 0 <= told.span.start <= told.span.end <= len(clean)
    if found is not None:
        for node in _everything(found):
            assert 0 <= node.span.start <= node.span.end <= len(clean)


def _loaded(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _loaded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_loaded(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('a: "one\nb: two\nc: "three"\n', 3),  # it runs on to the next quote
        ("a: 1\nb: 'one\nc: two\n", 8),  # it runs to the end
    ],
)
def test_a_quote_that_is_not_closed_is_told_where_it_opens(text: str, place: int) -> None:
    root, (problem,) = read_yaml(text)
    assert root is None
    assert ProblemKind.SYNTAX == problem.kind
    assert place == problem.span.start


def test_a_text_in_quotes_may_go_over_several_lines() -> None:
    root, problems = read_yaml('a: "one\n  two"\nb: [\n')
    assert root is None
    assert "quote" not in problems[0].message


@pytest.mark.parametrize(("escape", "said"), [(r"\ud800", "escape"), (r"\q", "escape"), (r"\xzz", "hexdec")])
def test_a_wrong_escape_is_not_taken_for_a_quote_that_is_not_closed(escape: str, said: str) -> None:
    _, problems = read_yaml(f'a: "{escape}"\nb: "x"\n')
    assert said in problems[-1].message
