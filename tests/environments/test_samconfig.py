import pytest

from samguard.environments import (
    ConfigProblem,
    ConfigProblemKind,
    DeployCommand,
    ParameterSource,
    SamConfig,
    chosen,
    read_samconfig,
)
from samguard.source import Document, Place, parse_document

VERSION = "version = 0.1\n"


def samconfig(text: str, path: str = "samconfig.toml", files: dict[str, str] | None = None) -> SamConfig:
    def read(name: str) -> Document | None:
        return parse_document(files[name], name) if files and name in files else None

    return read_samconfig(parse_document(text, path), read)


def command(text: str) -> DeployCommand:
    """The only deployment in a samconfig.toml without problems."""
    config = samconfig(VERSION + text)
    assert () == config.problems
    (found,) = config.commands
    return found


def problem(text: str, path: str = "samconfig.toml") -> ConfigProblem:
    (found,) = samconfig(text, path).problems
    return found


def written(place: Place) -> str:
    return place.document.text[place.span.start : place.span.end]


def values(found: DeployCommand) -> dict[str, str | None]:
    return {name: value.text for name, value in found.parameters.items()}


def options(found: DeployCommand) -> dict[str, str | None]:
    return {name: value.text for name, value in found.options.items()}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["samconfig.yaml", "samconfig.toml", "samconfig.yml"], "samconfig.toml"),
        (["samconfig.yml", "samconfig.yaml"], "samconfig.yaml"),
        (["template.yaml", "samconfig.yml"], "samconfig.yml"),
        (["samconfig.json", "samconfig-prod.toml"], None),
    ],
)
def test_sam_cli_reads_one_of_several_samconfigs(names: list[str], expected: str | None) -> None:
    assert expected == chosen(names)


def test_each_environment_with_a_deploy_or_global_section_is_a_deployment_in_order() -> None:
    config = samconfig(
        VERSION + "[prod.deploy.parameters]\n[dev.global.parameters]\n[ci.build.parameters]\n[a.deploy]\n[b]\n"
    )
    assert ["prod", "dev", "a"] == [found.environment for found in config.commands]


def test_a_deployment_tells_its_stack_region_values_and_other_options_with_their_places() -> None:
    found = command(
        "[prod.deploy.parameters]\nstack_name = 'orders-prod'\nregion = 'eu-west-1'\ndisable_rollback = true\n"
        "max_wait_duration = 90\ncapabilities = ['CAPABILITY_IAM']\nparameter_overrides = 'Stage=prod'\n"
    )
    assert ("orders-prod", "eu-west-1") == (found.stack_name, found.region)
    assert {"Stage": "prod"} == values(found)
    assert {
        "stack_name": "orders-prod",
        "region": "eu-west-1",
        "disable_rollback": "True",
        "max_wait_duration": "90",
        "capabilities": "CAPABILITY_IAM",
    } == options(found)
    place = found.options["disable_rollback"].place
    assert place is not None
    assert "disable_rollback = true" == written(place)


def test_a_deployment_is_placed_at_the_name_of_its_environment() -> None:
    place = command("[prod.deploy.parameters]\nstack_name = 'x'\n").place
    assert ("prod", 2) == (written(place), place.location.start.line)


def test_sam_deploy_keeps_the_previous_values_of_a_stack() -> None:
    assert command("[prod.deploy]\n").deploys_with_previous_values


def test_deploy_goes_over_global_key_by_key() -> None:
    found = command(
        "[prod.global.parameters]\nstack_name = 'a'\nregion = 'eu-west-1'\n[prod.deploy.parameters]\nstack_name = 'b'\n"
    )
    assert {"stack_name": "b", "region": "eu-west-1"} == options(found)


def test_no_environment_inherits_from_default() -> None:
    config = samconfig(VERSION + "[default.deploy.parameters]\nregion = 'eu-west-1'\n[prod.deploy.parameters]\n")
    assert [{"region": "eu-west-1"}, {}] == [options(found) for found in config.commands]


def test_a_null_takes_back_what_global_says() -> None:
    text = "version: 0.1\nprod:\n  global: {parameters: {region: x}}\n  deploy: {parameters: {region: null}}\n"
    (found,) = samconfig(text, "samconfig.yaml").commands
    assert (None, {}) == (found.region, options(found))


def test_parameter_overrides_of_deploy_hide_those_of_global() -> None:
    text = (
        VERSION + "[prod.global.parameters]\nparameter_overrides = 'A=1 B=2'\n"
        "[prod.deploy.parameters]\nparameter_overrides = 'B=3'\n"
    )
    (found,) = samconfig(text).commands
    assert {"B": "3"} == values(found)
    hidden = problem(text)
    assert ConfigProblemKind.GLOBAL_HIDDEN is hidden.kind
    assert ("warning", ("A",), "prod") == (hidden.level, hidden.names, hidden.environment)
    assert "parameter_overrides = 'B=3'" == written(hidden.place)
    assert ["parameter_overrides = 'A=1 B=2'"] == [written(place) for _, place in hidden.related]


def test_nothing_is_hidden_where_deploy_gives_every_parameter_of_global() -> None:
    found = command(
        "[prod.global.parameters]\nparameter_overrides = 'A=1'\n"
        "[prod.deploy.parameters]\nparameter_overrides = 'A=2 B=3'\n"
    )
    assert {"A": "2", "B": "3"} == values(found)


