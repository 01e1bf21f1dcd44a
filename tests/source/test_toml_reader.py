import math
import re
import sys
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from samguard.source.document import Problem, ProblemKind
from samguard.source.limits import MAX_DEPTH, MAX_NODES
from samguard.source.nodes import Mapping, Node, Scalar, Sequence, walk
from samguard.source.spans import Span
from samguard.source.toml_reader import read_toml

SAMCONFIG = """\
version = 0.1

[default.deploy.parameters]
stack_name = "orders"
capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
confirm_changeset = false

[prod.deploy.parameters]
stack_name = "orders-prod"
"""


def root_of(text: str) -> Mapping:
    root, problems = read_toml(text)
    assert () == problems
    assert isinstance(root, Mapping)
    return root


def node_at(text: str, *path: str | int) -> Node:
    node: Node = root_of(text)
    for step in path:
        if isinstance(step, int):
            assert isinstance(node, Sequence)
            node = node.items[step]
        else:
            assert isinstance(node, Mapping)
            node = node.by_name[step].value
    return node


def scalar_of(value: str) -> Scalar:
    """What `value` is read as behind `a = `."""
    node = node_at(f"a = {value}", "a")
    assert isinstance(node, Scalar)
    return node


def refusal_of(text: str) -> Problem:
    root, problems = read_toml(text)
    assert root is None
    (problem,) = problems
    return problem


def written(text: str, span: Span) -> str:
    return text[span.start : span.end]


def plain(node: Node | None) -> Any:
    match node:
        case None:
            return {}
        case Mapping():
            return {entry.key.value: plain(entry.value) for entry in node}
        case Sequence():
            return [plain(item) for item in node.items]
        case Scalar():
            return node.value


# What is read


@pytest.mark.parametrize(
    ("written_value", "value"),
    [
        ("0", 0),
        ("-17", -17),
        ("+1_000", 1000),
        ("0xdead_BEEF", 0xDEADBEEF),
        ("0o755", 0o755),
        ("0b1101", 0b1101),
        ("1.5", 1.5),
        ("-0.1e-2", -0.001),
        ("6_0.2_5", 60.25),
        ("5e+2", 500.0),
        ("inf", math.inf),
        ("-inf", -math.inf),
        ("true", True),
        ("false", False),
        ('"text"', "text"),
        ('""', ""),
        (r'"\b\t\n\f\r\"\\\u00e9\U0001F600"', '\b\t\n\f\r"\\é\N{GRINNING FACE}'),
        (r"'C:\no\escapes'", r"C:\no\escapes"),
        ('"""one"""', "one"),
        ('"""\none\n"two"\n"""', 'one\n"two"\n'),
        ('"""one \\\n   two"""', "one two"),
        ('"""one\\  \n\n  two"""', "onetwo"),
        ("'''\n\\one'''", "\\one"),
        ('""""one"""""', '"one""'),
        ("''''one'''''", "'one''"),
        ("[]", []),
        ("[1, 'a', [true],]", [1, "a", [True]]),
        ("[ # first\n 1, # one\n\n 2 # two\n]", [1, 2]),
        ("{}", {}),
        ("{ b = 1, 'c d' = [2] }", {"b": 1, "c d": [2]}),
        ("{ b.c = 1, b.d = 2 }", {"b": {"c": 1, "d": 2}}),
        ("{ b = [\n1\n] }", {"b": [1]}),
        ("{\n b = 1, # one\n c = 2\n}", {"b": 1, "c": 2}),
        ("{ b = 1, }", {"b": 1}),
        ("{\n # nothing\n}", {}),
        (r'"\e[0m\x41\xe9"', "\x1b[0mA\xe9"),
    ],
)
def test_each_kind_of_value_is_read(written_value: str, value: object) -> None:
    assert value == plain(node_at(f"a = {written_value}", "a"))


def test_nan_is_read() -> None:
    assert "nan" == scalar_of("+nan").text


