"""A samconfig that SAM CLI never reads, since another one stands beside it.

What goes wrong: of samconfig.toml, samconfig.yaml and samconfig.yml in one folder, SAM CLI reads the first and says
nothing of the others. Values that are changed in the hidden one reach no environment.
Silent when: there is one; they stand in different folders; a pipeline names the hidden one.
Fix: keep one of the files and move the values of the other into it.
Source: samcli/lib/config/samconfig.py; AWS SAM developer guide, "AWS SAM CLI configuration file".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.project import Project
from samguard.rules.environments.orders_example import PLAIN
from samguard.source import Document, Mapping, Span

RULE = Rule("SG612", "two-config-files", Level.WARNING, since="0.1.0")

_TOML = """
version = 0.1%s
[prod.deploy.parameters]
parameter_overrides = "Stage=prod"
"""
_YAML = """
version: 0.1
prod:
  deploy:
    parameters:
      parameter_overrides: Stage=prod Owner=shop
"""

BAD = (
    Example(template=PLAIN, samconfig=_TOML % "  # SG612", files=(("samconfig.yaml", _YAML),)),
    Example(
        template=PLAIN,
        samconfig="# How orders are deployed\n" + _TOML.lstrip() % "  # SG612",
        files=(("samconfig.yaml", _YAML),),
    ),
)

GOOD = (
    Example(template=PLAIN, files=(("samconfig.yaml", _YAML),)),
    Example(
        template=PLAIN, samconfig=_TOML % "", files=(("jobs/samconfig.yaml", _YAML), ("jobs/template.yaml", PLAIN))
    ),
    Example(
        template=PLAIN,
        samconfig=_TOML % "",
        files=(
            ("samconfig.yaml", _YAML),
            (
                "buildspec.yml",
                "version: 0.2\nphases:\n  build:\n    commands: [pytest, sam deploy --config-file samconfig.yaml --config-env prod]\n",
            ),
        ),
    ),
)


def check(project: Project) -> Iterator[Finding]:
    """One finding for each file that is hidden, at the beginning of the one that is read."""
    for read, hidden in project.hidden_samconfigs:
        document = next((file.document for file in project.samconfigs if file.document.path == read), None)
        name = hidden.rpartition("/")[2]
        is_named = any(name in pipeline.document.text for pipeline in project.pipelines)
        if document is not None and not is_named:
            yield Finding(
                _beginning(document),
                f"SAM CLI reads this file and never {name} beside it: what that says reaches no environment. Keep one of them",
                document=document,
            )


def _beginning(document: Document) -> Span:
    """The first thing that a file says, behind its comments."""
    root = document.root
    if isinstance(root, Mapping) and root.entries:
        return min(entry.span for entry in root.entries)
    return Span(0, len(document.line(1)))
