"""Production is deployed to with an access key that is stored in the CI system.

What goes wrong: the key does not end. Whoever reads it once - in a log, a fork, a dependency that the job installs - can
deploy to production from anywhere, past the pipeline and all of its checks.
Silent when: the job assumes a role by the CI system's own token; where its rights come from is unknown.
Fix: let the job assume a role (GitHub: `id-token: write` and `role-to-assume`; GitLab: `id_tokens`; Bitbucket: `oidc: true`).
Source: AWS Well-Architected Framework, security pillar, "SEC02-BP02 Use temporary credentials"; GitHub Docs, "Configuring
OpenID Connect in Amazon Web Services".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pipeline import CredentialKind, Pipeline
from samguard.rules.pipelines.example_workflow import GITLAB, TEMPLATE, WORKFLOW, WORKFLOW_PATH
from samguard.rules.pipelines.production_path import first_in_each_job, production_deploys

RULE = Rule("SG723", "long-lived-keys", Level.WARNING, since="0.1.0")

_ROLE = "          role-to-assume: arn:aws:iam::222222222222:role/deploy\n"
_KEYS = (
    "          aws-access-key-id: ${{ secrets.AWS_ACCESS_KEY_ID }}  # SG723\n"
    "          aws-secret-access-key: ${{ secrets.AWS_SECRET_ACCESS_KEY }}\n"
)

BAD = (
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, WORKFLOW.replace(_ROLE, _KEYS)),)),
    Example(
        template=TEMPLATE,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(
                    "environment: production",
                    "environment: production\n    env:\n      AWS_ACCESS_KEY_ID: ${{ secrets.KEY_ID }}  # SG723\n"
                    "      AWS_SECRET_ACCESS_KEY: ${{ secrets.KEY }}",
                ).replace(_ROLE, ""),
            ),
        ),
    ),
    Example(  # by a buildspec, from a store
        template=TEMPLATE,
        files=(
            (
                "buildspec.yml",
                """
version: 0.2
env:
  secrets-manager:
    AWS_ACCESS_KEY_ID: deploy:id  # SG723
    AWS_SECRET_ACCESS_KEY: deploy:key
phases:
  build:
    commands:
      - pytest
      - sam build
      - sam deploy --stack-name orders-prod --capabilities CAPABILITY_IAM
""",
            ),
        ),
    ),
)

GOOD = (
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, WORKFLOW), (".gitlab-ci.yml", GITLAB))),
    Example(  # of another environment
        template=TEMPLATE,
        files=((WORKFLOW_PATH, WORKFLOW.replace(_ROLE.replace("2" * 12, "1" * 12), _KEYS.replace("  # SG723", ""))),),
    ),
)


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each stored key that production is deployed to with."""
    for deploy in first_in_each_job(production_deploys(pipeline)):
        for credential in deploy.job.credentials:
            if credential.kind is CredentialKind.LONG_LIVED_KEYS:
                message = (
                    f"{deploy.environment} is deployed to with a stored access key, which anyone who gets it may use from "
                    "anywhere; assume a role by the CI system's token instead"
                )
                yield Finding(credential.place.span, message, document=credential.place.document)