@pytest.mark.parametrize(
    "moment",
    [
        "1979-05-27",
        "07:32:00",
        "07:32:00.5",
        "07:32",
        "1979-05-27T07:32Z",
        "1979-05-27T07:32:00Z",
        "1979-05-27 07:32:00.999999",
        "1979-05-27t00:32:00-07:00",
    ],
)
def test_dates_and_times_are_texts_as_they_are_written(moment: str) -> None:
    scalar = scalar_of(moment)
    assert (moment, moment, False) == (scalar.value, scalar.raw, scalar.quoted)


def test_a_date_may_be_followed_by_a_comment() -> None:
    assert "1979-05-27" == scalar_of("1979-05-27 # Sunday").value


@pytest.mark.parametrize("text", ["", "\n", " \t\r\n# only a comment"])
def test_a_text_without_a_statement_is_nothing_and_no_problem(text: str) -> None:
    assert (None, ()) == read_toml(text)


def test_keys_are_bare_or_quoted_or_dotted() -> None:
    text = "a-b_1 = 1\n'c d' = 2\n\"\\u0065\" = 3\nf . 'g.h' = 4\n1.2 = 5\n"
    assert {"a-b_1": 1, "c d": 2, "e": 3, "f": {"g.h": 4}, "1": {"2": 5}} == plain(root_of(text))


def test_a_samconfig_is_read() -> None:
    expected = {
        "version": 0.1,
        "default": {
            "deploy": {
                "parameters": {
                    "stack_name": "orders",
                    "capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
                    "confirm_changeset": False,
                }
            }
        },
        "prod": {"deploy": {"parameters": {"stack_name": "orders-prod"}}},
    }
    assert expected == plain(root_of(SAMCONFIG))


def test_a_table_may_follow_the_tables_inside_of_it() -> None:
    assert {"a": {"b": {"c": 1}, "d": 2}} == plain(root_of("[a.b]\nc = 1\n[a]\nd = 2\n"))


def test_a_table_may_follow_inside_of_a_dotted_one() -> None:
    assert {"a": {"b": {"c": 1, "d": {"e": 2}}}} == plain(root_of("[a]\nb.c = 1\n[a.b.d]\ne = 2\n"))


def test_tables_in_two_brackets_make_a_list() -> None:
    assert {"a": [{"b": 1}, {}, {"b": 2}]} == plain(root_of("[[a]]\nb = 1\n[[a]]\n[[a]]\nb = 2\n"))


def test_a_table_inside_of_a_list_of_tables_belongs_to_the_last() -> None:
    text = "[[a]]\n[a.b]\nc = 1\n[[a]]\n[a.b]\nc = 2\n[[a.d]]\n"
    assert {"a": [{"b": {"c": 1}}, {"b": {"c": 2}, "d": [{}]}]} == plain(root_of(text))


def test_lines_may_end_in_carriage_return_and_line_feed() -> None:
    text = '# c\r\n[a]\r\nb = 1 # d\r\nc = [\r\n1,\r\n]\r\nd = """\r\none\r\ntwo \\\r\n  three"""\r\n'
    assert {"a": {"b": 1, "c": [1], "d": "one\ntwo three"}} == plain(root_of(text))


def test_an_escaped_carriage_return_and_line_feed_stay_two() -> None:
    assert "\r\n" == scalar_of(r'"""\r\n"""').value


# Where it stands


def test_the_span_of_a_key_includes_its_quotes() -> None:
    text = "'a b' = 1\nc = 2"
    assert ["'a b'", "c"] == [written(text, entry.key.span) for entry in root_of(text)]


def test_only_a_key_in_quotes_is_quoted() -> None:
    assert [True, False] == [entry.key.quoted for entry in root_of("'a' = 1\nb = 2")]


@pytest.mark.parametrize(
    "value", ["1_0", "true", '"a"', "'a'", '"""\na\\\n"""', "''''a'''''", "1979-05-27", "[ 1 ]", "{ b.c = 1 }", "[]"]
)
def test_the_span_of_a_value_is_all_of_it(value: str) -> None:
    text = f"a =  {value}  # comment"
    assert value == written(text, node_at(text, "a").span)


