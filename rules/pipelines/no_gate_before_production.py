"""Nothing holds a release back before production.

What goes wrong: every push that passes the steps before is in production at once, at any hour, with nobody looking.
Silent when: a person approves, starts the job, publishes a release or sets a tag; the job names an environment of the CI
system, whose protection rules are not in the repository; production is not in the pipeline.
Fix: give the job an `environment` with required reviewers (GitHub), `when: manual` (GitLab), `input` (Jenkins), an approval
action (CodePipeline), `trigger: manual` (Bitbucket).
Source: GitHub Docs, "Managing environments for deployment"; AWS CodePipeline User Guide, "Manage approval actions in
CodePipeline".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pipeline import Pipeline
from samguard.rules.pipelines.example_workflow import (
    CODEPIPELINE,
    CONFIGURATIONS,
    GITLAB,
    TEMPLATE,
    WORKFLOW,
    WORKFLOW_PATH,
)
from samguard.rules.pipelines.production_path import first_in_each_job, is_automatic, is_held_back, production_deploys

RULE = Rule("SG709", "no-gate-before-production", Level.NOTE, since="0.1.0")

_UNHELD = WORKFLOW.replace("    environment: production\n", "").replace("    environment: staging\n", "")

BAD = (
    Example(
        template=TEMPLATE,
        files=((WORKFLOW_PATH, _UNHELD.replace("\n  production:", "\n  production:  # SG709")),),
    ),
    Example(
        template=TEMPLATE,
        files=(
            (
                "pipeline.yaml",
                CODEPIPELINE.replace(
                    "- Name: Production\n          Actions:\n            - Name: Deploy",
                    "- Name: Production\n          Actions:\n            - Name: Deploy  # SG709",
                ),
            ),
            *CONFIGURATIONS,
        ),
    ),
)

GOOD = (
    Example(template=TEMPLATE, files=((WORKFLOW_PATH, WORKFLOW),)),
    Example(
        template=TEMPLATE,
        files=(
            (
                ".gitlab-ci.yml",
                GITLAB.replace("  environment: production\n", "  when: manual\n").replace(
                    "  environment: staging\n", ""
                ),
            ),
        ),
    ),
    Example(
        template=TEMPLATE,
        files=((WORKFLOW_PATH, _UNHELD.replace("branches: [main]", "tags: ['v*']")),),
    ),
    Example(  # who calls it may hold it back
        template=TEMPLATE,
        files=((WORKFLOW_PATH, _UNHELD.replace("on:\n  push:\n    branches: [main]", "on:\n  workflow_call:")),),
    ),
)


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each job that reaches production with nothing in its way."""
    for deploy in first_in_each_job(production_deploys(pipeline)):
        job = deploy.job
        if is_automatic(pipeline, job) and not is_held_back(pipeline, job):
            message = (
                f"every run goes on to {deploy.environment}, and nobody has to agree; let somebody approve it first"
            )
            yield Finding(job.place.span, message, document=job.place.document)
