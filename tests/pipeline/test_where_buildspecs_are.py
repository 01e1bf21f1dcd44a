"""Which buildspec a CodeBuild project runs, in a repository of several services and in Terraform."""

from __future__ import annotations

from pipeline_scene import deploys, read_one, values

PIPELINE = """
    Parameters:
      Folder: {Type: String}
    Resources:
      Ship:
        Type: AWS::CodeBuild::Project
        Properties:
          Environment: {EnvironmentVariables: [{Name: FOLDER, Value: !Ref Folder}]}
          Source: {BuildSpec: !Sub "${Folder}/pipeline/ship.yml"}
      Delivery:
        Type: AWS::CodePipeline::Pipeline
        Properties:
          Stages:
            - Name: Deploy
              Actions:
                - Name: %s
                  ActionTypeId: {Category: Build, Provider: CodeBuild}
                  Configuration: {ProjectName: !Ref %s}
"""
SHIP = (
    "version: 0.2\nphases:\n  build:\n    commands:\n      - cd $FOLDER\n      - sam deploy --stack-name orders-prod\n"
)


def test_the_folder_of_a_monorepo_is_where_the_buildspec_is() -> None:
    pipeline = read_one(
        {"apps/orders/pipeline.yaml": PIPELINE % ("Ship", "Ship"), "apps/orders/pipeline/ship.yml": SHIP}
    )
    (step,) = pipeline.deploy_steps
    assert ("apps/orders/pipeline/ship.yml", "apps/orders") == (step.place.document.path, step.folder)


def test_a_build_that_is_elsewhere_deploys_if_its_name_says_so() -> None:
    assert ["CodeBuild"] == [
        step.tool for step in read_one({"p.yaml": PIPELINE % ("DeployProd", "Other")}).deploy_steps
    ]
    assert [] == [step.tool for step in read_one({"p.yaml": PIPELINE % ("Ship", "Other")}).deploy_steps]


def test_a_packaged_template_is_the_one_that_its_folder_builds() -> None:
    files = {
        "p.yaml": """
            Resources:
              Build:
                Type: AWS::CodeBuild::Project
                Properties:
                  Source:
                    BuildSpec: |
                      version: 0.2
                      phases:
                        build:
                          commands:
                            - cd app
                            - sam build
                            - sam package --output-template-file packaged.yaml
              Delivery:
                Type: AWS::CodePipeline::Pipeline
                Properties:
                  Stages:
                    - Name: Build
                      Actions:
                        - Name: Build
                          ActionTypeId: {Category: Build, Provider: CodeBuild}
                          Configuration: {ProjectName: !Ref Build}
                    - Name: Deploy
                      Actions:
                        - Name: Deploy
                          ActionTypeId: {Category: Deploy, Provider: CloudFormation}
                          Configuration:
                            {ActionMode: CREATE_UPDATE, StackName: orders-prod, TemplatePath: "Built::app/packaged.yaml"}
        """,
        "app/template.yaml": "Resources: {}\n",
    }
    assert [("prod", "orders-prod", "app/template.yaml")] == deploys(read_one(files))


def test_a_heredoc_is_a_buildspec_with_the_places_of_its_lines() -> None:
    pipeline = read_one(
        {
            "main.tf": """
                locals { service = "orders" }
                resource "aws_codebuild_project" "ship" {
                  source {
                    buildspec = <<-SPEC
                      version: 0.2
                      phases:
                        build:
                          commands:
                            - sam deploy --stack-name ${local.service}-prod --parameter-overrides Stage=$${STAGE} Who=${var.who}
                    SPEC
                  }
                  environment {
                    environment_variable {
                      name  = "STAGE"
                      value = "prod"
                    }
                  }
                }
                resource "aws_codepipeline" "p" {
                  stage {
                    name = "Deploy"
                    action {
                      name          = "Deploy"
                      category      = "Build"
                      provider      = "CodeBuild"
                      configuration = { ProjectName = aws_codebuild_project.ship.name }
                    }
                  }
                }
            """,
            "terraform.tfvars": 'who = "me"\n',
        }
    )
    assert [("prod", "orders-prod", None)] == deploys(pipeline)
    (step,) = pipeline.deploy_steps
    assert {"Stage": "prod", "Who": "me"} == values(step)
    assert 9 == step.place.location.start.line


def test_parameters_that_terraform_merges_are_not_all_known() -> None:
    (step,) = read_one(
        {
            "main.tf": """
                resource "aws_cloudformation_stack" "orders" {
                  name          = "orders-prod"
                  template_body = file("${path.module}/template.yaml")
                  capabilities  = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
                  parameters    = merge({ Stage = "prod" }, local.more)
                }
            """
        }
    ).deploy_steps
    assert step.command is not None
    assert {} == values(step)
    assert step.command.options["parameter_overrides"].text is None
    assert "CAPABILITY_IAM CAPABILITY_AUTO_EXPAND" == step.command.options["capabilities"].text


def test_an_application_of_the_repository_is_a_deployment() -> None:
    (step,) = read_one(
        {
            "main.tf": """
                resource "aws_serverlessapplicationrepository_cloudformation_stack" "rotator" {
                  name       = "rotator-prod"
                  parameters = { functionName = "rotate", endpoint = "secretsmanager.${data.aws_region.current.name}" }
                }
            """
        }
    ).deploy_steps
    assert {"functionName": "rotate", "endpoint": None} == values(step)
