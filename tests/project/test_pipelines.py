"""What pipelines tell of a template's environments, and how that goes together with samconfig."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from projects import ORDERS, STAGES, lay_out

import samguard
from samguard.environments import Environment, ParameterSource, Production
from samguard.linting import Level
from samguard.pipeline import Pipeline
from samguard.project import Options, Project, load_project
from samguard.project.planning import project_plan
from samguard.rollout.plan import PlannedStage
from samguard.source import Document

WORKFLOW = ".github/workflows/deploy.yml"


@pytest.fixture(autouse=True)
def project_is_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def workflow(*commands: str) -> str:
    """A workflow with one job that runs these commands."""
    steps = "".join(f"      - run: {command}\n" for command in commands)
    return f"on: push\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"


def project(folder: Path, files: dict[str, str]) -> Project:
    lay_out(folder, {"template.yaml": ORDERS, **files})
    return load_project(["."])


def environments(found: Project, path: str = "template.yaml") -> dict[str, Environment]:
    (file,) = (file for file in found.templates if file.document.path == path)
    return {environment.name: environment for environment in file.environments}


def stages(found: Environment) -> tuple[str | None, ParameterSource]:
    """What is known of the parameter Stage."""
    given = found.parameters["Stage"]
    return given.text, given.source


# environments


def test_a_pipeline_tells_the_environments_of_a_template(tmp_path: Path) -> None:
    commands = (
        "sam deploy --stack-name orders-dev --parameter-overrides Stage=dev",
        "sam deploy --stack-name orders-prod --parameter-overrides Stage=prod",
    )
    found = environments(project(tmp_path, {WORKFLOW: workflow(*commands)}))
    assert {"dev": Production.NO, "prod": Production.YES} == {name: one.production for name, one in found.items()}
    assert ("prod", ParameterSource.PIPELINE) == stages(found["prod"])
    assert "orders-prod" == found["prod"].stack_name


def test_a_config_environment_lies_below_what_the_command_line_says(tmp_path: Path) -> None:
    files = {"samconfig.toml": STAGES, WORKFLOW: workflow("sam deploy --config-env prod")}
    found = environments(project(tmp_path, files))
    assert ["dev", "prod"] == list(found)
    assert ("prod", ParameterSource.SAMCONFIG) == stages(found["prod"])
    assert "orders-prod" == found["prod"].stack_name


def test_overrides_on_the_command_line_stand_for_all_of_samconfig(tmp_path: Path) -> None:
    command = "sam deploy --config-env prod --parameter-overrides Other=x"
    found = environments(project(tmp_path, {"samconfig.toml": STAGES, WORKFLOW: workflow(command)}))
    assert {"Other": "x"} == {name: given.text for name, given in found["prod"].parameters.items()}
    assert ("dev", ParameterSource.SAMCONFIG) == stages(found["dev"])


def test_the_default_section_lies_below_an_environment_that_only_the_pipeline_names(tmp_path: Path) -> None:
    config = 'version = 0.1\n[default.deploy.parameters]\nregion = "eu-west-1"\nparameter_overrides = "Stage=dev"\n'
    command = "sam deploy --stack-name orders-prod --parameter-overrides Stage=prod"
    found = environments(project(tmp_path, {"samconfig.toml": config, WORKFLOW: workflow(command)}))
    assert ["default", "prod"] == list(found)
    assert ("dev", ParameterSource.SAMCONFIG) == stages(found["default"])
    assert ("prod", "eu-west-1") == (stages(found["prod"])[0], found["prod"].region)


def test_a_config_file_that_the_command_names_is_read(tmp_path: Path) -> None:
    config = 'version = 0.1\n[default.deploy.parameters]\nstack_name = "orders"\nparameter_overrides = "Stage=prod"\n'
    command = "sam deploy --config-file deploy/prod.toml"
    found = environments(project(tmp_path, {"deploy/prod.toml": config, WORKFLOW: workflow(command)}))
    assert ("prod", ParameterSource.SAMCONFIG) == stages(found["prod"])


@pytest.mark.parametrize(
    "command",
    [
        "sam deploy --config-env ${{ vars.TARGET }} --parameter-overrides Stage=x",
        "sam deploy --config-file ${{ vars.TARGET }} --parameter-overrides Other=x",
        "sam deploy --parameter-overrides Other=${{ vars.OTHER }}",
    ],
)
def test_what_is_not_known_makes_no_environment_beside_others(tmp_path: Path, command: str) -> None:
    found = environments(project(tmp_path, {"samconfig.toml": STAGES, WORKFLOW: workflow(command)}))
    assert {"dev": "dev", "prod": "prod"} == {name: stages(one)[0] for name, one in found.items()}


def test_where_nothing_else_is_known_it_is_the_environment_default(tmp_path: Path) -> None:
    command = "sam deploy --stack-name orders --parameter-overrides Other=x"
    found = environments(project(tmp_path, {WORKFLOW: workflow(command)}))
    assert {"default": Production.ASSUMED} == {name: one.production for name, one in found.items()}
    assert "x" == found["default"].parameters["Other"].text


def test_one_stack_of_one_stage_is_one_environment(tmp_path: Path) -> None:
    job = workflow("sam deploy --stack-name orders-prod --parameter-overrides Stage=production")
    found = environments(project(tmp_path, {"samconfig.toml": STAGES, WORKFLOW: job}))
    assert ["dev", "prod"] == list(found)
    assert ("production", ParameterSource.PIPELINE) == stages(found["prod"])


def test_the_same_stack_name_in_two_accounts_is_two_environments(tmp_path: Path) -> None:
    commands = (f"sam deploy --stack-name orders --parameter-overrides Stage={name}" for name in ("dev", "prod"))
    assert ["dev", "prod"] == list(environments(project(tmp_path, {WORKFLOW: workflow(*commands)})))


def test_values_that_do_not_agree_are_not_known(tmp_path: Path) -> None:
    commands = (f"sam deploy --stack-name {one}-prod --parameter-overrides Stage=prod Size={one}" for one in ("a", "b"))
    found = environments(project(tmp_path, {WORKFLOW: workflow(*commands)}))["prod"]
    assert [("Stage", "prod"), ("Size", None)] == [(name, given.text) for name, given in found.parameters.items()]


def test_each_command_is_about_the_template_in_its_folder(tmp_path: Path) -> None:
    commands = (
        f"cd {name} && sam deploy --stack-name {name}-prod --parameter-overrides Stage=prod" for name in ("a", "b")
    )
    files = {"a/template.yaml": ORDERS, "b/template.yaml": ORDERS, WORKFLOW: workflow(*commands)}
    found = project(tmp_path, files)
    stacks = [environments(found, f"{name}/template.yaml")["prod"].stack_name for name in ("a", "b")]
    assert ["a-prod", "b-prod"] == stacks
    assert ["default"] == list(environments(found))


def test_a_template_that_the_pipeline_does_not_tell_gets_nothing(tmp_path: Path) -> None:
    command = (
        "aws cloudformation deploy --template-file ${{ vars.T }} --stack-name a-prod --parameter-overrides Stage=prod"
    )
    assert ["default"] == list(environments(project(tmp_path, {WORKFLOW: workflow(command)})))


def test_the_template_of_a_pipeline_is_not_what_it_deploys(tmp_path: Path) -> None:
    maker = "Resources:\n  P: {Type: 'AWS::CodePipeline::Pipeline', Properties: {Stages: []}}\n"
    files = {"codepipeline.yaml": maker, WORKFLOW: workflow("sam deploy --stack-name orders-prod")}
    lay_out(tmp_path, files)
    assert ["default"] == list(environments(load_project(["."]), "codepipeline.yaml"))


def test_an_action_without_a_template_means_the_one_that_declares_its_values(tmp_path: Path) -> None:
    text = """
        on: push
        jobs:
          deploy:
            runs-on: ubuntu-latest
            environment: prod
            steps:
              - uses: aws-actions/aws-cloudformation-github-deploy@v1
                with:
                  name: orders
                  parameter-overrides: Stage=prod
    """
    other = ORDERS.replace("Stage:", "Other:")
    assert ["prod"] == list(environments(project(tmp_path, {"other.yaml": other, WORKFLOW: text})))


def test_an_environment_of_a_pipeline_can_be_asked_for(tmp_path: Path) -> None:
    files = {"template.yaml": ORDERS, "other.yaml": ORDERS}
    command = "sam deploy -t template.yaml --stack-name orders-prod --parameter-overrides Stage=prod"
    lay_out(tmp_path, {**files, WORKFLOW: workflow(command)})
    found = load_project(["."], Options(environment_names=("prod",)))
    assert "prod" in environments(found)


# template configurations


def test_a_template_configuration_beside_a_template_tells_an_environment(tmp_path: Path) -> None:
    found = environments(project(tmp_path, {"config/prod.json": '{"Parameters": {"Stage": "prod"}}'}))
    assert ["prod"] == list(found)
    assert ("prod", ParameterSource.TEMPLATE_CONFIGURATION) == stages(found["prod"])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("prod.json", '{"Parameters": {"Other": "prod"}}'),
        ("prod.json", '{"Parameters": {"Stage": "prod"}, "More": 1}'),
        ("a/b/prod.json", '{"Parameters": {"Stage": "prod"}}'),
    ],
)
def test_other_files_tell_nothing(tmp_path: Path, path: str, text: str) -> None:
    assert ["default"] == list(environments(project(tmp_path, {path: text})))


# reading


def test_a_pipeline_can_be_named(tmp_path: Path) -> None:
    lay_out(tmp_path, {WORKFLOW: workflow("sam deploy")})
    found = load_project([WORKFLOW])
    assert ([WORKFLOW], ()) == ([one.path for one in found.pipelines], found.not_read)


def test_a_template_that_is_named_alone_has_no_pipelines(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": ORDERS, WORKFLOW: workflow("sam deploy")})
    assert () == load_project(["template.yaml"]).pipelines


def test_nothing_outside_of_the_project_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = lay_out(tmp_path, {"deploy.sh": "sam deploy --stack-name a-prod --parameter-overrides Stage=prod\n"})
    folder = lay_out(tmp_path / "project", {"template.yaml": ORDERS, WORKFLOW: workflow("./deploy.sh", "../deploy.sh")})
    (folder / "deploy.sh").symlink_to(outside / "deploy.sh")
    monkeypatch.chdir(folder)
    assert ["default"] == list(environments(load_project(["."])))


def test_broken_files_of_each_kind_are_findings_at_their_place(tmp_path: Path) -> None:
    broken = "a:\n  b: [\n    - c\n"
    files = {
        WORKFLOW: broken,
        ".gitlab-ci.yml": broken,
        "buildspec.yml": broken,
        "Jenkinsfile": "pipeline {\n  stages {\n",
        "main.tf": 'resource "aws_cloudformation_stack" "x" {\n  parameters = {\n',
    }
    lay_out(tmp_path, files)
    found = list(samguard.check(".", select=("SG700",)).findings)
    assert sorted(files) == sorted({finding.location.path for finding in found})
    assert {Level.ERROR} == {finding.level for finding in found}
    assert all(finding.location.start.line > 1 for finding in found if finding.location.path != "Jenkinsfile")


def test_what_a_generator_has_still_to_fill_in_is_a_note(tmp_path: Path) -> None:
    lay_out(tmp_path, {WORKFLOW: "on: push\n{% if cookiecutter.tests %}\njobs: {}\n{% endif %}\n"})
    (finding,) = samguard.check(".", select=("SG700",)).findings
    assert Level.NOTE == finding.level


def test_a_crash_loses_only_the_pipeline_that_it_is_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from samguard.pipeline import pipelines

    def crashing(documents: Iterable[Document], read: object, _matching: object) -> tuple[Pipeline, ...]:
        given = list(documents)
        if any(document.path == "buildspec.yml" for document in given):
            raise ZeroDivisionError
        return pipelines(given, read)  # type: ignore[arg-type]

    monkeypatch.setattr("samguard.pipeline.pipelines", crashing)
    lay_out(tmp_path, {"buildspec.yml": "version: 0.2\n", WORKFLOW: workflow("sam build")})
    assert [WORKFLOW] == [one.path for one in load_project(["."]).pipelines]
    (note,) = samguard.check(".").notifications
    assert note.is_internal_error
    assert "reading the pipelines failed on buildspec.yml: ZeroDivisionError: . Please report this." == note.message


# the plan


def test_a_pipeline_is_planned_as_its_stages(tmp_path: Path) -> None:
    text = """
        on: {push: {branches: [main]}}
        jobs:
          test: {runs-on: ubuntu-latest, steps: [{run: pytest}]}
          staging:
            needs: test
            runs-on: ubuntu-latest
            steps:
              - run: sam build
              - run: sam deploy --stack-name orders-staging
          prod:
            needs: staging
            runs-on: ubuntu-latest
            environment: prod
            steps: [{run: sam deploy --stack-name orders-prod}]
    """
    (plan,) = project_plan(project(tmp_path, {WORKFLOW: text})).pipelines
    expected = (
        PlannedStage("Source", "source"),
        PlannedStage("test", "test"),
        PlannedStage("staging", "build"),
        PlannedStage("staging", "deploy", "staging"),
        PlannedStage("prod", "deploy", "prod", ("environment",)),
    )
    assert (WORKFLOW, "GitHub Actions", expected) == (plan.path, plan.system, plan.stages)
    assert ("no test of what was deployed",) == plan.missing


def test_what_a_release_does_not_pass_is_missing(tmp_path: Path) -> None:
    (plan,) = project_plan(project(tmp_path, {WORKFLOW: workflow("sam deploy --stack-name orders-prod")})).pipelines
    assert ("no tests", "no approval before prod") == plan.missing


def test_who_starts_a_pipeline_by_hand_has_approved(tmp_path: Path) -> None:
    text = workflow("pytest", "sam deploy --stack-name orders-prod").replace("on: push", "on: workflow_dispatch")
    (plan,) = project_plan(project(tmp_path, {WORKFLOW: text})).pipelines
    assert ("no test of what was deployed",) == plan.missing


def test_an_earlier_deployment_s_environment_is_no_approval_of_production(tmp_path: Path) -> None:
    text = """
        on: {push: {branches: [main]}}
        jobs:
          staging:
            runs-on: ubuntu-latest
            environment: staging
            steps: [{run: pytest}, {run: sam deploy --stack-name orders-staging}, {run: pytest tests/smoke}]
          prod:
            needs: staging
            runs-on: ubuntu-latest
            steps: [{run: sam deploy --stack-name orders-prod}]
    """
    (plan,) = project_plan(project(tmp_path, {WORKFLOW: text})).pipelines
    assert "no approval before prod" in plan.missing


def test_a_pipeline_that_does_nothing_to_a_release_is_not_planned(tmp_path: Path) -> None:
    found = project(tmp_path, {WORKFLOW: workflow("echo hello")})
    assert (1, ()) == (len(found.pipelines), project_plan(found).pipelines)


def test_a_pattern_of_gitlab_includes_files_of_the_tree_only(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        {
            "project/.gitlab-ci.yml": "include: [{local: '/ci/**.yml'}, {local: '../*.yml'}]\n",
            "project/ci/jobs/ship.yml": "ship: {script: [sam deploy]}\n",
            "outside.yml": "never: {script: [sam deploy]}\n",
        },
    )
    (pipeline,) = load_project([str(tmp_path / "project")]).pipelines
    assert ["ship"] == [job.name for job in pipeline.jobs]
