import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipeline_scene import deploys, document, kinds, read_all, read_one, values

from samguard.pipeline import (
    CredentialKind,
    GateKind,
    Pipeline,
    StepKind,
    is_pipeline_path,
    is_template_configuration,
    pipelines,
    read_template_configuration,
)

GITLAB = """
include:
  - local: /ci/shared.yml
stages: [test, deploy-test, deploy-prod]
variables:
  STACK: orders
default:
  before_script: [pip install aws-sam-cli]
unit:
  stage: test
  script: [pytest]
test:
  extends: .deploy
  stage: deploy-test
  variables: {STAGE: test}
  allow_failure: true
prod:
  extends: .deploy
  stage: deploy-prod
  variables: {STAGE: prod}
  environment: {name: production}
  resource_group: production
  timeout: 1h 30 minutes
  rules:
    - if: $CI_COMMIT_BRANCH == "main"
      when: manual
  script:
    - !reference [.login, script]
    - !reference [.deploy, script]
"""
SHARED = """
.login:
  script: [aws sts get-caller-identity]
.deploy:
  id_tokens: {TOKEN: {aud: sts}}
  script:
    - sam deploy --stack-name ${STACK}-${STAGE}
      --parameter-overrides Stage=${STAGE}
"""


def gitlab() -> Pipeline:
    return read_one({".gitlab-ci.yml": GITLAB, "ci/shared.yml": SHARED})


def test_gitlab_jobs_have_what_they_extend_include_and_refer_to() -> None:
    pipeline = gitlab()
    assert [(job.name, job.needs) for job in pipeline.jobs] == [("unit", ()), ("test", ("unit",)), ("prod", ("test",))]
    assert deploys(pipeline) == [("test", "orders-test", None), ("production", "orders-prod", None)]
    assert [values(step) for step in pipeline.deploy_steps] == [{"Stage": "test"}, {"Stage": "prod"}]
    assert kinds(pipeline, "unit") == [StepKind.TEST]


def test_gitlab_gates_limits_and_ignored_failures() -> None:
    _, test, prod = gitlab().jobs
    assert test.ignored is not None
    assert [gate.kind for gate in prod.gates] == [GateKind.ENVIRONMENT, GateKind.MANUAL_START]
    assert prod.concurrency is not None
    assert prod.concurrency.group == "production"
    assert prod.timeout is not None
    assert prod.timeout.minutes == 90
    assert prod.branches == ("main",)
    assert [one.kind for one in prod.credentials] == [CredentialKind.OIDC_ROLE]


BITBUCKET = """
pipelines:
  branches:
    main:
      - step:
          name: Build
          script: [sam build -t orders.yaml, sam package --output-template-file packaged.yaml]
      - step:
          name: Deploy to staging
          oidc: true
          deployment: staging
          script:
            - export STACK=orders-staging
            - sam deploy --stack-name $STACK -t packaged.yaml
      - step:
          name: Deploy to prod
          deployment: production
          trigger: manual
          max-time: 30
          script: [sam deploy --stack-name orders-prod -t packaged.yaml]
"""


def test_bitbucket_has_a_pipeline_for_each_start() -> None:
    pipeline = read_one({"bitbucket-pipelines.yml": BITBUCKET})
    assert deploys(pipeline) == [
        ("staging", "orders-staging", "orders.yaml"),
        ("production", "orders-prod", "orders.yaml"),
    ]
    assert [gate.kind for gate in pipeline.jobs[2].gates] == [GateKind.ENVIRONMENT, GateKind.MANUAL_START]
    assert pipeline.before("Deploy to prod") == {"Build", "Deploy to staging"}


JENKINSFILE = """
pipeline {
  agent any
  environment {
    STACK = 'orders'
    AWS_KEYS = credentials('aws')
  }
  options { disableConcurrentBuilds() }
  stages {
    stage('test') { steps { sh 'pytest' } } // before anything else
    stage('deploy-staging') {
      steps {
        withAWS(credentials: 'keys', region: 'eu-west-1') {
          sh "sam deploy --stack-name ${STACK}-staging"
        }
      }
    }
    stage('deploy-prod') {
      when { branch 'main' }
      input { message 'Really?' }
      steps {
        timeout(time: 2, unit: 'HOURS') {
          sh '''
            # everyone
            sam deploy --stack-name ${STACK}-prod \\
              --parameter-overrides Stage=prod
          '''
        }
        script {
          try { sh(script: 'npm run test:smoke', returnStatus: true) } catch (e) { echo 'x' }
          for (region in ['eu-west-1', 'us-east-1']) { sh "sam deploy --stack-name a-prod --region ${region}" }
        }
      }
    }
  }
}
"""