def test_the_spans_inside_of_lists_and_inline_tables_are_exact() -> None:
    text = "a = [ 1, { b = 'c' } ]\n"
    assert ["[ 1, { b = 'c' } ]", "1", "{ b = 'c' }", "'c'"] == [
        written(text, node.span) for node in walk(node_at(text, "a"))
    ]


@pytest.mark.parametrize(
    ("value", "raw"), [("'a'", "a"), (r'"\n"', r"\n"), ('"""\na"""', "\na"), ("''''a''''", "'a'"), ("0x1F", "0x1F")]
)
def test_a_scalar_keeps_how_it_was_written_without_its_quotes(value: str, raw: str) -> None:
    assert raw == scalar_of(value).raw


def test_only_strings_are_quoted() -> None:
    assert (True, False, False) == (scalar_of("'1'").quoted, scalar_of("1").quoted, scalar_of("true").quoted)


def test_a_table_reaches_from_its_header_to_its_last_value() -> None:
    text = "[a]\nb = 1\nc = 2 # comment\n\n[d]\n"
    assert "[a]\nb = 1\nc = 2" == written(text, node_at(text, "a").span)


def test_a_table_without_values_is_its_header() -> None:
    text = "[ a ] # comment\n"
    assert "[ a ]" == written(text, node_at(text, "a").span)


def test_a_table_on_the_way_to_others_reaches_over_all_of_them() -> None:
    text = "x = 1\n[a.b]\nc = 1\n[a.d]\ne = 2\n[f]\n"
    assert "[a.b]\nc = 1\n[a.d]\ne = 2" == written(text, node_at(text, "a").span)


def test_the_root_reaches_from_the_first_key_to_the_last_value() -> None:
    text = "# comment\na = 1\n[b]\nc = 2\n# comment\n"
    assert "a = 1\n[b]\nc = 2" == written(text, root_of(text).span)


def test_a_table_made_by_a_dotted_key_begins_at_the_part_that_follows() -> None:
    text = "a.b = 1\na.c = 2\n"
    assert "b = 1\na.c = 2" == written(text, node_at(text, "a").span)


def test_a_list_of_tables_reaches_from_the_first_header_to_the_last_value() -> None:
    text = "[[a]]\nb = 1\n[[a]]\nb = 2\n"
    assert "[[a]]\nb = 1\n[[a]]\nb = 2" == written(text, node_at(text, "a").span)


def test_each_table_of_a_list_begins_at_its_header() -> None:
    text = "[[a]]\nb = 1\n[[a]]\nb = 2\n"
    assert "[[a]]\nb = 2" == written(text, node_at(text, "a", 1).span)


def test_the_key_of_a_table_stands_in_the_header_that_first_named_it() -> None:
    text = "[default.deploy]\n[default.build]\n"
    assert Span(1, 8) == root_of(text).entries[0].key.span


def test_each_part_of_a_header_is_a_key_with_its_place() -> None:
    text = "[ a . 'b c' ]\n"
    table = node_at(text, "a")
    assert isinstance(table, Mapping)
    assert ["'b c'"] == [written(text, entry.key.span) for entry in table]


def test_entries_keep_the_order_of_their_definition() -> None:
    assert ["c", "a", "b"] == [entry.name for entry in root_of("c.x = 1\na = 1\nb = 1\n[c.y]\n")]


# What is refused

