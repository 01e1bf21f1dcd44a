"""What belongs together: templates with the environments that samconfigs and the configuration describe."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from projects import ORDERS, STAGES, lay_out, samconfig, template

from samguard.environments import ParameterSource
from samguard.errors import SamguardError
from samguard.project import Options, Project, load_project

posix = pytest.mark.skipif(sys.platform == "win32", reason="asks for what only POSIX file systems have")


@pytest.fixture(autouse=True)
def project_is_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths in the tests are relative to the project's folder."""
    monkeypatch.chdir(tmp_path)


def environments(project: Project) -> dict[str, list[str]]:
    """The names of each template's environments."""
    return {file.document.path: [one.name for one in file.environments] for file in project.templates}


def orphans(project: Project) -> dict[str, list[str]]:
    return {orphan.path: [one.name for one in orphan.environments] for orphan in project.orphans}


def values(project: Project, environment: str) -> dict[str, str | None]:
    """The parameters of an environment of the only template."""
    (file,) = project.templates
    (found,) = (one for one in file.environments if one.name == environment)
    return {name: value.text for name, value in found.parameters.items()}


# samconfig


def test_a_samconfig_beside_describes_the_template(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": STAGES})
    project = load_project(["."])
    assert {"template.yaml": ["dev", "prod"]} == environments(project)
    assert [{"Stage": "dev"}, {"Stage": "prod"}] == [values(project, "dev"), values(project, "prod")]


def test_without_a_samconfig_there_is_the_environment_default(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS})
    assert {"template.yaml": ["default"]} == environments(load_project(["."]))


@pytest.mark.parametrize("name", ["samconfig.yaml", "samconfig.yml"])
def test_a_samconfig_may_be_yaml(tmp_path: Path, name: str) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS, name: "version: 0.1\nprod:\n  deploy:\n    parameters: {}\n"})
    project = load_project(["."])
    assert {"template.yaml": ["prod"]} == environments(project)
    assert [name] == [file.document.path for file in project.samconfigs]


def test_of_several_samconfigs_in_a_folder_the_first_of_sam_cli_is_read(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        {
            "template.yaml": ORDERS,
            "samconfig.toml": samconfig(toml=""),
            "samconfig.yaml": "version: 0.1\nyaml: {deploy: {parameters: {}}}\n",
        },
    )
    assert {"template.yaml": ["toml"]} == environments(load_project(["."]))


def test_each_folder_has_its_own_samconfig(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        {
            "a/template.yaml": template(),
            "a/samconfig.toml": samconfig(prod="", dev=""),
            "b/template.yaml": template(),
            "b/samconfig.toml": samconfig(live=""),
            "c/template.yaml": template(),
        },
    )
    expected = {"a/template.yaml": ["prod", "dev"], "b/template.yaml": ["live"], "c/template.yaml": ["default"]}
    assert expected == environments(load_project(["."]))


def test_a_samconfig_above_describes_the_templates_that_it_names(tmp_path: Path) -> None:
    config = """
        version = 0.1
        [api-prod.deploy.parameters]
        template_file = "services/api/template.yaml"
        [jobs-prod.deploy.parameters]
        template = "./services/jobs/template.yaml"
    """
    folders = ("services/api", "services/jobs", "services/other")
    lay_out(tmp_path, {"samconfig.toml": config, **{f"{folder}/template.yaml": template() for folder in folders}})
    expected = {
        "services/api/template.yaml": ["api-prod"],
        "services/jobs/template.yaml": ["jobs-prod"],
        "services/other/template.yaml": ["default"],
    }
    assert expected == environments(load_project(["."]))


def test_a_samconfig_above_describes_the_template_that_declares_its_parameters(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        {
            "samconfig.toml": samconfig(prod="Stage=prod Strategy=AllAtOnce"),
            "api/template.yaml": template("Stage", "Strategy"),
            "network/template.yaml": template("Cidr"),
        },
    )
    assert {"api/template.yaml": ["prod"], "network/template.yaml": ["default"]} == environments(load_project(["."]))


