import pytest
from pipeline_scene import deploys, kinds, read_all, read_one, values

from samguard.pipeline import CredentialKind, GateKind, Pinning, StepKind

WORKFLOW = ".github/workflows/release.yml"

TWO_STAGES = """
name: Release
on:
  push:
    branches: [main]
env:
  PROD_STACK: orders-prod
concurrency:
  group: release
  cancel-in-progress: true
permissions: {id-token: write}
jobs:
  prod:
    needs: [staging]
    environment: production
    timeout-minutes: 30
    runs-on: ubuntu-latest
    steps:
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: arn:aws:iam::1:role/prod
          aws-region: eu-west-1
          role-duration-seconds: 3600
      - run: |
          # to everyone
          sam deploy --stack-name ${{ env.PROD_STACK }} \\
            --parameter-overrides Stage=prod Size=${{ vars.SIZE }} || true
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: pytest
  staging:
    needs: test
    runs-on: ubuntu-latest
    if: github.ref == 'refs/heads/main' && github.event_name == 'push'
    steps:
      - run: sam deploy --stack-name orders-staging
        continue-on-error: true
"""


def test_jobs_come_in_an_order_in_which_they_can_run() -> None:
    pipeline = read_one({WORKFLOW: TWO_STAGES})
    assert [job.name for job in pipeline.jobs] == ["test", "staging", "prod"]
    assert pipeline.before("prod") == {"staging", "test"}
    assert pipeline.name == "Release"


def test_a_deploy_step_says_where_to_and_with_which_values() -> None:
    pipeline = read_one({WORKFLOW: TWO_STAGES})
    assert deploys(pipeline) == [("staging", "orders-staging", None), ("production", "orders-prod", None)]
    assert values(pipeline.deploy_steps[1]) == {"Stage": "prod", "Size": None}
    assert pipeline.deploy_steps[1].command is not None
    assert pipeline.deploy_steps[1].command.region == "eu-west-1"


def test_a_value_has_the_place_at_which_it_is_written() -> None:
    pipeline = read_one({WORKFLOW: TWO_STAGES})
    command = pipeline.deploy_steps[1].command
    assert command is not None
    place = command.parameters["Stage"].place
    assert place is not None
    assert place.document.text[place.span.start : place.span.end] == "Stage=prod"
    assert command.place.location.start == (25, 11)


def test_gates_triggers_concurrency_and_limits_are_told() -> None:
    pipeline = read_one({WORKFLOW: TWO_STAGES})
    staging, prod = pipeline.jobs[1:]
    assert [(gate.kind, gate.name) for gate in prod.gates] == [(GateKind.ENVIRONMENT, "production")]
    assert (prod.timeout and prod.timeout.minutes) == 30
    assert pipeline.concurrency is not None
    assert pipeline.concurrency.cancels is True
    assert [(trigger.event, trigger.branches) for trigger in pipeline.triggers] == [("push", ("main",))]
    assert (staging.branches, staging.events) == (("main",), ("push",))


def test_a_failure_that_is_ignored_is_told_with_how() -> None:
    pipeline = read_one({WORKFLOW: TWO_STAGES})
    assert [step.ignored and step.ignored.how for step in pipeline.deploy_steps] == [
        "continue-on-error: true",
        "|| true",
    ]


def test_credentials_and_pinning_are_told() -> None:
    prod = read_one({WORKFLOW: TWO_STAGES}).jobs[2]
    (credential,) = prod.credentials
    assert (credential.kind, credential.role, credential.duration_seconds) == (
        CredentialKind.OIDC_ROLE,
        "arn:aws:iam::1:role/prod",
        3600,
    )
    assert [(use.owner, use.pinning) for use in prod.actions] == [("aws-actions", Pinning.TAG)]


def test_long_lived_keys_are_recognised() -> None:
    pipeline = read_one(
        {
            WORKFLOW: """
            on: push
            jobs:
              deploy:
                env:
                  AWS_ACCESS_KEY_ID: ${{ secrets.KEY }}
                steps:
                  - uses: aws-actions/configure-aws-credentials@0123456789012345678901234567890123456789
                    with: {aws-access-key-id: "${{ secrets.KEY }}", aws-region: eu-west-1}
            """
        }
    )
    assert [one.kind for one in pipeline.jobs[0].credentials] == [CredentialKind.LONG_LIVED_KEYS] * 2
    assert pipeline.jobs[0].actions[0].pinning is Pinning.SHA


