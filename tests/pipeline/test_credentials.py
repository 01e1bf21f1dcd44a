"""What a job shows AWS, wherever it is said: in variables, in scripts, in pipes."""

from __future__ import annotations

import pytest
from pipeline_scene import read_one

from samguard.pipeline import CredentialKind, Pipeline

BITBUCKET = """
    pipelines:
      branches:
        main:
          - step:
              name: Deploy
              deployment: production
              script:
                - %s
                - sam deploy --stack-name orders-prod
"""
KEY = "export AWS_ACCESS_KEY_ID=%s"


def told(pipeline: Pipeline) -> list[tuple[CredentialKind, str | None, int]]:
    """Kind, role and line of each credential that is known."""
    return [
        (one.kind, one.role, (one.role_place or one.place).location.start.line)
        for job in pipeline.jobs
        for one in job.credentials
        if one.kind is not CredentialKind.UNKNOWN
    ]


def of_script(line: str) -> list[tuple[CredentialKind, str | None, int]]:
    return told(read_one({"bitbucket-pipelines.yml": BITBUCKET % line}))


@pytest.mark.parametrize(
    "line",
    [
        KEY % "$PROD_KEY",
        KEY % '"${PROD_KEY}"',
        KEY % "AKIAIOSFODNN7EXAMPLE",
        "aws configure set aws_access_key_id $KEY",
    ],
)
def test_a_key_that_a_script_is_handed_is_long_lived(line: str) -> None:
    assert [(CredentialKind.LONG_LIVED_KEYS, None, 8)] == of_script(line)


@pytest.mark.parametrize(
    "line",
    [
        KEY % "$(echo $KEYS | jq -r .AccessKeyId)",
        "KEYS=($(aws sts assume-role --role-arn x)); export AWS_ACCESS_KEY_ID=${KEYS[0]}",
        "eval $(aws sts assume-role --role-arn x); export AWS_ACCESS_KEY_ID=$KEY",
        "KEY=$(./keys.sh); export AWS_ACCESS_KEY_ID=$KEY",
        "aws configure set region eu-west-1",
    ],
)
def test_a_key_that_a_script_makes_is_not(line: str) -> None:
    assert [] == of_script(line)


def test_a_role_by_the_systems_token_is_read_from_a_script() -> None:
    line = "export AWS_ROLE_ARN=arn:aws:iam::1:role/a AWS_WEB_IDENTITY_TOKEN_FILE=token"
    assert [(CredentialKind.OIDC_ROLE, "arn:aws:iam::1:role/a", 8)] == of_script(line)


def test_a_pipe_says_what_it_deploys_and_by_which_role() -> None:
    pipeline = read_one(
        {
            "bitbucket-pipelines.yml": """
                pipelines:
                  default:
                    - step:
                        script:
                          - export STAGE=prod
                          - pipe: atlassian/aws-sam-deploy:2.3.0
                            variables:
                              AWS_OIDC_ROLE_ARN: arn:aws:iam::1:role/a
                              STACK_NAME: orders-$STAGE
                              TEMPLATE: template.yaml
                              STACK_PARAMETERS: '[{"ParameterKey": "Stage", "ParameterValue": "${STAGE}"}]'
                              WAIT: 'false'
            """
        }
    )
    (step,) = pipeline.deploy_steps
    assert step.command is not None
    assert ("orders-prod", "template.yaml") == (step.command.stack_name, step.command.template)
    assert {"Stage": "prod"} == {name: given.text for name, given in step.command.parameters.items()}
    assert step.waits is False
    assert [(CredentialKind.OIDC_ROLE, "arn:aws:iam::1:role/a", 8)] == told(pipeline)


def test_a_role_of_gitlab_is_told_where_the_job_says_it() -> None:
    pipeline = read_one(
        {
            ".gitlab-ci.yml": """
                .deploy:
                  id_tokens: {AWS_TOKEN: {aud: x}}
                  script: [sam deploy]
                production:
                  extends: .deploy
                  variables:
                    AWS_ROLE_ARN: arn:aws:iam::1:role/a
            """
        }
    )
    assert [(CredentialKind.OIDC_ROLE, "arn:aws:iam::1:role/a", 7)] == told(pipeline)