END_OF_LINE = 'expected " at the end of a string, found the end of the line; """ holds several lines'
NUMBER = "expected a value such as 12, 0.5, 2026-01-31 or 07:30:00"


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("a\n", 'expected "=" after a key, found the end of the line', "\n"),
        ("a", 'expected "=" after a key, found the end of the text', ""),
        ("a b = 1", 'expected "=" after a key, found "b"', "b"),
        ("a: 1", 'expected "=" after a key, found ":"', ":"),
        ("= 1", 'expected a key or a [table], found "="', "="),
        ("a. = 1", 'expected another part of the key after ".", found "="', "="),
        ("a =\n", "expected a value, found the end of the line", "\n"),
        ("a = # one\n", "expected a value, found a comment", "#"),
        ("a = 1 b = 2", 'expected the end of the line, found "b"', "b"),
        ("a = 'b' 'c'", "expected the end of the line, found a string", "'"),
        ("a = 1\r", "expected the end of the line, found U+000D", "\r"),
        ("a = orders", 'expected a value, found "orders"; a text stands in quotes', "orders"),
        ("a = True", 'expected a value, found "True"; TOML writes true', "True"),
        ("a = null", 'expected a value, found "null"; TOML has no null; leave the key out', "null"),
        ("a = 01", f'{NUMBER}, found "01"; a text stands in quotes', "01"),
        ("a = 1__0", f'{NUMBER}, found "1__0"; a text stands in quotes', "1__0"),
        ("a = 07:3", f'{NUMBER}, found "07:3"; a text stands in quotes', "07:3"),
        ("a = 2026-02-30", "there is no such day: 2026-02-30", "2026-02-30"),
        ("a = 0000-01-01", "there is no such day: 0000-01-01", "0000-01-01"),
        ("[a\n", 'expected "]" after a table\'s name, found the end of the line', "\n"),
        ("[[a]\n", 'expected "]]" after a table\'s name, found "]"', "]"),
        ("[]\n", 'expected a table\'s name, found "]"', "]"),
        ("[a] b = 1", 'expected the end of the line, found "b"', "b"),
        ("a = [1 2]", 'expected "," or "]" after a value, found "2"', "2"),
        ("a = [1\n", 'expected "," or "]" after a value, found the end of the text', ""),
        ("a = [,]", 'expected a value, found ","', ","),
        ("a = {b = 1", 'expected "," or "}" after a value, found the end of the text', ""),
        ("a = {b = 1]", 'expected "," or "}" after a value, found "]"', "]"),
        ("a = {,}", 'expected a key or "}", found ","', ","),
        ("a = {b = 1,,}", 'expected a key or "}", found ","', ","),
        ("a = {b = 1\nc = 2}", 'expected "," or "}" after a value, found "c"', "c"),
        ('a = "b\n', END_OF_LINE, "\n"),
        ('a = "b\r\n', END_OF_LINE, "\r"),
        ("a = 'b", "expected ' at the end of a string, found the end of the text", ""),
        ('a = """b"', 'expected """ at the end of a string, found the end of the text', ""),
        ("a = '''b", "expected ''' at the end of a string, found the end of the text", ""),
        ("a = 'b\0'", 'a string cannot hold U+0000 as it is; write \\u0000 in a string in ""', "\0"),
        ('a = """b\r"""', 'a string cannot hold U+000D as it is; write \\u000d in a string in ""', "\r"),
        (
            r'a = "C:\dir"',
            r"""expected an escape such as \n, \\ or \u0041, found "\d"; '...' has no escapes""",
            r"\d",
        ),
        (r'a = "\ud800"', r"\ud800 is no character of Unicode", r"\ud800"),
        (r'a = "\U00110000"', r"\U00110000 is no character of Unicode", r"\U00110000"),
        ("# b\0", "a comment cannot hold U+0000", "\0"),
        ("a = [ # b\0\n]", "a comment cannot hold U+0000", "\0"),
    ],
)
def test_what_is_no_toml_is_refused_with_what_was_expected_and_found(text: str, message: str, place: str) -> None:
    problem = refusal_of(text)
    assert (ProblemKind.SYNTAX, message, place) == (problem.kind, problem.message, written(text, problem.span))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = [\n1", ("the list begins here", Span(4, 5))),
        ("a = {b = 1", ("the inline table begins here", Span(4, 5))),
        ("a = '''\nb", ("the string begins here", Span(4, 5))),
    ],
)
def test_what_does_not_end_points_at_its_beginning(text: str, place: tuple[str, Span]) -> None:
    assert (place,) == refusal_of(text).related