def test_a_matrix_multiplies_the_deployments() -> None:
    pipeline = read_one(
        {
            WORKFLOW: """
            on: push
            jobs:
              deploy:
                strategy:
                  max-parallel: 1
                  matrix:
                    region: [eu-west-1, us-east-1]
                steps:
                  - run: sam deploy --stack-name orders-prod --region ${{ matrix.region }}
            """
        }
    )
    assert [step.command and step.command.region for step in pipeline.deploy_steps] == ["eu-west-1", "us-east-1"]
    assert [job.max_parallel for job in pipeline.jobs] == [1, 1]


def test_a_reusable_workflow_is_read_with_what_its_caller_hands_over() -> None:
    files = {
        WORKFLOW: """
        on: push
        jobs:
          staging:
            uses: ./.github/workflows/deploy.yml
            with: {stage: staging}
          prod:
            needs: staging
            uses: ./.github/workflows/deploy.yml
            with: {stage: prod}
        """,
        ".github/workflows/deploy.yml": """
        on:
          workflow_call:
            inputs: {stage: {type: string}, size: {type: string, default: small}}
        jobs:
          build:
            steps: [{run: sam build}]
          deploy:
            needs: build
            environment: ${{ inputs.stage }}
            steps:
              - run: sam deploy --parameter-overrides Stage=${{ inputs.stage }} Size=${{ inputs.size }}
        """,
    }
    (pipeline,) = read_all(files)
    assert [(job.name, job.needs) for job in pipeline.jobs] == [
        ("staging / build", ()),
        ("staging / deploy", ("staging / build",)),
        ("prod / build", ("staging / build", "staging / deploy")),
        ("prod / deploy", ("prod / build",)),
    ]
    assert [values(step) for step in pipeline.deploy_steps] == [
        {"Stage": "staging", "Size": "small"},
        {"Stage": "prod", "Size": "small"},
    ]


def test_a_composite_action_of_the_tree_is_read() -> None:
    pipeline = read_one(
        {
            WORKFLOW: """
            on: push
            jobs:
              deploy:
                steps:
                  - uses: ./.github/actions/deploy
                    with: {stack: orders-prod}
            """,
            ".github/actions/deploy/action.yml": """
            inputs: {stack: {required: true}}
            runs:
              using: composite
              steps:
                - run: sam deploy --stack-name ${{ inputs.stack }}
                  shell: bash
            """,
        }
    )
    assert deploys(pipeline) == [("prod", "orders-prod", None)]


def test_workflows_that_use_each_other_without_end_are_read() -> None:
    files = {
        WORKFLOW: "on: [push, workflow_call]\njobs:\n  a: {uses: ./.github/workflows/release.yml}\n",
    }
    assert read_one(files).deploy_steps == ()


def test_a_choice_at_the_start_by_hand_is_each_of_its_options() -> None:
    pipeline = read_one(
        {
            WORKFLOW: """
            on:
              workflow_dispatch:
                inputs:
                  stage: {type: choice, options: [dev, prod]}
            jobs:
              deploy:
                steps:
                  - run: sam deploy --config-env ${{ inputs.stage }}
            """
        }
    )
    assert [environment for environment, _, _ in deploys(pipeline)] == ["dev", "prod"]


def test_a_variable_that_a_step_leaves_in_github_env_is_known_to_the_next() -> None:
    pipeline = read_one(
        {
            WORKFLOW: """
            on: push
            jobs:
              deploy:
                steps:
                  - run: echo "STACK=orders-prod" >> "$GITHUB_ENV"
                  - id: values
                    run: echo "size=big" >> $GITHUB_OUTPUT
                  - run: sam deploy --stack-name $STACK --parameter-overrides Size=${{ steps.values.outputs.size }}
            """
        }
    )
    assert deploys(pipeline) == [("prod", "orders-prod", None)]
    assert values(pipeline.deploy_steps[0]) == {"Size": "big"}


