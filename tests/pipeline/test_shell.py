from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samguard.pipeline.script_text import of_document
from samguard.pipeline.shell import Shell, ShellCommand
from samguard.source import Document, Format


def commands(text: str, files: dict[str, str] | None = None, **surroundings: object) -> tuple[ShellCommand, ...]:
    trees = {path: Document(path, dedent(one), Format.CODE, None) for path, one in (files or {}).items()}
    script = Document("script.sh", dedent(text), Format.CODE, None)
    return Shell({}, trees.get, **surroundings).run(of_document(script))  # type: ignore[arg-type]


def words(text: str, files: dict[str, str] | None = None) -> list[list[str | None]]:
    return [[word.text for word in command.words] for command in commands(text, files)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sam deploy --stack-name x", [["sam", "deploy", "--stack-name", "x"]]),
        ("sam deploy \\\n  --region eu-west-1", [["sam", "deploy", "--region", "eu-west-1"]]),
        ("a 'b c' \"d e\" f\\ g", [["a", "b c", "d e", "f g"]]),
        ("a && b || c; d", [["a"], ["b"], ["c"], ["d"]]),
        ("# sam deploy\na # b", [["a"]]),
        ("cat <<EOF\nsam deploy\nEOF\na", [["cat"], ["a"]]),
        ("STAGE=prod\na $STAGE", [["a", "prod"]]),
        ("export STAGE=prod\na app-${STAGE}", [["a", "app-prod"]]),
        ("a $NOBODY_SAYS", [["a", None]]),
        ("a $(date)", [["date"], ["a", None]]),
        ("for s in dev prod; do a $s; done", [["a", "dev"], ["a", "prod"]]),
        ("f() { a $1; }\nf prod", [["f", "prod"], ["a", "prod"]]),
        ('X=""\na ${X:-default}', [["a", "default"]]),
        ("VALUES='A=b C=d'\na $VALUES", [["a", "A=b", "C=d"]]),
        ("VALUES='A=b C=d'\na \"$VALUES\"", [["a", "A=b C=d"]]),
        ("S=prod\nif [ $S = prod ]; then a; else b; fi", [["a"]]),
        ("S=dev\ncase $S in prod) a;; dev|test) b;; esac", [["b"]]),
    ],
)
def test_a_script_runs_these_commands(text: str, expected: object) -> None:
    assert words(text) == expected


def test_what_only_one_branch_sets_is_unknown_afterwards() -> None:
    assert words('if [ "$B" = main ]; then S=prod; else S=dev; fi\na $S') == [["a", None]]


def test_what_all_branches_set_alike_is_known() -> None:
    assert words('if [ "$B" = main ]; then S=x; else S=x; fi\na $S') == [["a", "x"]]


def test_a_subshell_keeps_its_variables_to_itself() -> None:
    assert words("S=a\n(S=b; x $S)\ny $S") == [["x", "b"], ["y", "a"]]


def test_a_variable_before_a_command_is_its_own() -> None:
    first, second = commands("S=a x\ny $S")
    assert first.variables["S"] == "a"
    assert second.words[1].text is None


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("sam deploy || true", "|| true"),
        ("sam deploy || :", "|| :"),
        ("sam deploy || echo failed", "|| echo failed"),
        ("sam deploy || { echo failed; }", "|| { echo failed; }"),
        ("sam deploy || exit 0", "|| exit 0"),
        ("sam deploy | tee log", "| tee log"),
        ("set +e\nsam deploy\necho done", "set +e"),
        ("sam deploy &", "&"),
        ("sam build && sam deploy || true", "|| true"),
        ("sam deploy || exit 1", None),
        ("sam deploy || { echo failed; exit 1; }", None),
        ("set -o pipefail\nsam deploy | tee log", None),
        ("echo y | sam deploy", None),
        ("set +e\nsam deploy\nstatus=$?", None),
        ("set +e\nx\nset -e\nsam deploy\ny", None),
        ("sam deploy 2>&1", None),
    ],
)
def test_a_failure_is_ignored_where_the_text_says_so(text: str, how: str | None) -> None:
    (deploy,) = [command for command in commands(text) if [word.text for word in command.words] == ["sam", "deploy"]]
    assert how == (deploy.ignored and deploy.ignored.how)