@pytest.mark.parametrize("text", ["a = " + "9" * 10_000, "a = 0x" + "f" * 10_000])
def test_an_integer_of_thousands_of_digits_is_refused(text: str) -> None:
    assert ProblemKind.SYNTAX == refusal_of(text).kind


# What is defined twice


def test_a_key_written_twice_is_a_problem_at_the_second_that_points_at_the_first() -> None:
    problem = refusal_of("a = 1\nb = 2\na = 3\n")
    expected = (ProblemKind.DUPLICATE_KEY, Span(12, 13), (("first written here", Span(0, 1)),))
    assert expected == (problem.kind, problem.span, problem.related)


@pytest.mark.parametrize(
    "text",
    [
        "[a]\nb = 1\n'b' = 2",
        "a = {b = 1, b = 2}",
        "a.b = 1\na.b = 2",
        "a.b = 1\na = 2",
        "[a.b]\n[a]\nb = 1",
        "[[a.b]]\n[a]\nb = 1",
    ],
)
def test_a_key_that_is_there_already_is_written_twice(text: str) -> None:
    assert ProblemKind.DUPLICATE_KEY == refusal_of(text).kind


@pytest.mark.parametrize(
    ("text", "message", "first"),
    [
        ("[a]\n[a]", 'this table was defined before: "a"', "[a]"),
        ("[a.b]\nc = 1\n[a]\n[a.b]", 'this table was defined before: "b"', "[a.b]"),
        ("a.b.c = 1\n[a.b]", 'this table was defined before: "b"', "b"),
        ("[a.b]\n[a]\nb.c = 1", 'this table was defined before: "b"', "[a.b]"),
        ("[a]\nb.c = 1\n[a.d]\n[a.b]", 'this table was defined before: "b"', "b"),
        ("[a]\n[[a]]", 'this table was defined before: "a"', "[a]"),
        ("[a.b]\n[[a]]", 'this table was defined before: "a"', "a"),
        ("[[a]]\n[a]", '"a" was defined before with [[...]], as a list of tables', "a"),
        ("[[a.b]]\n[a]\nb.c = 1", '"b" was defined before with [[...]], as a list of tables', "b"),
        ("a = 1\n[a]", '"a" has a value already; nothing can be added to it', "a = 1"),
        ("a = 1\n[a.b]", '"a" has a value already; nothing can be added to it', "a = 1"),
        ("a = {}\n[a.b]", '"a" has a value already; nothing can be added to it', "a = {}"),
        ("a = [{}]\n[[a]]", '"a" has a value already; nothing can be added to it', "a = [{}]"),
        ("a = {}\na.b = 1", '"a" has a value already; nothing can be added to it', "a = {}"),
        ("a = {b = 1, b.c = 2}", '"b" has a value already; nothing can be added to it', "b = 1"),
    ],
)
def test_a_table_defined_twice_is_refused_and_points_at_the_first(text: str, message: str, first: str) -> None:
    problem = refusal_of(text)
    ((_, place),) = problem.related
    assert (ProblemKind.SYNTAX, message, first) == (problem.kind, problem.message, written(text, place))


# Limits


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1),
        "a = " + "{a = " * (MAX_DEPTH - 1) + "1" + "}" * (MAX_DEPTH - 1),
        "[" + ".".join("a" * (MAX_DEPTH - 1)) + "]",
        ".".join("a" * MAX_DEPTH) + " = 1",
    ],
)
def test_the_deepest_nesting_is_read(text: str) -> None:
    assert MAX_DEPTH == sum(not isinstance(node, Scalar) for node in walk(root_of(text)))


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 10_000,
        "a = " + "{a = " * 10_000,
        "a = " + "[{a = " * 10_000,
        "[" + ".".join("a" * 10_000) + "]",
        "[" + ".".join("a" * MAX_DEPTH) + "]",
        "[[" + ".".join("a" * (MAX_DEPTH - 1)) + "]]",
        ".".join("a" * 10_000) + " = 1",
        "[" + ".".join("a" * (MAX_DEPTH - 1)) + "]\na = []",
        "[" + ".".join("a" * (MAX_DEPTH - 1)) + "]\na.a = 1",
    ],
)
def test_what_is_nested_deeper_is_refused(text: str) -> None:
    assert ProblemKind.LIMIT == refusal_of(text).kind


