import pytest

from samguard.environments import (
    DeployCommand,
    Environment,
    ParameterSource,
    ParameterValue,
    Production,
    Settings,
    environments,
    read_samconfig,
    read_settings,
)
from samguard.errors import SamguardError
from samguard.source import Place, Span, parse_document

NOWHERE = Place(parse_document("", "file.yml"), Span(0, 0))


def commands(text: str) -> tuple[DeployCommand, ...]:
    """The deployments of a samconfig.toml."""
    return read_samconfig(parse_document(f"version = 0.1\n{text}", "samconfig.toml"), lambda _: None).commands


def settings(text: str) -> Settings:
    """What a samguard.toml says."""
    return read_settings(parse_document(text, "samguard.toml"), ())


def pipeline(environment: str, parameters: dict[str, str], stack_name: str | None = None) -> DeployCommand:
    values = {name: ParameterValue(text, ParameterSource.PIPELINE, NOWHERE) for name, text in parameters.items()}
    return DeployCommand(environment, None, stack_name, None, values, {}, NOWHERE, deploys_with_previous_values=False)


def only(found: tuple[Environment, ...]) -> Environment:
    (environment,) = found
    return environment


def sources(environment: Environment) -> dict[str, tuple[str | None, ParameterSource]]:
    return {name: (value.text, value.source) for name, value in environment.parameters.items()}


def test_with_nothing_known_there_is_one_environment_that_is_assumed() -> None:
    assert (Environment("default", Production.ASSUMED),) == environments((), Settings(), {})


def test_with_nothing_known_the_command_line_gives_values() -> None:
    found = only(environments((), Settings(), {"Type": "Linear"}))
    assert {"Type": ("Linear", ParameterSource.COMMAND_LINE)} == sources(found)
    assert Production.ASSUMED is found.production


@pytest.mark.parametrize(
    ("value", "expected"), [("prod", Production.YES), ("dev", Production.NO), ("blue", Production.ASSUMED)]
)
def test_with_nothing_known_a_stage_on_the_command_line_decides(value: str, expected: Production) -> None:
    assert expected is only(environments((), Settings(), {"Stage": value})).production


def test_a_samconfig_gives_its_environments_in_order() -> None:
    found = environments(
        commands("[prod.deploy.parameters]\nstack_name='s'\nregion='eu-west-1'\n[dev.deploy]\n"), Settings(), {}
    )
    assert ["prod", "dev"] == [environment.name for environment in found]
    assert ("s", "eu-west-1") == (found[0].stack_name, found[0].region)
    assert found[0].deploys_with_previous_values
    place = found[0].place
    assert place is not None
    assert ("samconfig.toml", 2) == (place.location.path, place.location.start.line)


def test_one_name_from_several_sources_is_one_environment() -> None:
    described = (*commands("[prod.deploy]\n[dev.deploy]\n"), pipeline("qa", {}), pipeline("prod", {}))
    found = environments(described, settings("[environments.dev]\n[environments.perf]\n"), {})
    assert ["prod", "dev", "qa", "perf"] == [environment.name for environment in found]


def test_the_source_that_is_nearest_to_the_deployment_wins_for_each_value() -> None:
    described = (
        pipeline("prod", {"B": "pipeline", "C": "pipeline", "D": "pipeline"}),
        *commands(
            "[prod.deploy.parameters]\nparameter_overrides = 'A=samconfig B=samconfig C=samconfig D=samconfig'\n"
        ),
    )
    own = settings("[environments.prod.parameters]\nC = 'config'\nD = 'config'\n")
    assert {
        "A": ("samconfig", ParameterSource.SAMCONFIG),
        "B": ("pipeline", ParameterSource.PIPELINE),
        "C": ("config", ParameterSource.CONFIG),
        "D": ("command line", ParameterSource.COMMAND_LINE),
    } == sources(only(environments(described, own, {"D": "command line"})))


def test_the_stack_and_how_it_is_deployed_are_those_of_the_nearest_source() -> None:
    described = (pipeline("prod", {"A": "1"}, "from-pipeline"), *commands("[prod.deploy.parameters]\nstack_name='a'\n"))
    found = only(environments(described, Settings(), {}))
    assert ("from-pipeline", False) == (found.stack_name, found.deploys_with_previous_values)


def test_the_configuration_wins_for_stack_and_region() -> None:
    own = settings("[environments.prod]\nstack-name = 'b'\nregion = 'eu-west-1'\n")
    found = only(environments(commands("[prod.deploy.parameters]\nstack_name='a'\n"), own, {}))
    assert ("b", "eu-west-1") == (found.stack_name, found.region)
    assert ParameterSource.CONFIG is found.options["stack_name"].source


def test_the_command_line_gives_values_to_every_environment() -> None:
    found = environments(commands("[prod.deploy]\n[dev.deploy]\n"), Settings(), {"A": "1"})
    assert ["1", "1"] == [environment.parameters["A"].text for environment in found]


def test_environments_that_the_configuration_describes_for_another_template_are_left_out() -> None:
    own = settings("[environments.a]\ntemplate = './a.yaml'\n[environments.b]\ntemplate = 'b.yaml'\n[environments.c]\n")
    found = environments((), own, {}, template="a.yaml")
    assert ["a", "c"] == [environment.name for environment in found]


