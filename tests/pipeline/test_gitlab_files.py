"""GitLab CI over several files: what is included, extended, referred to, and started."""

from __future__ import annotations

from fnmatch import fnmatch
from textwrap import dedent

from pipeline_scene import deploys, document, read_one

from samguard.pipeline import GateKind, Pipeline, pipelines

SHIP = """
    .ship:
      script:
        - sam deploy --stack-name orders-$STAGE
    .by-hand:
      rules:
        - if: $CI_COMMIT_BRANCH == "main"
          when: manual
"""
PROD = """
    production:
      extends: .ship
      variables: {STAGE: prod}
"""


def gitlab(files: dict[str, str]) -> Pipeline:
    """The pipeline of files whose patterns are known."""
    documents = {path: document(path, dedent(text).lstrip("\n")) for path, text in files.items()}

    def matching(pattern: str) -> list[str]:
        return [path for path in documents if fnmatch(path, pattern)]

    (found,) = pipelines([documents[".gitlab-ci.yml"]], documents.get, matching)
    return found


def test_a_pattern_includes_what_it_stands_for() -> None:
    pipeline = gitlab({".gitlab-ci.yml": f"include: [{{local: '/ci/*.yml'}}]\n{dedent(PROD)}", "ci/ship.yml": SHIP})
    assert [("prod", "orders-prod", None)] == deploys(pipeline)
    assert () == pipeline.problems


def test_rules_may_be_taken_from_elsewhere() -> None:
    text = f"{dedent(SHIP)}{dedent(PROD)}  rules:\n    - !reference [.by-hand, rules]\n"
    (job,) = gitlab({".gitlab-ci.yml": text}).jobs
    assert ("main",) == job.branches
    assert [GateKind.MANUAL_START] == [gate.kind for gate in job.gates]


def test_rules_that_are_elsewhere_are_a_condition_that_is_not_known() -> None:
    text = (
        f"include: https://example.com/ci.yml\n{dedent(SHIP)}{dedent(PROD)}  rules:\n    - !reference [.other, rules]\n"
    )
    (job,) = gitlab({".gitlab-ci.yml": text}).jobs
    assert job.condition is not None
    assert "!reference" == job.condition.written


def test_what_a_job_extends_has_to_be_there() -> None:
    pipeline = gitlab({".gitlab-ci.yml": f"{dedent(PROD)}  script: [sam deploy]\n"})
    assert [(2, "there is no .ship that this could extend")] == [
        (problem.place.location.start.line, problem.message) for problem in pipeline.problems
    ]


def test_what_a_job_extends_may_be_in_a_file_of_another_project() -> None:
    text = f"include: [{{project: shop/ci, file: ship.yml}}]\n{dedent(PROD)}  script: [sam deploy]\n"
    pipeline = gitlab({".gitlab-ci.yml": text})
    (job,) = pipeline.jobs
    assert () == pipeline.problems
    assert job.condition is not None
    assert job.concurrency is not None
    assert job.concurrency.cancels is None


def test_a_pipeline_that_a_job_starts_is_a_part_of_it() -> None:
    pipeline = gitlab(
        {
            ".gitlab-ci.yml": """
                stages: [test, ship]
                unit: {stage: test, script: [pytest]}
                ship:
                  stage: ship
                  when: manual
                  trigger: {include: ci/ship.yml}
            """,
            "ci/ship.yml": f"{dedent(SHIP)}{dedent(PROD)}",
        }
    )
    assert ["unit", "ship", "ship / production"] == [job.name for job in pipeline.jobs]
    assert {"unit", "ship"} == pipeline.before("ship / production")
    assert [GateKind.MANUAL_START] == [gate.kind for gate in pipeline.jobs[-1].gates]
    assert [("prod", "orders-prod", None)] == deploys(pipeline)


def test_pipelines_that_start_each_other_end() -> None:
    text = "again: {trigger: {include: .gitlab-ci.yml}}\n"
    assert () == read_one({".gitlab-ci.yml": text}).deploy_steps