def test_nesting_is_refused_where_it_gets_too_deep() -> None:
    start = len("a = ") + MAX_DEPTH - 1
    assert Span(start, start + 1) == refusal_of("a = " + "[" * 10_000).span


def test_too_many_nodes_are_refused() -> None:
    assert ProblemKind.LIMIT == refusal_of("a = [" + "0," * MAX_NODES + "]").kind


# Against tomllib

NEW_IN_1_1 = re.compile(r"\{|\\[ex]|\d:\d\d(?!:\d)")
"""Where TOML 1.1 may allow what 1.0 refuses. tomllib reads 1.1 from Python 3.15 on."""


def comparable(value: Any) -> Any:
    """A value whose scalars are told apart by type as well, dates being texts."""
    match value:
        case dict():
            return {key: comparable(item) for key, item in value.items()}
        case list():
            return [comparable(item) for item in value]
        case date() | time():
            return repr(value.isoformat())
        case _:
            return repr(value)


def judgement(text: str) -> Any:
    """What tomllib reads, or None where it refuses."""
    try:
        return comparable(tomllib.loads(text))
    except tomllib.TOMLDecodeError:
        return None


def reading(text: str) -> Any:
    """What samguard reads, or None where it refuses."""
    root, problems = read_toml(text)
    return None if problems else comparable(plain(root))


