import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from samguard.source.document import Problem, ProblemKind
from samguard.source.json_reader import read_json
from samguard.source.limits import MAX_DEPTH, MAX_NODES
from samguard.source.nodes import Mapping, Node, Scalar, Sequence, walk
from samguard.source.spans import Span


def root_of(text: str) -> Node:
    root, problems = read_json(text)
    assert () == problems
    assert root is not None
    return root


def scalar_of(text: str) -> Scalar:
    root = root_of(text)
    assert isinstance(root, Scalar)
    return root


def mapping_of(text: str) -> Mapping:
    root, _ = read_json(text)
    assert isinstance(root, Mapping)
    return root


def refusal_of(text: str) -> Problem:
    root, problems = read_json(text)
    assert root is None
    assert problems
    return problems[-1]


def written(text: str, span: Span) -> str:
    return text[span.start : span.end]


def plain(node: Node) -> Any:
    match node:
        case Mapping():
            return {entry.key.value: plain(entry.value) for entry in node}
        case Sequence():
            return [plain(item) for item in node.items]
        case Scalar():
            return node.value


def places(problem: Problem) -> list[Span]:
    return [problem.span, *(span for _, span in problem.related)]


def inside(node: Node) -> Iterator[Node]:
    match node:
        case Mapping():
            yield from (entry.value for entry in node.entries)
        case Sequence():
            yield from node.items
        case Scalar():
            return


