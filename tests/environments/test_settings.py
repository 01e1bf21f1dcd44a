import pickle
import subprocess
import sys

import pytest

from samguard.environments import ParameterSource, Settings, read_settings
from samguard.errors import SamguardError
from samguard.source import Place, parse_document


def settings(text: str) -> Settings:
    """What a pyproject.toml says."""
    return read_settings(parse_document(text, "pyproject.toml"))


def refusal(text: str) -> SamguardError:
    with pytest.raises(SamguardError) as caught:
        settings(text)
    return caught.value


def written(place: Place | None) -> str:
    assert place is not None
    return place.document.text[place.span.start : place.span.end]


@pytest.mark.parametrize("text", ["", "[project]\nname = 'x'\n", "[tool.ruff]\n", "[tool.samguard]\n"])
def test_without_a_table_everything_is_samguards_default(text: str) -> None:
    assert Settings() == settings(text)


def test_the_defaults_fail_on_warnings_and_know_three_words_for_production() -> None:
    assert ("warning", ("prod*", "prd*", "live*")) == (Settings().fail_on, Settings().production)


def test_each_key_is_read() -> None:
    found = settings(
        "[tool.samguard]\nselect = ['SG3', 'no-alarms']\nignore = ['SG301']\nfail-on = 'error'\n"
        "exclude = ['vendor/**']\nproduction = ['release*']\nper-file-ignores = {'demo/*' = ['SG2']}\n"
    )
    assert (("SG3", "no-alarms"), ("SG301",), "error") == (found.select, found.ignore, found.fail_on)
    assert (("vendor/**",), ("release*",)) == (found.exclude, found.production)
    assert {"demo/*": ("SG2",)} == found.per_file_ignores


def test_an_environment_is_read_with_the_places_of_its_values() -> None:
    found = settings(
        "[tool.samguard.environments.prod]\nproduction = true\ntemplate = 'infra/template.yaml'\n"
        "stack-name = 'orders'\nregion = 'eu-west-1'\naccount = '123456789012'\n"
        "parameters = {Stage = 'prod', Safe = true, Size = 3}\n"
    ).environments["prod"]
    assert (True, "infra/template.yaml", "123456789012") == (found.production, found.template, found.account)
    assert found.stack_name is not None
    assert found.region is not None
    assert ("orders", "eu-west-1") == (found.stack_name.text, found.region.text)
    assert {"Stage": "prod", "Safe": "true", "Size": "3"} == {
        name: value.text for name, value in found.parameters.items()
    }
    assert ("prod", "Stage = 'prod'") == (written(found.place), written(found.parameters["Stage"].place))
    assert ParameterSource.CONFIG is found.parameters["Stage"].source


def test_samguard_toml_is_the_table_as_a_whole() -> None:
    document = parse_document("select = ['SG3']\n[environments.prod]\n", "samguard.toml")
    found = read_settings(document, ())
    assert (("SG3",), ["prod"]) == (found.select, list(found.environments))


def test_the_place_of_each_value_is_known() -> None:
    found = settings("[tool.samguard]\nignore = ['SG301', 'SG9']\n")
    assert "'SG9'" == written(found.places["ignore", 1])


def test_settings_can_be_pickled() -> None:
    found = settings("[tool.samguard.environments.prod]\nregion = 'x'\n")
    assert found == pickle.loads(pickle.dumps(found))


@pytest.mark.parametrize(
    ("text", "message", "hint", "line"),
    [
        ("fail_on = 'error'", "unknown key 'fail_on' in [tool.samguard]", "did you mean 'fail-on'?", 2),
        ("\nselects = []", "unknown key 'selects' in [tool.samguard]", "did you mean 'select'?", 3),
        (
            "[tool.samguard.environments.prod]\nstack_name = 'x'",
            "unknown key 'stack_name' in [tool.samguard.environments.prod]",
            "did you mean 'stack-name'?",
            3,
        ),
        (
            "select = 'SG3'",
            "'select' in [tool.samguard] must be a list of rule identifiers, names or prefixes, found 'SG3'",
            "write ['SG3']",
            2,
        ),
        ("exclude = [''\n,1]", "item 2 of 'exclude' in [tool.samguard] must be a text, found 1", "put it in quotes", 3),
        (
            "fail-on = 'warn'",
            "'fail-on' in [tool.samguard] must be 'error', 'warning', 'note' or 'never', found 'warn'",
            "did you mean 'warning'?",
            2,
        ),
        (
            "[tool.samguard.environments.prod]\nproduction = 'true'",
            "'production' in [tool.samguard.environments.prod] must be true or false, found 'true'",
            "leave the quotes out",
            3,
        ),
        (
            "[tool.samguard.environments.prod]\naccount = 12",
            "'account' in [tool.samguard.environments.prod] must be the account's number or alias, a text, found 12",
            "put it in quotes",
            3,
        ),
        (
            "[tool.samguard.environments.prod.parameters]\nA = ['x']",
            "'A' in [tool.samguard.environments.prod.parameters] must be a text, a number, true or false, found a list",
            None,
            3,
        ),
        ("environments = []", "'environments' in [tool.samguard] must be a table of tables, found a list", None, 2),
    ],
)
def test_what_is_not_right_is_told_with_what_would_be(text: str, message: str, hint: str | None, line: int) -> None:
    error = refusal(f"[tool.samguard]\n{text}\n")
    assert (message, hint) == (error.message, error.hint)
    assert ("pyproject.toml", line) == (error.path, error.line)


def test_a_key_like_no_other_is_answered_with_all_keys() -> None:
    assert refusal("[tool.samguard]\nxyz = 1\n").hint is not None
    assert "per-file-ignores" in str(refusal("[tool.samguard]\nxyz = 1\n").hint)


def test_the_first_mistake_in_the_text_is_told() -> None:
    assert 2 == refusal("[tool.samguard]\nzzz = 1\nselect = 1\n").line
    assert 2 == refusal("[tool.samguard]\nselect = 1\nzzz = 1\n").line


def test_a_table_that_is_none_is_told() -> None:
    assert ("[tool.samguard] must be a table", 2) == (
        refusal("[tool]\nsamguard = 1\n").message,
        refusal("[tool]\nsamguard = 1\n").line,
    )


def test_a_configuration_that_cannot_be_read_is_told() -> None:
    assert 2 == refusal("[tool.samguard]\nselect = [\n'a' 'b']\n".replace("\n'a'", " 'a'")).line


def test_a_broken_pyproject_that_never_speaks_of_samguard_is_not_ours() -> None:
    assert Settings() == settings("[tool.ruff\n")


def test_jsonschema_is_not_loaded_where_nothing_is_configured() -> None:
    program = (
        "import sys; from samguard.environments import read_settings; from samguard.source import parse_document;"
        "read_settings(parse_document('[tool.ruff]', 'pyproject.toml')); print('jsonschema' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "False" == done.stdout.strip()
