"""What to add to a project so that samguard runs there: for pre-commit, and for each CI system that is present."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

from samguard import __version__
from samguard.pattern import pattern
from samguard.value import value

_PLAIN: Final = pattern(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")
"""Names of folders that mean the same in every shell and in YAML."""
_INSTALL: Final = f'pip install "samguard=={__version__}"'

_PRE_COMMIT: Final = f"""\
repos:
  - repo: local
    hooks:
      - id: samguard
        name: samguard
        entry: samguard check%(path)s
        language: python
        additional_dependencies: ["samguard=={__version__}"]
        # A commit that touches only samconfig.toml can break production: files say when to run, never what to read.
        pass_filenames: false
        files: (\\.(ya?ml|json|template|toml|tf)|(^|/)Jenkinsfile[^/]*)$
"""
_GITHUB: Final = f"""\
name: samguard
on:
  pull_request:
  push:
    branches: [main, master]
permissions: {{}}
jobs:
  samguard:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      security-events: write # to show the findings under Security and in pull requests
    steps:
      - uses: actions/checkout@v6
        with:
          persist-credentials: false
      - uses: actions/setup-python@v6
        with:
          python-version: "3.12"
      - run: {_INSTALL}
      - run: samguard check%(path)s --format sarif --output samguard.sarif
      - uses: github/codeql-action/upload-sarif@v4
        if: ${{{{ !cancelled() && hashFiles('samguard.sarif') != '' }}}}
        with:
          sarif_file: samguard.sarif
"""
_GITLAB: Final = f"""\
samguard:
  stage: test
  image: python:3.12-slim
  script:
    - {_INSTALL.replace('"', "")}
    - samguard check%(path)s
"""
_GITLAB_QUALITY: Final = f"""\
samguard:
  stage: test
  image: python:3.12-slim
  script:
    - {_INSTALL.replace('"', "")}
    - samguard check%(path)s --format gitlab --output gl-code-quality-report.json
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json
"""
_BITBUCKET: Final = f"""\
pipelines:
  pull-requests:
    "**":
      - step:
          name: samguard
          image: python:3.12-slim
          script:
            - {_INSTALL.replace('"', "")}
            - samguard check%(path)s
"""
_JENKINS: Final = f"""\
stage('samguard') {{
  agent {{ docker {{ image 'python:3.12-slim' }} }}
  steps {{
    sh 'python -m venv .venv && .venv/bin/{_INSTALL.replace('"', "")}'
    sh '.venv/bin/samguard check%(path)s'
  }}
}}
"""
_JENKINS_JUNIT: Final = f"""\
stage('samguard') {{
  agent {{ docker {{ image 'python:3.12-slim' }} }}
  steps {{
    sh 'python -m venv .venv && .venv/bin/{_INSTALL.replace('"', "")}'
    sh '.venv/bin/samguard check%(path)s --format junit --output samguard.xml'
  }}
  post {{
    always {{ junit testResults: 'samguard.xml', allowEmptyResults: true }}
  }}
}}
"""
_CODEBUILD: Final = f"""\
version: 0.2
phases:
  install:
    runtime-versions:
      python: 3.12
    commands:
      - {_INSTALL.replace('"', "")}
  build:
    commands:
      - samguard check%(path)s
"""


@value
class Snippet:
    """A text to add, and to which file (relative to the repository's top, with `/`).

    `is_whole` is true for a file of its own, which may be written; other texts go into a file that is there. `hint`
    says what else is to be done.
    """

    title: str
    path: str
    text: str
    is_whole: bool = False
    hint: str = ""


def snippets(top: Path, folder: Path, systems: Iterable[str], formats: Collection[str]) -> Iterator[Snippet]:
    """The snippets for a repository: pre-commit's, then one for each CI system that is there.

    `folder` is what is checked, `systems` are names of those that a project's pipelines run on (as
    `PipelineSystem` has them), `formats` those that `check` can write.
    """
    path = _argument(top, folder)
    hooks = ".pre-commit-config.yaml"
    has_hooks = os.path.lexists(top / hooks)
    yield Snippet(
        "pre-commit",
        hooks,
        _PRE_COMMIT % {"path": path},
        is_whole=not has_hooks,
        hint="add the hook to the repositories that are there" if has_hooks else "then: pre-commit install",
    )
    present = set(systems) | set(_present(top))
    if "GitHub Actions" in present:
        text = _GITHUB % {"path": path}
        yield Snippet("GitHub Actions", ".github/workflows/samguard.yml", text, is_whole=True)
    if "GitLab CI" in present:
        text = (_GITLAB_QUALITY if "gitlab" in formats else _GITLAB) % {"path": path}
        yield Snippet("GitLab CI", ".gitlab-ci.yml", text, hint="add the job")
    if "Bitbucket Pipelines" in present:
        yield Snippet(
            "Bitbucket Pipelines", "bitbucket-pipelines.yml", _BITBUCKET % {"path": path}, hint="add the step"
        )
    if "Jenkins" in present:
        text = (_JENKINS_JUNIT if "junit" in formats else _JENKINS) % {"path": path}
        yield Snippet("Jenkins", "Jenkinsfile", text, hint="add the stage before the first one that deploys")
    if present & {"CodePipeline", "CodeBuild"}:
        text = _CODEBUILD % {"path": path}
        hint = "give it to a CodeBuild project, and the pipeline an action with it before the first deployment"
        yield Snippet("CodeBuild", "buildspec-samguard.yml", text, is_whole=True, hint=hint)


def _argument(top: Path, folder: Path) -> str:
    """The folder as an argument, with a space before it; nothing for the top and for a name that no shell takes so."""
    relative = Path(os.path.relpath(folder, top)).as_posix()
    return f" {relative}" if relative != "." and _PLAIN.fullmatch(relative) else ""


def _present(top: Path) -> Iterator[str]:
    """The CI systems whose files stand at the top of a repository."""
    try:
        names = sorted(path.name for path in top.iterdir())
    except OSError:
        return
    for name in names:
        if name == ".github":
            yield "GitHub Actions"
        elif name in (".gitlab-ci.yml", ".gitlab-ci.yaml"):
            yield "GitLab CI"
        elif name.startswith("bitbucket-pipelines."):
            yield "Bitbucket Pipelines"
        elif name.startswith("Jenkinsfile"):
            yield "Jenkins"
        elif name.startswith("buildspec") and name.endswith((".yml", ".yaml")):
            yield "CodeBuild"
