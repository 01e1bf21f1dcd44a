"""A file that describes a pipeline cannot be read.

What goes wrong: the CI system stops at the file, or reads it in another way than it was meant. No rule about pipelines
and environments can judge what it would have deployed.
Silent when: the file can be read, or nothing in it is wrong that stops a pipeline. A file with the placeholders of a
generator (cookiecutter, Jinja) is only a note: what is made of it may well be right.
Fix: correct what stands at the place, or leave the file out with `exclude` if it is no pipeline.
Source: GitHub Docs, "Workflow syntax for GitHub Actions"; AWS CodeBuild user guide, "Build specification reference".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.pipeline import Pipeline
from samguard.source import Document, Format

RULE = Rule("SG700", "pipeline-unreadable", Level.ERROR, since="0.1.0")

_PLACEHOLDER: Final = pattern(r"\{%|\{\{-?\s*cookiecutter\b|\{#|(?<!\$)\{\{")
"""What a generator replaces; `${{` is GitHub's own."""

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Queue: {Type: 'AWS::SQS::Queue'}
"""

BAD = (
    Example(
        template=_TEMPLATE,
        files=(
            (
                ".github/workflows/deploy.yml",
                """
on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps: [
      - run: sam build  # SG700
""",
            ),
        ),
    ),
    Example(
        template=_TEMPLATE,
        files=(
            (
                ".github/workflows/deploy.yml",
                """
on: push
jobs: [deploy]  # SG700
""",
            ),
        ),
    ),
    Example(  # the pipeline of a project generator: not yet YAML, so only a note
        template=_TEMPLATE,
        files=(
            (
                "generated/.github/workflows/notes.yml",
                """
on: push
{% if cookiecutter.tests %}  # SG700
jobs: {}
{% endif %}
""",
            ),
        ),
    ),
)

GOOD = (
    Example(
        template=_TEMPLATE,
        files=(
            (
                ".github/workflows/deploy.yml",
                """
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: sam build
""",
            ),
        ),
    ),
)


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each thing that cannot be read, at its place."""
    problems = [(problem.message, problem.place.document, problem.place.span) for problem in pipeline.problems]
    # Of a program, nothing but the text was read before: what is wrong with its bytes nobody else tells.
    code = [pipeline.document] if pipeline.document.format is Format.CODE else []
    problems += [(problem.message, document, problem.span) for document in code for problem in document.problems]
    for message, document, span in problems:
        level = Level.NOTE if _is_generated(document) else None
        yield Finding(span, f"the pipeline cannot be read: {message}", level=level, document=document)


def _is_generated(document: Document) -> bool:
    """Whether a generator still has to replace parts of a file."""
    return "cookiecutter" in document.path or bool(_PLACEHOLDER.search(document.text))