def test_the_template_that_a_build_starts_from_is_meant_by_its_product(tmp_path: Path) -> None:
    config = """
        version = 0.1
        [default.build.parameters]
        template_file = "infra/orders.yaml"
        [prod.deploy.parameters]
        template_file = ".aws-sam/build/template.yaml"
    """
    lay_out(tmp_path, {"samconfig.toml": config, "infra/orders.yaml": template(), "infra/other.yaml": template()})
    assert ["prod"] == environments(load_project(["."]))["infra/orders.yaml"]


def test_the_product_of_a_build_is_not_checked_a_second_time(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS, ".aws-sam/build/template.yaml": ORDERS, "samconfig.toml": STAGES})
    assert {"template.yaml": ["dev", "prod"]} == environments(load_project(["."]))


def test_environments_of_a_template_that_is_not_there_are_orphans(tmp_path: Path) -> None:
    config = f'{samconfig(prod="")}[live.deploy.parameters]\ntemplate_file = "gone.yaml"\n'
    lay_out(tmp_path, {"a/samconfig.toml": config})
    assert {"a/template.yaml": ["prod"], "a/gone.yaml": ["live"]} == orphans(load_project(["."]))


def test_a_template_that_cannot_be_parsed_makes_no_orphans(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": f"{template()}  ]: oops\n", "samconfig.toml": STAGES})
    assert {} == orphans(load_project(["."]))


# what is named


def test_a_template_that_is_named_has_the_environments_of_the_samconfig_beside(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a/template.yaml": ORDERS, "a/samconfig.toml": STAGES, "b/template.yaml": ORDERS})
    assert {"a/template.yaml": ["dev", "prod"]} == environments(load_project(["a/template.yaml"]))


def test_a_template_that_is_named_has_the_same_environments_as_in_the_whole_project(tmp_path: Path) -> None:
    config = """
        version = 0.1
        [root.deploy.parameters]
        [api.deploy.parameters]
        template_file = "services/api/template.yaml"
    """
    templates = ("template.yaml", "services/api/template.yaml", "c.yaml")
    lay_out(tmp_path, {"samconfig.toml": config, **dict.fromkeys(templates, template())})
    whole = environments(load_project(["."]))
    assert {"template.yaml": ["root"], "services/api/template.yaml": ["api"], "c.yaml": ["default"]} == whole
    for path, names in whole.items():
        project = load_project([path])
        assert ({path: names}, {}) == (environments(project), orphans(project))


def test_a_samconfig_that_is_named_means_what_it_deploys(tmp_path: Path) -> None:
    config = f'{samconfig(prod="")}[api.deploy.parameters]\ntemplate_file = "api/stack.yaml"\n'
    templates = ("template.yaml", "api/stack.yaml", "b/template.yaml")
    lay_out(tmp_path, {"samconfig.toml": config, **dict.fromkeys(templates, template())})
    assert {"api/stack.yaml": ["api"], "template.yaml": ["prod"]} == environments(load_project(["samconfig.toml"]))


def test_paths_are_relative_to_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, {"a/b/template.yaml": ORDERS})
    assert ["a/b/template.yaml"] == list(environments(load_project(["a/b"])))
    monkeypatch.chdir(tmp_path / "a")
    assert ["b/template.yaml"] == list(environments(load_project([str(tmp_path / "a/b")])))


def test_paths_elsewhere_are_relative_to_what_they_have_in_common(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path, {"here/nothing": "", "a/b/template.yaml": ORDERS, "a/c/template.yaml": ORDERS})
    monkeypatch.chdir(tmp_path / "here")
    assert ["template.yaml"] == list(environments(load_project(["../a/b"])))
    assert ["template.yaml"] == list(environments(load_project(["../a/b/template.yaml"])))
    assert ["b/template.yaml", "c/template.yaml"] == list(environments(load_project(["../a/b", "../a/c"])))


