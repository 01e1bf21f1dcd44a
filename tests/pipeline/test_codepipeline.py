from pipeline_scene import deploys, kinds, read_all, read_one, values

from samguard.environments import ParameterSource
from samguard.pipeline import GateKind, StepKind

TEMPLATE = """
Parameters:
  TestStack: {Type: String, Default: orders-test}
  ProdStack: {Type: String, Default: orders-prod}
Resources:
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      Stages:
        - Name: Source
          Actions:
            - Name: Code
              ActionTypeId: {Category: Source, Owner: AWS, Provider: CodeCommit, Version: "1"}
              Configuration: {BranchName: main}
        - Name: Build
          Actions:
            - Name: Build
              ActionTypeId: {Category: Build, Owner: AWS, Provider: CodeBuild, Version: "1"}
              Configuration: {ProjectName: !Ref BuildProject}
        - !If
          - HasTest
          - Name: Test
            Actions:
              - Name: Deploy
                ActionTypeId: {Category: Build, Owner: AWS, Provider: CodeBuild, Version: "1"}
                Configuration:
                  ProjectName: !Ref DeployProject
                  EnvironmentVariables: !Sub |
                    [{"name": "STACK", "value": "${TestStack}"}]
          - !Ref AWS::NoValue
        - Name: Prod
          Actions:
            - Name: Approve
              RunOrder: 1
              ActionTypeId: {Category: Approval, Owner: AWS, Provider: Manual, Version: "1"}
            - Name: Prepare
              RunOrder: 2
              ActionTypeId: {Category: Deploy, Owner: AWS, Provider: CloudFormation, Version: "1"}
              Configuration:
                ActionMode: CHANGE_SET_REPLACE
                StackName: !Ref ProdStack
                ChangeSetName: release
                TemplatePath: Built::packaged-prod.yaml
                TemplateConfiguration: Code::config/prod.json
                ParameterOverrides: !Sub |
                  {
                    "Size": "large",
                    "Bucket": "${Artifacts}"
                  }
            - Name: Execute
              RunOrder: 3
              ActionTypeId: {Category: Deploy, Owner: AWS, Provider: CloudFormation, Version: "1"}
              Configuration:
                ActionMode: CHANGE_SET_EXECUTE
                StackName: !Ref ProdStack
                ChangeSetName: release
  BuildProject:
    Type: AWS::CodeBuild::Project
    Properties:
      TimeoutInMinutes: 20
      Source: {Type: CODEPIPELINE, BuildSpec: pipeline/build.yml}
  DeployProject:
    Type: AWS::CodeBuild::Project
    Properties:
      Source:
        Type: CODEPIPELINE
        BuildSpec: |
          version: 0.2
          phases:
            build:
              commands:
                - sam deploy --stack-name ${STACK} -t packaged-test.yaml
"""
BUILD = """
version: 0.2
env: {variables: {TEMPLATE: orders.yaml}}
phases:
  build:
    commands:
      - pytest
      - sam build --template ${TEMPLATE}
      - sam package --output-template-file packaged-test.yaml
      - sam package --output-template-file packaged-prod.yaml
"""
CONFIGURATION = '{"Parameters": {"Stage": "prod", "Size": "small"}}'
FILES = {"codepipeline.yaml": TEMPLATE, "pipeline/build.yml": BUILD, "config/prod.json": CONFIGURATION}


def test_actions_are_jobs_that_need_those_before_them() -> None:
    pipeline = read_one(FILES)
    assert [(job.name, job.needs) for job in pipeline.jobs[-4:]] == [
        ("Test / Deploy", ("Build / Build",)),
        ("Prod / Approve", ("Test / Deploy",)),
        ("Prod / Prepare", ("Prod / Approve",)),
        ("Prod / Execute", ("Prod / Prepare",)),
    ]
    assert [gate.kind for gate in pipeline.jobs[-3].gates] == [GateKind.APPROVAL]
    assert [trigger.branches for trigger in pipeline.triggers] == [("main",)]


def test_a_build_runs_its_buildspec() -> None:
    pipeline = read_one(FILES)
    assert kinds(pipeline, "Build / Build") == [StepKind.TEST, StepKind.BUILD, StepKind.PACKAGE, StepKind.PACKAGE]
    timeout = pipeline.jobs[1].timeout
    assert timeout is not None
    assert timeout.minutes == 20


def test_deployments_know_the_template_that_was_packaged() -> None:
    assert deploys(read_one(FILES)) == [("test", "orders-test", "orders.yaml"), ("prod", "orders-prod", "orders.yaml")]


def test_overrides_win_over_the_template_configuration() -> None:
    step = read_one(FILES).deploy_steps[1]
    assert values(step) == {"Stage": "prod", "Size": "large", "Bucket": None}
    assert step.command is not None
    assert step.command.parameters["Stage"].source is ParameterSource.TEMPLATE_CONFIGURATION
    size = step.command.parameters["Size"].place
    assert size is not None
    assert size.document.text[size.span.start : size.span.end] == '"Size": "large"'


def test_a_command_in_an_inline_buildspec_has_its_own_place() -> None:
    step = read_one(FILES).deploy_steps[0]
    start, end = step.place.span
    assert step.place.document.text[start:end] == "sam deploy --stack-name ${STACK} -t packaged-test.yaml"


def test_a_template_configuration_that_is_not_there_may_give_anything() -> None:
    step = read_one({"codepipeline.yaml": TEMPLATE}).deploy_steps[1]
    assert step.command is not None
    assert step.command.options["parameter_overrides"].text is None


def test_overrides_that_are_no_json_are_a_problem_at_their_place() -> None:
    pipeline = read_one({"codepipeline.yaml": TEMPLATE.replace('"large",', '"large"')})
    assert [problem.place.location.start.line for problem in pipeline.problems] == [47]


def test_a_buildspec_that_a_pipeline_uses_is_no_pipeline_of_its_own() -> None:
    files = FILES | {"buildspec.yml": BUILD, "buildspec_other.yml": BUILD}
    used = {**files, "codepipeline.yaml": TEMPLATE.replace("pipeline/build.yml", "buildspec.yml")}
    assert [pipeline.path for pipeline in read_all(used)] == ["buildspec_other.yml", "codepipeline.yaml"]


def test_a_buildspec_alone_is_a_pipeline_of_one_job() -> None:
    pipeline = read_one({"buildspec.yml": BUILD.replace("pytest", "sam deploy --stack-name a-prod || true")})
    assert deploys(pipeline) == [("prod", "a-prod", None)]
    assert pipeline.deploy_steps[0].failure_is_ignored


def test_a_buildspec_without_phases_is_a_problem() -> None:
    assert [problem.message for problem in read_one({"buildspec.yml": "version: 0.2\n"}).problems]