def is_json(text: str) -> bool:
    """Whether Python's json reads a text, which takes NaN and Infinity besides."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        json.loads(text, parse_constant=refuse)
    except ValueError:
        return False
    return True


# What is read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"text"', "text"),
        ('""', ""),
        ("12", 12),
        ("-0", 0),
        ("-1.5", -1.5),
        ("1e3", 1000.0),
        ("2E-1", 0.2),
        ("true", True),
        ("false", False),
        ("null", None),
        ("[]", []),
        ("{}", {}),
        ('{"a": [1, {"b": null}], "c": "d"}', {"a": [1, {"b": None}], "c": "d"}),
    ],
)
def test_each_kind_of_value_is_read(text: str, value: object) -> None:
    assert value == plain(root_of(text))


def test_an_integer_stays_an_integer() -> None:
    assert isinstance(scalar_of("1").value, int)


def test_a_number_with_an_exponent_is_a_float() -> None:
    assert isinstance(scalar_of("1e0").value, float)


@pytest.mark.parametrize("text", ["", " ", "\t\r\n \n"])
def test_white_space_alone_is_nothing_and_no_problem(text: str) -> None:
    assert (None, ()) == read_json(text)


def test_tabs_are_white_space() -> None:
    assert {"a": [1]} == plain(root_of('{\t"a"\t:\n\t[\t1\t]\t}\r\n'))


def test_every_escape_is_read() -> None:
    assert '"\\/\b\f\n\r\té' == scalar_of(r'"\"\\\/\b\f\n\r\t\u00e9"').value


def test_a_surrogate_pair_is_one_character() -> None:
    assert "\N{GRINNING FACE}" == scalar_of(r'"\ud83d\ude00"').value


@pytest.mark.parametrize("text", [r'"\ud83d"', r'"\ude00"', '"\ud83d"'])
def test_half_a_surrogate_pair_is_replaced_and_can_be_printed(text: str) -> None:
    assert "\N{REPLACEMENT CHARACTER}".encode() == scalar_of(text).text.encode()


def test_half_a_surrogate_pair_leaves_its_neighbours() -> None:
    replaced = "\N{REPLACEMENT CHARACTER}"
    assert f"a{replaced}\N{GRINNING FACE}{replaced}b" == scalar_of(r'"a\ud83d\ud83d\ude00\ud83db"').value


def test_an_escaped_backslash_before_a_quote_ends_the_string() -> None:
    assert ["\\", 1] == plain(root_of(r'["\\", 1]'))


def test_characters_beyond_ascii_need_no_escape() -> None:
    assert "é\u2028\x7f\N{GRINNING FACE}" == scalar_of('"é\u2028\x7f\N{GRINNING FACE}"').value


def test_an_integer_of_thousands_of_digits_stays_a_text() -> None:
    assert "9" * 5000 == scalar_of("9" * 5000).value


def test_a_float_beyond_the_range_stays_a_text() -> None:
    assert "-1e400" == scalar_of("-1e400").value


# Where it stands


def test_the_span_of_a_string_includes_its_quotes() -> None:
    text = '  "a\\n" '
    assert '"a\\n"' == written(text, scalar_of(text).span)


def test_the_span_of_a_key_includes_its_quotes() -> None:
    text = '{ "key" : 1 }'
    assert ['"key"'] == [written(text, entry.key.span) for entry in mapping_of(text)]


def test_the_spans_of_collections_include_their_brackets() -> None:
    text = ' {"a": [1, 2] } '
    assert ['{"a": [1, 2] }', "[1, 2]", "1", "2"] == [written(text, node.span) for node in walk(root_of(text))]


def test_an_empty_collection_has_a_span() -> None:
    text = " [ ] "
    assert "[ ]" == written(text, root_of(text).span)


def test_columns_count_code_points() -> None:
    assert Span(7, 8) == mapping_of('{"\N{GRINNING FACE}é": 1}').entries[0].value.span


def test_a_scalar_keeps_how_it_was_written() -> None:
    assert (r"\u0041\n", "1.50") == (scalar_of(r'"\u0041\n"').raw, scalar_of("1.50").raw)


def test_only_strings_are_quoted() -> None:
    assert (True, False, False) == (scalar_of('"1"').quoted, scalar_of("1").quoted, scalar_of("null").quoted)


def test_a_key_is_quoted() -> None:
    assert mapping_of('{"a": 1}').entries[0].key.quoted


# Keys written twice


def test_a_key_written_twice_is_a_problem_at_the_second() -> None:
    text = '{"a": 1, "b": 2, "a": 3}'
    _, problems = read_json(text)
    assert [(ProblemKind.DUPLICATE_KEY, Span(17, 20))] == [(problem.kind, problem.span) for problem in problems]


def test_the_problem_points_at_the_first() -> None:
    _, problems = read_json('{"a": 1, "b": 2, "a": 3}')
    assert [(("first written here", Span(1, 4)),)] == [problem.related for problem in problems]


def test_a_key_written_three_times_points_at_the_first_twice() -> None:
    _, problems = read_json('{"a": 1, "a": 2, "a": 3}')
    assert [Span(1, 4), Span(1, 4)] == [problem.related[0][1] for problem in problems]


def test_of_a_key_written_twice_the_last_one_holds() -> None:
    assert {"a": 2} == plain(mapping_of('{"a": 1, "a": 2}'))


def test_keys_are_compared_after_their_escapes() -> None:
    _, problems = read_json(r'{"a": 1, "\u0061": 2}')
    assert [ProblemKind.DUPLICATE_KEY] == [problem.kind for problem in problems]


def test_the_same_key_in_two_mappings_is_no_problem() -> None:
    assert {"a": {"a": 1}, "b": {"a": 1}} == plain(root_of('{"a": {"a": 1}, "b": {"a": 1}}'))


def test_a_key_written_twice_is_told_before_what_cannot_be_read() -> None:
    _, problems = read_json('{"a": 1, "a": 2, ]')
    assert [ProblemKind.DUPLICATE_KEY, ProblemKind.SYNTAX] == [problem.kind for problem in problems]


# What is refused


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ('{"a": 1 x}', 'expected "," or "}" after a value, found "x"', "x"),
        ("[1 2]", 'expected "," or "]" after a value, found "2"', "2"),
        ('["a" "b"]', 'expected "," or "]" after a value, found a string', '"'),
        ("[1}", 'expected "," or "]" after a value, found "}"', "}"),
        ("[1", 'expected "," or "]" after a value, found the end of the text', ""),
        ('{"a" 1}', 'expected ":" after a key, found "1"', "1"),
        ("{a: 1}", 'expected a key in double quotes or "}", found "a"', "a"),
        ('{"a": 1, b: 2}', 'expected a key in double quotes, found "b"', "b"),
        ("{", 'expected a key in double quotes or "}", found the end of the text', ""),
        ('{"a":}', 'expected a value, found "}"', "}"),
        ("[\N{NO-BREAK SPACE}1]", "expected a value, found U+00A0", "\N{NO-BREAK SPACE}"),
        ("[1] 2", 'expected the end of the text after the first value, found "2"', "2"),
        ("['a']", 'expected a value, found "\'"; JSON strings stand in double quotes', "'"),
        ("[yes]", 'expected a value, found "yes"; JSON strings stand in double quotes', "yes"),
        ("[True]", "expected a value, found True; JSON writes true in small letters", "True"),
        ("[None]", "expected a value, found None; JSON writes null", "None"),
        ("[NaN]", "expected a value, found NaN; JSON has no NaN", "NaN"),
        ("[-Infinity]", "expected a value, found -Infinity; JSON has no Infinity", "-Infinity"),
        ("[012]", 'expected a number such as 12, -0.5 or 1e9, found "012"', "012"),
        ("[.5]", 'expected a number such as 12, -0.5 or 1e9, found ".5"', ".5"),
        ("[1.]", 'expected a number such as 12, -0.5 or 1e9, found "1."', "1."),
        ("[+1]", 'expected a number such as 12, -0.5 or 1e9, found "+1"', "+1"),
        ("[1,]", 'nothing stands between this "," and "]"; JSON has no trailing commas', ","),
        ('{"a": 1,\n}', 'nothing stands between this "," and "}"; JSON has no trailing commas', ","),
        ("[ // one\n1]", "expected a value, found a comment; JSON has no comments", "// one"),
        ("[1 /* one */]", 'expected "," or "]" after a value, found a comment; JSON has no comments', "/* one */"),
        ("# one\n{}", "expected a value, found a comment; JSON has no comments", "# one"),
        ("/* one", "expected a value, found a comment; JSON has no comments", "/* one"),
        ('["a', "expected '\"' at the end of a string, found the end of the text", ""),
        (
            '["a\n"]',
            "expected '\"' at the end of a string, found the end of the line; a line break is written \\n",
            "\n",
        ),
        ('["a\tb"]', "a string cannot hold U+0009 as it is; write \\t", "\t"),
        ('["a\0"]', "a string cannot hold U+0000 as it is; write \\u0000", "\0"),
        (r'["\x41"]', r'expected an escape such as \n, \\, \" or \u0041, found "\x"', r"\x"),
        (r'["\u00g1"]', r'expected an escape such as \n, \\, \" or \u0041, found "\u00g1"', r"\u00g1"),
    ],
)
def test_what_is_no_json_is_refused_with_what_was_expected_and_found(text: str, message: str, place: str) -> None:
    problem = refusal_of(text)
    assert (ProblemKind.SYNTAX, message, place) == (problem.kind, problem.message, written(text, problem.span))


def test_a_text_that_ends_too_early_is_refused_at_its_end() -> None:
    assert Span(10, 10) == refusal_of('{"a": [1, ').span


def test_a_text_that_ends_too_early_points_at_what_is_open() -> None:
    assert (('"]" is missing', Span(6, 7)),) == refusal_of('{"a": [1, ').related


def test_a_string_without_an_end_points_at_its_beginning() -> None:
    assert (("the string begins here", Span(1, 2)),) == refusal_of('["abc').related


def test_a_long_word_is_shortened_in_the_message() -> None:
    assert (
        f'expected the end of the text after the first value, found "{"x" * 40}…"'
        == refusal_of("1 " + "x" * 1000).message
    )


# Limits


def test_the_deepest_nesting_is_read() -> None:
    assert MAX_DEPTH == len(list(walk(root_of("[" * MAX_DEPTH + "]" * MAX_DEPTH))))


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_what_is_nested_deeper_is_refused_where_it_gets_too_deep(opening: str) -> None:
    problem = refusal_of(opening * 100_000)
    start = MAX_DEPTH * len(opening)
    assert (ProblemKind.LIMIT, Span(start, start + 1)) == (problem.kind, problem.span)


def test_too_many_nodes_are_refused() -> None:
    problem = refusal_of("[" + "0," * MAX_NODES + "0]")
    assert (ProblemKind.LIMIT, Span(2 * MAX_NODES - 1, 2 * MAX_NODES)) == (problem.kind, problem.span)


# Against Python's json

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda values: st.lists(values, max_size=4) | st.dictionaries(st.text(), values, max_size=4),
    max_leaves=20,
)
json_pieces = st.sampled_from(
    [*'{}[]":, \t\n\\/*#', "0", "1", "-", "+", ".", "e1", "E", "true", "null", '"a"', '"b":', "\\u00e9", "\\ud83d"]
)
scrambled_pieces = st.lists(json_pieces | st.characters(max_codepoint=0x2FF), max_size=12).map("".join)


@st.composite
def nearly_json(draw: st.DrawFn) -> str:
    """JSON with a few characters replaced."""
    text = json.dumps(draw(json_values), ensure_ascii=draw(st.booleans()))
    start = draw(st.integers(0, len(text)))
    return text[:start] + draw(json_pieces | st.just("")) + text[start + draw(st.integers(0, 2)) :]


@given(json_values, st.booleans(), st.sampled_from([None, 0, "\t"]))
def test_what_json_writes_is_read_as_json_reads_it(value: object, ensure_ascii: bool, indent: str | int | None) -> None:
    text = json.dumps(value, ensure_ascii=ensure_ascii, indent=indent)
    assert json.loads(text) == plain(root_of(text))


@given(json_values, st.sampled_from([None, "\t"]))
def test_every_node_stands_inside_the_one_around_it(value: object, indent: str | None) -> None:
    text = json.dumps(value, indent=indent)
    for node in walk(root_of(text)):
        for inner in inside(node):
            assert node.span.start < inner.span.start < inner.span.end < node.span.end


@given(json_values)
def test_each_span_alone_is_the_text_of_its_node(value: object) -> None:
    text = json.dumps(value)
    for node in walk(root_of(text)):
        assert plain(node) == json.loads(written(text, node.span))


@settings(deadline=None)
@given(nearly_json() | scrambled_pieces)
@example("[1.5e]")
@example('"\\u12"')
@example("[1\N{NO-BREAK SPACE}]")
@example("[\N{ARABIC-INDIC DIGIT ONE}]")
def test_a_text_is_refused_exactly_when_json_refuses_it(text: str) -> None:
    root, _ = read_json(text)
    assert is_json(text) == (root is not None)


@settings(deadline=None)
@given(st.text() | nearly_json() | scrambled_pieces)
def test_no_text_raises_and_every_problem_stands_inside_the_text(text: str) -> None:
    _, problems = read_json(text)
    for span in (span for problem in problems for span in places(problem)):
        assert 0 <= span.start <= span.end <= len(text)


@settings(deadline=None)
@given(st.text() | nearly_json() | scrambled_pieces)
def test_a_text_that_is_refused_says_why_last(text: str) -> None:
    root, problems = read_json(text)
    if root is None and text.strip(" \t\r\n"):
        assert ProblemKind.SYNTAX == problems[-1].kind
