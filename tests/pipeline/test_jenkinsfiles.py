"""Jenkinsfiles: Groovy's texts and blocks, declarative sections, and what is static of scripted ones."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipeline_scene import deploys, kinds, read_one, values

from samguard.pipeline import Pipeline, StepKind
from samguard.pipeline.groovy import read_groovy
from samguard.source import Document, Format

STEPS = "steps { sh 'sam build' }"


REFUSED_STAGES = (
    (f"stage {{ {STEPS} }}", "a stage needs a name: \"stage('Deploy') { ... }\""),
    (f"stage('a') {{ {STEPS}; {STEPS} }}", "a stage has the section steps twice"),
    ("stage('a') { steps { } }", "the section steps needs a step"),
    ("stage('a') { steps { def x = 1 } }", 'expected a step here, found def: put it into "script { ... }"'),
    ("stage('a') { steps { if (x) { sh 'y' } } }", 'expected a step here, found if: put it into "script { ... }"'),
    ("stage('a') { steps { x = 1 } }", 'expected a step here, found an assignment: put it into "script { ... }"'),
    (f"stage('a') {{ when {{ }}; {STEPS} }}", "when needs a condition"),
    (f"stage('a') {{ when {{ not {{ }} }}; {STEPS} }}", "not needs a condition"),
    ("stage('a') { parallel { steps { sh 'x' } } }", "the section parallel has no section steps"),
    ("stage('a') { stages { sh 'x' } }", "expected a stage here, found sh"),
    (f"stage('a') {{ matrix {{ stages {{ stage('b') {{ {STEPS} }} }} }} }}", "a matrix needs the section axes"),
    (
        f"stage('a') {{ matrix {{ axes {{ axis {{ name 'X' }} }}; stages {{ stage('b') {{ {STEPS} }} }} }} }}",
        "an axis needs values",
    ),
    (
        f"stage('a') {{ {STEPS}; post {{ allways {{ echo 'x' }} }} }}",
        (
            "post has no condition allways; expected one of aborted, always, changed, cleanup, failure, fixed, "
            "notBuilt, regression, success, unstable, unsuccessful"
        ),
    ),
    (
        f"stage('a') {{ {STEPS}; post {{ always }} }}",
        'the condition always needs a block: "always { ... }"',
    ),
)
"""Stages that Jenkins refuses, each on one line, and why."""


def jenkinsfile(text: str, **files: str) -> Pipeline:
    return read_one({"Jenkinsfile": text, **{f"{name}.groovy": file for name, file in files.items()}})


def problem_of(text: str) -> tuple[int, str]:
    """The line of the first problem, and what it says."""
    problem = jenkinsfile(text).problems[0]
    return problem.place.location.start.line, problem.message


def test_an_empty_text_does_not_end_the_reading() -> None:
    pipeline = jenkinsfile(
        f"pipeline {{\n  agent any\n  environment {{ A = '' }}\n  stages {{ stage('b') {{ {STEPS} }} }}\n}}"
    )
    assert [StepKind.BUILD] == kinds(pipeline, "b")
    assert () == pipeline.problems


@pytest.mark.parametrize(
    "noise",
    [
        "if (name ==~ /it's {/) { echo 'x' }",
        '''echo "it's ${a.collect { "b" }.join(",")}"''',
        "/* it's { */",
        "echo 'a { b' // it's {",
        "try { echo 'x' } catch (Exception e) { throw e } finally { echo 'y' }",
        "def tags = [a: 1, b: [c: 'd']]",
        "def x = a ?: 'b'",
        "echo '''it's {'''",
        'echo """say "{" """',
    ],
)
def test_what_looks_like_braces_and_quotes_is_none(noise: str) -> None:
    pipeline = jenkinsfile(f"node {{\n  {noise}\n  stage('Build') {{\n    sh 'sam build'\n  }}\n}}\n")
    assert [StepKind.BUILD] == kinds(pipeline, "Build")
    assert () == pipeline.problems


def test_a_function_is_read_where_it_is_called() -> None:
    pipeline = jenkinsfile(
        """
        def ship(String stage, bucket) {
            sh "sam deploy --stack-name orders-${stage} --s3-bucket ${bucket} --parameter-overrides Stage=${stage}"
        }
        node {
            stage('Staging') { ship('staging', 'artifacts') }
            stage('Production') { ship 'prod', env.BUCKET }
        }
        """
    )
    assert [("staging", "orders-staging", None), ("prod", "orders-prod", None)] == deploys(pipeline)
    assert ["Staging", "Production"] == [job.name for job in pipeline.jobs if job.deploy_steps]
    (step,) = pipeline.jobs[-1].deploy_steps
    assert [6] == [place.location.start.line for place in step.via]


def test_a_function_of_a_loaded_file_is_read_where_it_is_called() -> None:
    pipeline = jenkinsfile(
        "def ci\nnode {\n  ci = load 'ship.groovy'\n  stage('P') {\n    ci.ship('prod')\n  }\n}\n",
        ship='def ship(stage) {\n  sh "sam deploy --parameter-overrides Stage=${stage}"\n}\nreturn this\n',
    )
    (step,) = pipeline.deploy_steps
    assert {"Stage": "prod"} == values(step)
    assert "ship.groovy" == step.place.document.path


def test_functions_that_call_each_other_end() -> None:
    pipeline = jenkinsfile("def a() { b() }\ndef b() { a()\n a() }\nnode { stage('x') { a() } }\n")
    assert () == pipeline.deploy_steps


def test_each_of_a_written_list_is_known() -> None:
    pipeline = jenkinsfile(
        "node {\n  ['dev', 'prod'].each { name ->\n    sh \"sam deploy --stack-name orders-${name}\"\n  }\n}\n"
    )
    assert ["orders-dev", "orders-prod"] == [stack for _, stack, _ in deploys(pipeline)]


def test_a_matrix_has_a_stage_for_each_of_its_values() -> None:
    pipeline = jenkinsfile(
        """
        pipeline {
            agent any
            stages {
                stage('All') {
                    matrix {
                        axes { axis { name 'STAGE'; values 'staging', 'prod' } }
                        stages { stage('Deploy') { steps { sh 'sam deploy --stack-name orders-$STAGE' } } }
                    }
                }
            }
        }
        """
    )
    assert ["orders-staging", "orders-prod"] == [stack for _, stack, _ in deploys(pipeline)]
    first, second = (job for job in pipeline.jobs if job.deploy_steps)
    assert [{"STAGE": "staging"}, {"STAGE": "prod"}] == [first.matrix, second.matrix]
    assert first.name not in pipeline.before(second.name)


@pytest.mark.parametrize("before", ["", "outputs = ", "def outputs = ", "return "])
def test_what_a_plugin_deploys_is_read_whatever_is_done_with_its_outputs(before: str) -> None:
    pipeline = jenkinsfile(f"node {{\n  {before}cfnUpdate(stack: 'orders-prod', file: 'template.yaml')\n}}\n")
    assert [("prod", "orders-prod", "template.yaml")] == deploys(pipeline)


@pytest.mark.parametrize(
    ("after", "is_ignored"),
    [
        ("catch (e) { echo 'failed' }", True),
        ("catch (e) { echo 'failed'\n throw e }", False),
        ("catch (e) { currentBuild.result = 'FAILURE' }", False),
        ("catch (e) { error 'failed' }", False),
        ("finally { echo 'over' }", False),
    ],
)
def test_a_failure_that_is_caught_is_ignored_unless_it_is_told(after: str, is_ignored: bool) -> None:
    pipeline = jenkinsfile(f"node {{\n  try {{\n    sh 'sam deploy'\n  }} {after}\n}}\n")
    (step,) = pipeline.deploy_steps
    assert is_ignored == step.failure_is_ignored


def test_a_stage_for_pull_requests_says_so() -> None:
    pipeline = jenkinsfile(
        f"pipeline {{\n agent any\n stages {{ stage('P') {{ when {{ changeRequest() }}\n {STEPS} }} }}\n}}"
    )
    assert [("pull_request",)] == [job.events for job in pipeline.jobs]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("node {\n  sh 'sam build\n}\n", 2, "this text is never closed"),
        ('node {\n  sh "sam build\n}\n', 2, "this text is never closed"),
        ("node {\n  sh '''sam build\n}\n", 2, "this text is never closed"),
        ("node {\n  /* sam build\n}\n", 2, "this comment is never closed"),
        (f"pipeline {{\n  stages {{ stage('b') {{ {STEPS} }} }}\n}}", 1, "a pipeline needs the section agent"),
        ("pipeline {\n  agent any\n}\n", 1, "a pipeline needs the section stages"),
        (
            "pipeline {\n  agent any\n  stages {\n    stage('b') { when { branch 'main' } }\n  }\n}\n",
            4,
            "a stage needs exactly one of steps, stages, parallel, matrix",
        ),
        (
            "pipeline {\n  agent any\n  stages {\n    stage('b') {\n      steps\n        sh 'x'\n    }\n  }\n}\n",
            5,
            'the section steps needs a block: "steps { ... }"',
        ),
        (
            f"pipeline {{\n  agent any\n  stages {{\n    stage('a') {{ {STEPS}\n    stage('b') {{ {STEPS} }}\n  }}\n}}\n",
            5,
            "a stage has no section stage: is a brace before it not closed?",
        ),
        ("node {\n  sh(script: 'x'\n}\n", 2, 'this "(" is never closed'),
        ("node {\n  x = ['a', 'b'\n}\n", 2, 'this "[" is never closed'),
        ("node {\n  sh('x'))\n}\n", 2, 'this ")" closes nothing'),
        ("node {\n  f([1, 2)\n}\n", 2, 'this "[" is never closed'),
        ("node {\n  x = $/a\n}\n", 2, "this text is never closed"),
        *(
            (f"pipeline {{\n  agent any\n  stages {{\n{text}\n  }}\n}}\n", 4, message)
            for text, message in REFUSED_STAGES
        ),
        (f"pipeline {{\n  agent\n  stages {{ stage('b') {{ {STEPS} }} }}\n}}", 2, "the section agent needs a value"),
        (
            f"pipeline {{\n  agent {{ }}\n  stages {{ stage('b') {{ {STEPS} }} }}\n}}",
            2,
            "an agent needs its kind: \"agent { label 'linux' }\"",
        ),
        (
            f"pipeline {{\n  agent any\n  environment {{\n    export A='b'\n  }}\n  stages {{ stage('b') {{ {STEPS} }} }}\n}}",
            4,
            "expected NAME = 'value' in environment, found export",
        ),
        ("pipeline {\n  agent any\n  stages {\n  }\n}\n", 3, "the section stages needs a stage"),
    ],
)
def test_what_jenkins_refuses_is_told_where_it_is(text: str, line: int, message: str) -> None:
    assert (line, message) == problem_of(text)


def test_a_section_that_is_not_known_is_told_with_those_that_are() -> None:
    line, message = problem_of(
        f"pipeline {{\n  agent any\n  stage {{}}\n  stages {{ stage('b') {{ {STEPS} }} }}\n  step {{}}\n}}"
    )
    assert 3 == line
    assert message.startswith("a pipeline has no section stage")


@settings(deadline=None)
@given(st.text(st.sampled_from("{}()[]'\"/*$\\\n ab,;:->=.#")))
def test_no_text_raises_and_every_problem_stands_inside_of_it(text: str) -> None:
    _, problems = read_groovy(Document("Jenkinsfile", text, Format.CODE, None))
    for problem in problems:
        assert 0 <= problem.place.span.start <= problem.place.span.end <= max(len(text), 0)