@pytest.mark.parametrize(
    "text",
    [
        "[prod.deploy]\n",
        "[eu-prd.deploy]\n",
        "[eu.deploy.parameters]\nstack_name = 'orders-live'\n",
        "[eu.deploy.parameters]\nparameter_overrides = 'Environment=production'\n",
    ],
)
def test_a_name_a_stack_or_a_stage_says_production(text: str) -> None:
    assert Production.YES is only(environments(commands(text), Settings(), {})).production


@pytest.mark.parametrize(
    "text",
    [
        "[staging.deploy]\n",
        "[preprod.deploy]\n",
        "[eu.deploy.parameters]\nstack_name = 'product-catalogue'\n",
        "[eu.deploy.parameters]\nparameter_overrides = 'Database=prod'\n",
    ],
)
def test_other_environments_are_not_production(text: str) -> None:
    assert Production.NO is only(environments(commands(text), Settings(), {})).production


def test_an_account_alias_says_production() -> None:
    own = settings("[environments.eu]\naccount = 'orders-prod'\n")
    assert Production.YES is only(environments((), own, {})).production


@pytest.mark.parametrize(("said", "expected"), [("true", Production.YES), ("false", Production.NO)])
def test_the_configuration_decides_what_is_production(said: str, expected: Production) -> None:
    own = settings(f"[environments.prod]\nproduction = {said}\n[environments.default]\nproduction = {said}\n")
    assert [expected, expected] == [found.production for found in environments((), own, {})]


def test_the_configuration_names_the_words_for_production() -> None:
    found = environments(commands("[release-1.deploy]\n[prod.deploy]\n"), settings("production = ['release*']"), {})
    assert [Production.YES, Production.NO] == [environment.production for environment in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[default.deploy.parameters]\n", Production.ASSUMED),
        ("[default.deploy.parameters]\nstack_name = 'orders'\n", Production.ASSUMED),
        ("[default.deploy.parameters]\nparameter_overrides = 'Stage=v1'\n", Production.ASSUMED),
        ("[default.deploy.parameters]\nstack_name = 'orders-prod'\n", Production.YES),
        ("[default.deploy.parameters]\nstack_name = 'orders-dev'\n", Production.NO),
        ("[default.deploy.parameters]\nstack_name = 'orders-pre-prod'\n", Production.NO),
        ("[default.deploy.parameters]\nstack_name = '<your-name>-orders'\n", Production.NO),
        ("[default.deploy.parameters]\nparameter_overrides = 'Environment=localdev'\n", Production.NO),
        ("[main.deploy.parameters]\n", Production.NO),
    ],
)
def test_the_default_environment_is_assumed_to_ship_where_nothing_else_is_known(
    text: str, expected: Production
) -> None:
    assert expected is only(environments(commands(text), Settings(), {})).production


def test_beside_other_environments_default_is_no_production() -> None:
    found = environments(commands("[default.deploy]\n[prod.deploy]\n"), Settings(), {})
    assert [Production.NO, Production.YES] == [environment.production for environment in found]


def test_names_select_environments_in_the_order_of_the_files() -> None:
    found = environments(commands("[prod.deploy]\n[dev.deploy]\n[qa.deploy]\n"), Settings(), {}, ("qa", "prod"))
    assert ["prod", "qa"] == [environment.name for environment in found]


def test_a_selected_default_is_judged_beside_those_that_were_not_selected() -> None:
    found = environments(commands("[default.deploy]\n[dev.deploy]\n"), Settings(), {}, ("default",))
    assert Production.NO is only(found).production


@pytest.mark.parametrize(("name", "hint"), [("prd", "did you mean 'prod'?"), ("xyz", "known environments: dev, prod")])
def test_a_name_that_nobody_describes_is_an_error(name: str, hint: str) -> None:
    with pytest.raises(SamguardError) as caught:
        environments(commands("[prod.deploy]\n"), settings("[environments.dev]\n"), {}, (name,))
    assert (f"no environment is called {name!r}", hint) == (caught.value.message, caught.value.hint)


def test_a_name_that_is_described_for_another_template_is_no_mistake() -> None:
    assert () == environments(commands("[dev.deploy]\n"), Settings(), {}, ("prod",), elsewhere=("prod",))
    own = settings("[environments.prod]\ntemplate = 'b.yaml'\n")
    assert () == environments(commands("[dev.deploy]\n"), own, {}, ("prod",), template="a.yaml")


def test_a_wrong_name_is_an_error_where_only_other_templates_have_environments() -> None:
    with pytest.raises(SamguardError):
        environments((), Settings(), {}, ("prd",), elsewhere=("prod",))


@pytest.mark.parametrize(
    ("name", "expected"), [("prod", Production.YES), ("dev", Production.NO), ("default", Production.ASSUMED)]
)
def test_where_no_environment_is_known_a_name_makes_one(name: str, expected: Production) -> None:
    found = only(environments((), Settings(), {"A": "1"}, (name, name)))
    assert (name, expected, "1") == (found.name, found.production, found.parameters["A"].text)