def in_basic_quotes(text: str) -> str:
    escaped = (c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
    return f'"{"".join(escaped)}"'


def of_values(as_text: Callable[[Any], str], *values: st.SearchStrategy[Any]) -> st.SearchStrategy[str]:
    return st.one_of(*values).map(as_text)


bare_texts = st.text("abcXYZ019_-", min_size=1, max_size=4)
lines_texts = st.text(st.sampled_from("ab \t\n'\"é\N{GRINNING FACE}"), max_size=8)
toml_keys = bare_texts | of_values(in_basic_quotes, st.text(max_size=4)) | bare_texts.map("'{}'".format)
toml_scalars = st.one_of(
    of_values(str, st.integers()),
    of_values(hex, st.integers(min_value=0)),
    of_values(oct, st.integers(min_value=0)),
    of_values(bin, st.integers(min_value=0)),
    of_values(repr, st.floats()),
    st.sampled_from(["true", "false", "+inf", "-nan", "1_000", "1e5", "-0", "+0.0"]),
    of_values(lambda moment: moment.isoformat(), st.dates(), st.times(), st.datetimes()),
    of_values(datetime.isoformat, st.datetimes(timezones=st.just(UTC))),
    of_values(in_basic_quotes, st.text(max_size=6)),
    lines_texts.filter(lambda text: "'" not in text and "\n" not in text).map("'{}'".format),
    lines_texts.filter(lambda text: "'''" not in text).map("'''\n{}'''".format),
    lines_texts.filter(lambda text: '"""' not in text).map('"""\n{}"""'.format),
    lines_texts.filter(lambda text: '"' not in text).map('"""{}\\\n \t\n"""'.format),
)


def list_of(values: list[str]) -> str:
    return "[" + ",".join(f"\n {value} # item\n" for value in values) + "]"


def inline_table_of(values: dict[str, str]) -> str:
    return "{" + ", ".join(f"{key} = {value}" for key, value in values.items()) + "}"


def has_values_only(table: dict[str, Any]) -> bool:
    return all(isinstance(value, str) for value in table.values())


def keyed(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Values under keys; most of them differ also once their quotes are gone."""
    return st.dictionaries(toml_keys, values, max_size=3)


toml_values = st.recursive(
    toml_scalars,
    lambda values: st.lists(values, max_size=3).map(list_of) | keyed(values).map(inline_table_of),
    max_leaves=5,
)
tables = st.recursive(
    keyed(toml_values),
    lambda inner: keyed(toml_values | inner | st.lists(inner, min_size=1, max_size=2)),
    max_leaves=6,
)
"""Tables as dictionaries; what stands under a key is a value's text, a table or a list of tables."""


@st.composite
def toml_documents(draw: st.DrawFn) -> str:
    """Documents that say each table in one of the ways TOML has: header, two brackets, dotted keys."""
    lines: list[str] = []

    def write(table: dict[str, Any], path: tuple[str, ...]) -> None:
        later: list[tuple[str, Any]] = []
        for key, value in table.items():
            if isinstance(value, str):
                lines.append(f"{key} = {value}{draw(st.sampled_from(['', ' # comment']))}")
            elif isinstance(value, dict) and has_values_only(value) and draw(st.booleans()):
                lines.extend(f"{key} . {inner} = {item}" for inner, item in value.items())
            else:
                later.append((key, value))
        for key, value in later:
            name = ".".join((*path, key))
            for item in value if isinstance(value, list) else [value]:
                lines.append(f"[[{name}]]" if isinstance(value, list) else f"[ {name} ]")
                write(item, (*path, key))

    write(draw(tables), ())
    text = "\n".join(lines)
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


short_keys = st.lists(st.sampled_from(["a", "b", "'a'"]), min_size=1, max_size=3).map(".".join)
short_values = st.sampled_from(["1", "[]", "{}", "[{}]", "{a = 1}", "{a.b = 1, a.a = 2}", "{a = {}, a.b = 1}"])
statements = st.one_of(
    short_keys.map("[{}]".format),
    short_keys.map("[[{}]]".format),
    st.builds("{} = {}".format, short_keys, short_values),
)
"""Statements so much alike that many of them meet."""

toml_characters = st.sampled_from("ab.=[]{}\"'#\n\r\t ,\\0123_-+xeEou:TZé\0\x7ftrueinfnan")


@st.composite
def nearly_toml(draw: st.DrawFn) -> str:
    """Documents with a few characters replaced."""
    text = draw(toml_documents())
    start = draw(st.integers(0, len(text)))
    return text[:start] + draw(st.text(toml_characters, max_size=3)) + text[start + draw(st.integers(0, 3)) :]


@settings(deadline=None)
@given(toml_documents())
def test_what_is_toml_is_read_as_tomllib_reads_it(text: str) -> None:
    assert judgement(text) == reading(text)


@settings(deadline=None, max_examples=500)
@given(st.lists(statements, max_size=6).map("\n".join))
@example("[a.b.a]\n[a]\nb.b = 1\n[a.b]")
@example("[[a.b]]\n[a]\n[[a.b]]")
@example("[[a]]\n[a.b]\n[[a]]\n[a.b]")
def test_tables_may_be_defined_again_exactly_where_tomllib_allows_it(text: str) -> None:
    assert judgement(text) == reading(text)


@settings(deadline=None, max_examples=300)
@given(nearly_toml() | st.text(toml_characters, max_size=12))
@example('a = "\r"')
@example('a = """\r\r\n"""')
@example('a = """\\ \t')
@example("a = 1979-05-27T")
@example("a = { # b\n}")
@example("'''a''' = 1")
def test_a_text_is_refused_exactly_when_tomllib_refuses_it(text: str) -> None:
    judged = judgement(text)
    if judged is None and NEW_IN_1_1.search(text) and sys.version_info < (3, 15):
        return
    assert (judged is None) == (reading(text) is None)


@settings(deadline=None)
@given(st.text() | st.text(toml_characters) | nearly_toml())
def test_no_text_raises_and_every_problem_stands_inside_the_text(text: str) -> None:
    _, problems = read_toml(text)
    for span in (span for problem in problems for span in (problem.span, *(place for _, place in problem.related))):
        assert 0 <= span.start <= span.end <= len(text)


@settings(deadline=None)
@given(toml_documents())
def test_every_span_stands_inside_the_root(text: str) -> None:
    root, _ = read_toml(text)
    for node in walk(root) if root is not None else ():
        assert root is not None
        assert root.span.start <= node.span.start < node.span.end <= root.span.end