def test_a_jenkinsfile_s_stages_run_one_after_the_other() -> None:
    pipeline = read_one({"Jenkinsfile": JENKINSFILE})
    assert [(job.name, job.needs) for job in pipeline.jobs] == [
        ("test", ()),
        ("deploy-staging", ("test",)),
        ("deploy-prod", ("deploy-staging",)),
    ]
    assert deploys(pipeline) == [
        ("staging", "orders-staging", None),
        ("prod", "orders-prod", None),
        ("prod", "a-prod", None),
        ("prod", "a-prod", None),
    ]
    assert [step.command and step.command.region for step in pipeline.deploy_steps] == [
        "eu-west-1",
        None,
        "eu-west-1",
        "us-east-1",
    ]


def test_a_jenkinsfile_s_gates_and_limits() -> None:
    pipeline = read_one({"Jenkinsfile": JENKINSFILE})
    _, staging, prod = pipeline.jobs
    assert [gate.kind for gate in prod.gates] == [GateKind.APPROVAL]
    assert prod.timeout is not None
    assert (prod.timeout.minutes, prod.branches) == (120, ("main",))
    assert pipeline.concurrency is not None
    assert [one.kind for one in staging.credentials] == [CredentialKind.LONG_LIVED_KEYS]
    assert pipeline.problems == ()


def test_a_scripted_jenkinsfile_is_read_as_far_as_it_is_static() -> None:
    text = """
    node {
      def stack = 'orders-prod'
      stage('deploy') {
        parallel(a: { sh "sam deploy --stack-name ${stack}" }, b: { sh 'pytest' })
      }
    }
    """
    assert deploys(read_one({"Jenkinsfile": text})) == [("prod", "orders-prod", None)]


@pytest.mark.parametrize(("text", "line"), [("pipeline {\n  stages {\n", 2), ("node {\n}\n}\n", 3)])
def test_braces_that_do_not_match_are_a_problem(text: str, line: int) -> None:
    problems = read_one({"Jenkinsfile": text}).problems
    assert [problem.place.location.start.line for problem in problems][:1] == [line]


TERRAFORM = """
locals { stack = "orders-prod" }
resource "aws_codepipeline" "orders" {
  name = "orders"
  stage {
    name = "Build"
    action {
      name     = "Build"
      category = "Build"
      provider = "CodeBuild"
      configuration = { ProjectName = aws_codebuild_project.build.name }
    }
  }
  stage {
    name = "Prod"
    action {
      name      = "Approve"
      category  = "Approval"
      provider  = "Manual"
      run_order = 1
    }
    action {
      name      = "Deploy"
      category  = "Deploy"
      provider  = "CloudFormation"
      run_order = 2
      configuration = {
        ActionMode         = "CREATE_UPDATE"
        StackName          = local.stack
        TemplatePath       = "Built::packaged.yaml"
        ParameterOverrides = jsonencode({ Stage = "prod", Size = var.size })
      }
    }
  }
}
resource "aws_codebuild_project" "build" {
  name          = "build"
  build_timeout = 15
  source {
    type      = "CODEPIPELINE"
    buildspec = <<EOF
version: 0.2
phases:
  build:
    commands: [sam build -t orders.yaml, sam package --output-template-file packaged.yaml]
EOF
  }
}
resource "aws_cloudformation_stack" "network" {
  name          = "network-staging"
  template_body = file("${path.module}/network.yaml")
  parameters    = { Cidr = "10.0.0.0/16", Zone = var.zone }
  disable_rollback = true
}
"""