def test_a_template_on_stdin_has_the_environments_of_its_name(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a/samconfig.toml": STAGES})
    project = load_project(["-"], Options(stdin=template("Stage").encode(), stdin_filename="a/template.yaml"))
    assert {"a/template.yaml": ["dev", "prod"]} == environments(project)


# options


def test_parameters_of_the_command_line_win(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": STAGES})
    project = load_project(["."], Options(parameters={"Stage": "qa"}))
    assert [{"Stage": "qa"}, {"Stage": "qa"}] == [values(project, "dev"), values(project, "prod")]


def test_environments_are_chosen_by_name(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": STAGES})
    project = load_project(["."], Options(environment_names=("prod",)))
    assert {"template.yaml": ["prod"]} == environments(project)


def test_an_environment_that_nobody_describes_is_an_error_with_the_nearest_name(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": STAGES})
    with pytest.raises(SamguardError, match=r"no environment is called 'prdo'.*'prod'"):
        load_project(["."], Options(environment_names=("prdo",)))


def test_an_environment_of_another_template_is_no_error(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        {
            "a/template.yaml": template(),
            "a/samconfig.toml": samconfig(prod="", dev=""),
            "b/template.yaml": template(),
            "b/samconfig.toml": samconfig(live=""),
        },
    )
    project = load_project(["."], Options(environment_names=("live",)))
    assert {"a/template.yaml": [], "b/template.yaml": ["live"]} == environments(project)


def test_a_region_is_used_where_an_environment_names_none(tmp_path: Path) -> None:
    config = f'{samconfig(dev="")}[prod.deploy.parameters]\nregion = "eu-west-1"\n'
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": config})
    (file,) = load_project(["."], Options(region="us-east-1")).templates
    assert [("dev", "us-east-1"), ("prod", "eu-west-1")] == [(one.name, one.region) for one in file.environments]


# overrides from files


def test_overrides_are_read_from_a_file_beside(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        {
            "a/template.yaml": template("Stage"),
            "a/samconfig.toml": samconfig(prod="file://values/prod.yaml"),
            "a/values/prod.yaml": "Stage: prod\n",
        },
    )
    assert {"Stage": "prod"} == values(load_project(["."]), "prod")


def outside(folder: Path, written: str) -> Project:
    """A project in `project` whose overrides come from a path, and a file with values outside of it."""
    lay_out(
        folder,
        {
            "outside/values.yaml": "Stage: stolen\n",
            "project/template.yaml": template("Stage"),
            "project/samconfig.toml": samconfig(prod=f"file://{written}"),
        },
    )
    return load_project(["."])


@pytest.mark.parametrize(
    "written", ["../outside/values.yaml", "a/../../outside/values.yaml", "{folder}/outside/values.yaml"]
)
def test_overrides_out_of_the_tree_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    assert {} == values(outside(tmp_path, written.format(folder=tmp_path.as_posix())), "prod")


@posix
@pytest.mark.parametrize("written", ["link.yaml", "linked/values.yaml"])
def test_overrides_behind_a_link_out_of_the_tree_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    Path("link.yaml").symlink_to("../outside/values.yaml")
    Path("linked").symlink_to("../outside")
    assert {} == values(outside(tmp_path, written), "prod")


# configuration


def test_the_configuration_is_the_nearest_one_upwards(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        {
            ".git/HEAD": "",
            "samguard.toml": 'fail-on = "error"',
            "a/pyproject.toml": '[tool.samguard]\nfail-on = "note"',
            "a/b/template.yaml": template(),
            "c/template.yaml": template(),
            "c/pyproject.toml": "[project]\nname = 'other'",
        },
    )
    assert "note" == load_project(["a/b/template.yaml"]).settings.fail_on
    assert "note" == load_project(["a/b"]).settings.fail_on
    assert "error" == load_project(["c"]).settings.fail_on
    assert "error" == load_project(["a", "c"]).settings.fail_on
    assert "error" == load_project(["c", "a"]).settings.fail_on


def test_the_search_for_a_configuration_ends_at_the_top_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(
        tmp_path, {"samguard.toml": 'fail-on = "error"', "repository/.git/HEAD": "", "repository/a/t.yaml": template()}
    )
    monkeypatch.chdir(tmp_path / "repository")
    assert "warning" == load_project(["a"]).settings.fail_on


def test_samguard_toml_goes_before_pyproject(tmp_path: Path) -> None:
    lay_out(tmp_path, {"samguard.toml": 'fail-on = "error"', "pyproject.toml": '[tool.samguard]\nfail-on = "note"'})
    assert "error" == load_project(["."]).settings.fail_on


def test_a_configuration_that_is_named_wins(tmp_path: Path) -> None:
    lay_out(tmp_path, {"samguard.toml": 'fail-on = "error"', "ci/strict.toml": 'fail-on = "note"'})
    assert "note" == load_project(["."], Options(config="ci/strict.toml")).settings.fail_on
    with pytest.raises(SamguardError, match=r"the configuration 'gone\.toml' does not exist"):
        load_project(["."], Options(config="gone.toml"))


def test_a_broken_configuration_is_an_error_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, {"samguard.toml": "# ours\nfail_on = 'error'\n", "a/t.yaml": template()})
    with pytest.raises(SamguardError, match=r"^samguard\.toml:2: unknown key 'fail_on'.*'fail-on'"):
        load_project(["."])
    monkeypatch.chdir(tmp_path / "a")
    with pytest.raises(SamguardError, match=r"^\.\./samguard\.toml:2: "):
        load_project(["."])


def test_places_in_the_configuration_are_relative_to_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = '[environments.prod]\nparameters = { Stage = "prod" }\n'
    lay_out(tmp_path, {"here/nothing": "", "there/samguard.toml": settings, "there/template.yaml": template("Stage")})
    monkeypatch.chdir(tmp_path / "here")
    (file,) = load_project(["../there"]).templates
    place = file.environments[0].parameters["Stage"].place
    assert place is not None
    assert "samguard.toml" == place.document.path


def test_a_broken_pyproject_that_does_not_speak_of_samguard_is_its_owners_business(tmp_path: Path) -> None:
    lay_out(tmp_path, {"pyproject.toml": "[project\nname =", "template.yaml": template()})
    assert {"template.yaml": ["default"]} == environments(load_project(["."]))


@posix
def test_a_configuration_behind_a_link_out_of_the_repository_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path, {"outside.toml": 'secret = "value"', "project/.git/HEAD": "", "project/a/t.yaml": template()})
    monkeypatch.chdir(tmp_path / "project")
    Path("samguard.toml").symlink_to("../outside.toml")
    with pytest.raises(
        SamguardError, match=r"^samguard\.toml: the configuration cannot be read: a link that leads out"
    ):
        load_project(["a"])


def test_the_configuration_describes_environments(tmp_path: Path) -> None:
    settings = """
        [environments.prod]
        parameters = { Stage = "prod" }
        [environments.live]
        template = "b/template.yaml"
    """
    lay_out(tmp_path, {"samguard.toml": settings, "a/template.yaml": ORDERS, "b/template.yaml": ORDERS})
    project = load_project(["."])
    assert {"a/template.yaml": ["prod"], "b/template.yaml": ["prod", "live"]} == environments(project)
    assert ParameterSource.CONFIG == project.templates[0].environments[0].parameters["Stage"].source


def test_a_template_in_the_configuration_is_relative_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = '[environments.live]\ntemplate = "a/template.yaml"\n'
    lay_out(tmp_path, {"samguard.toml": settings, "a/template.yaml": ORDERS})
    monkeypatch.chdir(tmp_path / "a")
    assert {"template.yaml": ["live"]} == environments(load_project(["."]))


def test_rules_are_switched_off_by_path_relative_to_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = '[per-file-ignores]\n"a/*" = ["SG301"]\n"template.yaml" = ["SG2"]\n"b" = ["SG4"]\n'
    lay_out(tmp_path, {"samguard.toml": settings, "a/template.yaml": ORDERS})
    assert ("SG301", "SG2") == load_project(["."]).ignored_in("a/template.yaml")
    assert ("SG4",) == load_project(["."]).ignored_in("b/c/other.yaml")
    monkeypatch.chdir(tmp_path / "a")
    assert ("SG301", "SG2") == load_project(["."]).ignored_in("template.yaml")


def test_a_named_folder_is_deployed_as_a_samconfig_above_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a monorepo one file at the top often deploys all services; who asks about one of them means that as well."""
    lay_out(
        tmp_path,
        {
            "samconfig.toml": """
                version = 0.1
                [prod.deploy.parameters]
                template_file = "services/search/template.yaml"
                stack_name = "search-prod"
            """,
            "services/search/template.yaml": ORDERS,
            "services/other/template.yaml": ORDERS,
        },
    )
    monkeypatch.chdir(tmp_path)
    (file,) = load_project(["services/search"]).templates
    assert ["prod"] == [environment.name for environment in file.environments]
    project = load_project(["services/other"])
    assert ["default"] == [environment.name for file in project.templates for environment in file.environments]
    assert () == project.orphans