def test_a_script_without_set_e_goes_on_after_a_failure() -> None:
    files = {
        "deploy.sh": "#!/bin/bash\nsam deploy\necho done\n",
        "good.sh": "#!/bin/bash\nset -e\nsam deploy\necho done\n",
    }
    bad = commands("./deploy.sh", files)[1]
    good = commands("./good.sh", files)[1]
    assert bad.ignored is not None
    assert bad.ignored.how == "no set -e in deploy.sh"
    assert good.ignored is None


def test_a_called_script_gets_its_arguments_and_its_commands_have_their_own_places() -> None:
    call, deploy = commands("bash deploy.sh prod", {"deploy.sh": "set -e\nsam deploy --config-env $1\n"})
    assert [word.text for word in deploy.words] == ["sam", "deploy", "--config-env", "prod"]
    assert (deploy.place.location.path, deploy.place.location.start.line) == ("deploy.sh", 2)
    assert deploy.via == (call.place,)
    assert call.is_opened


def test_a_script_that_calls_itself_ends() -> None:
    assert len(commands("./a.sh", {"a.sh": "./a.sh\n./a.sh\n"})) < 200


def test_a_make_target_runs_its_prerequisites_first() -> None:
    makefile = "STAGE ?= dev\nbuild:\n\tsam build\ndeploy: build\n\t@sam deploy --config-env $(STAGE) --x $$Y\n"
    found = words("make deploy STAGE=prod", {"Makefile": makefile})
    assert found[1:] == [["sam", "build"], ["sam", "deploy", "--config-env", "prod", "--x", None]]


def test_a_recipe_line_with_a_dash_is_forgiven() -> None:
    _, deploy = commands("make deploy", {"Makefile": "deploy:\n\t-sam deploy\n"})
    assert deploy.ignored is not None
    assert deploy.place.location.start.line == 2


def test_cd_moves_the_commands_that_follow() -> None:
    assert [command.folder for command in commands("a\ncd services/orders\nb\ncd ../..\nc\ncd $X\nd")] == [
        "",
        "services/orders",
        "",
        None,
    ]


def test_nothing_outside_of_the_tree_is_asked_for() -> None:
    asked: list[str] = []
    script = Document("s.sh", "../x.sh\nbash /etc/passwd.sh\nsource ../../y.sh\nmake -C ../..\n", Format.CODE, None)
    Shell({}, asked.append).run(of_document(script))
    assert asked == []


@given(st.text(st.sampled_from("ab$ {}()[]\"'`|&;<>\n\\#=!-é\U0001f600") | st.characters(), max_size=120))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_without_an_error(text: str) -> None:
    for command in commands(text):
        start, end = command.place.span
        assert 0 <= start <= end <= len(command.place.document.text)


@given(
    st.lists(
        st.sampled_from(
            [
                "if x; then",
                "fi",
                "done",
                "for a in b;",
                "do",
                "case x in",
                "esac",
                "{",
                "}",
                "(",
                ")",
                "<<E",
                "E",
                "&&",
                "||",
            ]
        ),
        max_size=60,
    )
)
@settings(max_examples=200, deadline=None)
def test_any_order_of_key_words_is_read_without_an_error(parts: list[str]) -> None:
    commands("\n".join(parts))


@pytest.mark.parametrize("text", ["(" * 20_000, "a && " * 20_000, "x=$x$x\n" * 1000, "if a; then " * 5000, "$(" * 5000])
def test_a_text_that_is_made_to_keep_a_reader_busy_ends(text: str) -> None:
    commands(text)
