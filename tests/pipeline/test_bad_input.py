"""What is broken in a file that a pipeline consists of is told at its place, whatever language it is in."""

from __future__ import annotations

import pytest
from pipeline_scene import read_all

PIPELINE = """
    Resources:
      Delivery:
        Type: AWS::CodePipeline::Pipeline
        Properties:
          Stages:
            - Name: Deploy
              Actions:
                - Name: Deploy
                  ActionTypeId: {Category: Deploy, Provider: CloudFormation}
                  Configuration:
                    ActionMode: CREATE_UPDATE
                    StackName: orders-prod
                    TemplatePath: Built::packaged.yaml
                    %s
"""
TERRAFORM = """
    resource "aws_codebuild_project" "build" {
      name = "build"
      source {
        buildspec = <<-SPEC
          version: 0.2
          phases: {build: {commands: [sam build}}
        SPEC
      }
    }
    resource "aws_codepipeline" "p" {
      stage {
        name = "Build"
        action {
          name          = "Build"
          category      = "Build"
          provider      = "CodeBuild"
          configuration = { ProjectName = aws_codebuild_project.build.name }
        }
      }
    }
"""
WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: %s\n"


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({".github/workflows/a.yml": "on: push\njobs: [\n  a\n"}, (".github/workflows/a.yml", 4)),
        ({".gitlab-ci.yml": "a:\n  script: [x\n"}, (".gitlab-ci.yml", 3)),
        ({"bitbucket-pipelines.yml": "pipelines:\n  default: {\n"}, ("bitbucket-pipelines.yml", 3)),
        ({"buildspec.yml": "version: 0.2\nphases:\n  build: [\n"}, ("buildspec.yml", 4)),
        ({"Jenkinsfile": "node {\n  sh 'sam build\n}\n"}, ("Jenkinsfile", 2)),
        ({"main.tf": 'resource "aws_codepipeline" "p" {\n  name = "p\n}\n'}, ("main.tf", 2)),
        ({"main.tf": 'resource "aws_codepipeline" "p" {\n  x = <<A\n  b\n}\n'}, ("main.tf", 2)),
        ({"main.tf": TERRAFORM}, ("main.tf", 6)),
        (
            {"main.tf": 'resource "aws_codepipeline" "p" {}\n', "terraform.tfvars": 'a = "b"\nc = "d\n'},
            ("terraform.tfvars", 2),
        ),
        ({"pipeline.yaml": PIPELINE % "ParameterOverrides: '{\"Stage\": prod}'"}, ("pipeline.yaml", 14)),
        (
            {
                "pipeline.yaml": PIPELINE % "TemplateConfiguration: Built::prod.json",
                "prod.json": '{\n  "Parameters": {\n    "Stage": "prod",\n  }\n}\n',
            },
            ("prod.json", 3),
        ),
        (
            {".github/workflows/a.yml": WORKFLOW % "npm run ship", "package.json": '{\n  "scripts": {"ship" "x"}\n}\n'},
            ("package.json", 2),
        ),
    ],
)
def test_a_broken_file_is_told_of_at_its_place(files: dict[str, str], place: tuple[str, int]) -> None:
    problems = [problem for pipeline in read_all(files) for problem in pipeline.problems]
    assert [place] == [(one.place.document.path, one.place.location.start.line) for one in problems]


def test_what_sub_fills_in_need_not_be_json_before() -> None:
    overrides = "ParameterOverrides: !Sub '{\"Count\": ${Count}}'"
    (pipeline,) = read_all({"pipeline.yaml": PIPELINE % overrides})
    assert () == pipeline.problems