def test_terraform_s_codepipeline_is_a_pipeline() -> None:
    codepipeline = next(one for one in read_all({"infra/main.tf": TERRAFORM}) if one.name == "orders")
    assert [job.name for job in codepipeline.jobs] == ["Build / Build", "Prod / Approve", "Prod / Deploy"]
    assert deploys(codepipeline) == [("prod", "orders-prod", "orders.yaml")]
    assert values(codepipeline.deploy_steps[0]) == {"Stage": "prod", "Size": None}
    assert kinds(codepipeline, "Build / Build") == [StepKind.BUILD, StepKind.PACKAGE]


def test_terraform_s_own_stacks_are_deployments() -> None:
    stacks = next(one for one in read_all({"infra/main.tf": TERRAFORM}) if one.name != "orders")
    assert deploys(stacks) == [("staging", "network-staging", "infra/network.yaml")]
    (step,) = stacks.deploy_steps
    assert values(step) == {"Cidr": "10.0.0.0/16", "Zone": None}
    assert step.command is not None
    place = step.command.parameters["Cidr"].place
    assert place is not None
    assert place.document.text[place.span.start : place.span.end] == 'Cidr = "10.0.0.0/16"'


def test_broken_hcl_is_a_problem_at_its_place() -> None:
    (pipeline,) = read_all({"main.tf": 'resource "aws_cloudformation_stack" "a" {\n  name = = "x"\n}\n'})
    assert [problem.place.location.start.line for problem in pipeline.problems] == [2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"Parameters": {"Stage": "prod"}}', True),
        ('{"Parameters": {"Stage": "prod"}, "Tags": {"a": "b"}, "StackPolicy": {}}', True),
        ('{"Parameters": {"Stage": {"Type": "String"}}, "Resources": {}}', False),
        ('{"Parameters": {"Stage": {"Type": "String"}}}', False),
        ('{"Parameters": {}}', False),
        ("[]", False),
    ],
)
def test_a_template_configuration_is_known_by_its_shape(text: str, expected: object) -> None:
    assert is_template_configuration(document("x.json", text)) is expected


def test_a_template_configuration_is_for_the_environment_of_its_name() -> None:
    command = read_template_configuration(document("config/prod.json", '{"Parameters": {"Size": "big"}}'))
    assert command.environment == "prod"
    assert {name: given.text for name, given in command.parameters.items()} == {"Size": "big"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".github/workflows/a.yml", True),
        (".github/dependabot.yml", False),
        (".gitlab-ci.yml", True),
        ("bitbucket-pipelines.yml", True),
        ("Jenkinsfile", True),
        ("ci/Jenkinsfile.prod", True),
        ("infra/main.tf", True),
        ("services/a/buildspec.yml", True),
        ("pipeline/buildspec_deploy.yml", True),
        ("template.yaml", False),
        ("src/app.py", False),
    ],
)
def test_a_pipeline_is_known_by_its_path(path: str, expected: object) -> None:
    assert is_pipeline_path(path) is expected


WORKFLOW = """
on: {push: {branches: [main]}}
env: {A: b}
jobs:
  a:
    strategy: {matrix: {x: [1, 2], include: [{x: 1, y: 2}]}}
    environment: {name: prod}
    steps:
      - run: sam deploy --stack-name ${{ env.A }}-${{ matrix.x }}
      - uses: ./.github/actions/x
        with: {a: b}
"""
WHOLE = {
    ".github/workflows/a.yml": WORKFLOW,
    ".gitlab-ci.yml": GITLAB,
    "bitbucket-pipelines.yml": BITBUCKET,
    "Jenkinsfile": JENKINSFILE,
    "main.tf": TERRAFORM,
    "buildspec.yml": "version: 0.2\nphases:\n  build:\n    commands: [sam deploy]\n",
}
PIECES = ["", "[", "{}", "null", "- a: [b]", "\n", "&x *x", "'", '"', "${{", "!reference [a]", "<<: 1", "\t", "é"]


@pytest.mark.parametrize("path", list(WHOLE))
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_file_with_any_part_replaced_is_read_without_an_error(path: str, data: st.DataObject) -> None:
    text = WHOLE[path]
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 40))
    changed = document(path, text[:start] + data.draw(st.sampled_from(PIECES)) + text[start + length :])
    for pipeline in pipelines([changed], lambda _path: None):
        for problem in pipeline.problems:
            assert 0 <= problem.place.span.start <= len(changed.text)


def test_without_documents_there_are_no_pipelines() -> None:
    assert pipelines([], lambda _path: None) == ()