def test_a_problem_of_parameter_overrides_tells_its_environment() -> None:
    found = problem(VERSION + "[prod.deploy.parameters]\nparameter_overrides = 'A= B=1'\n")
    assert (ConfigProblemKind.OVERRIDES_LOST, "prod") == (found.kind, found.environment)


def test_an_included_file_gives_values() -> None:
    text = VERSION + "[prod.deploy.parameters]\nparameter_overrides = 'file://prod.yaml'\n"
    (found,) = samconfig(text, files={"prod.yaml": "Stage: prod"}).commands
    assert {"Stage": "prod"} == values(found)
    assert {} == options(found)


def test_after_an_included_file_that_is_unknown_an_option_tells_that_more_may_be_given() -> None:
    text = VERSION + "[prod.deploy.parameters]\nparameter_overrides = 'file:///home/me/prod.yaml'\n"
    (found,) = samconfig(text).commands
    assert {"parameter_overrides": None} == options(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[prod.deploy.parameters]\ntemplate = 'a.yaml'\n", "a.yaml"),
        ("[prod.deploy.parameters]\ntemplate = 'a.yaml'\ntemplate_file = 'b.yaml'\n", "b.yaml"),
        ("[prod.global.parameters]\ntemplate_file = 'a.yaml'\n", "a.yaml"),
        ("[prod.deploy]\n[prod.build.parameters]\ntemplate_file = 'a.yaml'\n", "a.yaml"),
        ("[prod.deploy]\n[default.build.parameters]\ntemplate = 'a.yaml'\n", "a.yaml"),
        (
            "[a]\ndeploy.parameters.template = '.aws-sam/build/template.yaml'\nbuild.parameters.template = 'a.yaml'\n",
            "a.yaml",
        ),
        ("[prod.deploy.parameters]\ntemplate = '.aws-sam/build/template.yaml'\n", None),
        ("[prod.deploy]\n", None),
    ],
)
def test_the_template_is_the_one_that_is_deployed_or_was_built(text: str, expected: str | None) -> None:
    assert expected == command(text).template


@pytest.mark.parametrize("version", ["", "version = 1\n", "version = '0.1'\n", "version = true\n"])
def test_without_a_float_for_a_version_the_file_is_unusable(version: str) -> None:
    text = version + "[prod.deploy.parameters]\nstack_name = 'x'\n"
    assert () == samconfig(text).commands
    assert (ConfigProblemKind.VERSION, "error") == (problem(text).kind, problem(text).level)


def test_the_version_of_a_yaml_file_is_a_float_of_yaml_1_2() -> None:
    assert () == samconfig("version: 1e0\nprod: {deploy: {}}\n", "samconfig.yaml").problems


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("default = 'x'\n", "default = 'x'"),
        ("[prod]\ndeploy = 'x'\n", "deploy = 'x'"),
        ("[prod.deploy]\nparameters = []\n", "parameters = []"),
        ("[prod]\nglobal = 1\n[prod.deploy.parameters]\n", "global = 1"),
    ],
)
def test_something_else_than_a_table_is_an_error(text: str, place: str) -> None:
    found = problem(VERSION + text)
    assert (ConfigProblemKind.SHAPE, "error") == (found.kind, found.level)
    assert place == written(found.place)


def test_a_value_beside_parameters_is_told() -> None:
    found = problem(VERSION + "[prod.deploy]\nstack_name = 'x'\n")
    assert (ConfigProblemKind.SHAPE, "warning", "prod") == (found.kind, found.level, found.environment)
    assert "stack_name = 'x'" == written(found.place)


@pytest.mark.parametrize("text", ["", "# nothing\n", "- prod\n", "text\n", "version: 0.1\nprod: {deploy: null}\n"])
def test_a_yaml_file_of_another_shape_is_an_error(text: str) -> None:
    found = problem(text, "samconfig.yaml")
    assert (ConfigProblemKind.SHAPE, "error") == (found.kind, found.level)


@pytest.mark.parametrize("text", ["", "# nothing\n", VERSION])
def test_a_toml_file_without_environments_is_right(text: str) -> None:
    assert SamConfig() == samconfig(text)


@pytest.mark.parametrize(
    "text", ["version: 0.1\nprod: {deploy: {}, deploy: {}}\n", "version: 0.1\nprod: {deploy: {}}\n---\na: 1\n"]
)
def test_what_only_sam_clis_yaml_reader_refuses_is_an_error(text: str) -> None:
    assert () == samconfig(text, "samconfig.yaml").commands
    found = problem(text, "samconfig.yaml")
    assert (ConfigProblemKind.SYNTAX, "error") == (found.kind, found.level)


@pytest.mark.parametrize("path", ["samconfig.toml", "samconfig.yaml"])
def test_a_text_that_no_reader_takes_is_left_to_the_documents_own_problems(path: str) -> None:
    assert SamConfig() == samconfig("[prod\n", path)


def test_values_come_from_the_samconfig() -> None:
    found = command("[prod.deploy.parameters]\nregion = 'x'\nparameter_overrides = 'A=b'\n")
    assert {ParameterSource.SAMCONFIG} == {
        value.source for value in (*found.parameters.values(), *found.options.values())
    }