def test_the_action_that_deploys_cloudformation_is_a_deployment() -> None:
    pipeline = read_one(
        {
            WORKFLOW: """
            on: push
            jobs:
              deploy:
                steps:
                  - uses: aws-actions/aws-cloudformation-github-deploy@v1
                    with:
                      name: orders-prod
                      template: packaged.yaml
                      parameter-overrides: Stage=prod,Zones="a,b",Size=${{ vars.SIZE }}
                      disable-rollback: "1"
            """
        }
    )
    assert deploys(pipeline) == [("prod", "orders-prod", "packaged.yaml")]
    (step,) = pipeline.deploy_steps
    assert values(step) == {"Stage": "prod", "Zones": "a,b", "Size": None}
    assert step.command is not None
    assert step.command.deploys_with_previous_values is False
    assert step.command.options["disable_rollback"].text == "1"
    assert step.waits is True


def test_a_wait_belongs_to_the_update_before_it() -> None:
    pipeline = read_one(
        {
            WORKFLOW: """
            on: push
            jobs:
              watched:
                steps:
                  - run: aws cloudformation update-stack --stack-name a
                  - run: aws cloudformation wait stack-update-complete --stack-name a
              left:
                steps:
                  - run: aws cloudformation update-stack --stack-name b
            """
        }
    )
    assert [step.waits for step in pipeline.deploy_steps] == [True, False]


def test_an_executed_change_set_has_the_values_it_was_made_with() -> None:
    pipeline = read_one(
        {
            WORKFLOW: """
            on: push
            jobs:
              deploy:
                steps:
                  - run: >-
                      aws cloudformation create-change-set --stack-name a-prod --change-set-name c
                      --template-body file://t.yaml --parameters ParameterKey=Stage,ParameterValue=prod
                  - run: aws cloudformation execute-change-set --stack-name a-prod --change-set-name c
            """
        }
    )
    assert deploys(pipeline) == [("prod", "a-prod", "t.yaml")]
    assert values(pipeline.deploy_steps[0]) == {"Stage": "prod"}


def test_steps_are_told_apart() -> None:
    pipeline = read_one(
        {
            WORKFLOW: """
            on: push
            jobs:
              a:
                steps:
                  - run: |
                      npm ci
                      npm test
                      sam build
                      sam deploy
                      npm run test:smoke
            """
        }
    )
    assert kinds(pipeline, "a") == [StepKind.TEST, StepKind.BUILD, StepKind.DEPLOY, StepKind.SMOKE_TEST]


@pytest.mark.parametrize(
    ("text", "line"),
    [("jobs:\n  a: [", 2), ("on: push\n", 1), ("jobs:\n  a: 1\n", 2), ("\tjobs:", 1)],
)
def test_what_cannot_be_read_is_a_problem_at_its_place(text: str, line: int) -> None:
    problems = read_one({WORKFLOW: text}).problems
    assert problems
    assert problems[0].place.location.start.line >= line


def test_what_a_matrix_excludes_does_not_run() -> None:
    pipeline = read_one(
        {
            ".github/workflows/a.yml": """
                on: push
                jobs:
                  ship:
                    runs-on: x
                    strategy:
                      matrix:
                        stage: [dev, prod]
                        region: [a, b]
                        exclude: [{stage: prod, region: b}, {stage: dev}]
                    steps:
                      - run: sam deploy --stack-name orders-${{ matrix.stage }} --region ${{ matrix.region }}
            """
        }
    )
    assert [{"stage": "prod", "region": "a"}] == [job.matrix for job in pipeline.jobs]


def test_an_action_is_told_of_its_stack_by_variables_or_given_a_command_of_sam() -> None:
    pipeline = read_one(
        {
            ".github/workflows/a.yml": """
            on: push
            jobs:
              a:
                runs-on: x
                steps:
                  - uses: somebody/cloudformation-deploy-action@v1
                    env: {AWS_STACK_NAME: orders-prod, TEMPLATE: template.yaml}
                  - uses: somebody/sam-cli-action@v1
                    with: {sam_command: "deploy --stack-name orders-staging"}
            """
        }
    )
    assert [("prod", "orders-prod", "template.yaml"), ("staging", "orders-staging", None)] == deploys(pipeline)


@pytest.mark.parametrize("job", ["validate-build-test-deploy", "build-and-test"])
def test_a_job_that_tests_is_no_environment(job: str) -> None:
    text = f"on: push\njobs:\n  {job}:\n    runs-on: x\n    steps:\n      - run: sam deploy --s3-bucket a.example.dev\n"
    assert ["default"] == [name for name, _, _ in deploys(read_one({".github/workflows/a.yml": text}))]
