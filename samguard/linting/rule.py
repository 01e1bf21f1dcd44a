"""A rule: its identity, its level, its examples; and the finding that its check yields."""

from __future__ import annotations

from samguard.evaluation import Reason
from samguard.linting.identity import Level, Rule
from samguard.source import Document, Edit, Span
from samguard.value import field, value

__all__ = ["Edit", "Example", "Finding", "Fix", "Level", "Rule"]


@value
class Fix:
    """A change that mends a finding. A safe one never changes what works."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool
    document: Document | None = field(default=None, repr=False)
    """The document that is edited, where it is not the one with the finding."""


@value
class Finding:
    """What a check yields: a place in a document, and what it means there.

    `{where}` in the message is replaced by the environments that the finding holds in ("in prod", "in prod and
    live"). `because` is the trail of what decided it. `level` overrides the rule's, `document` the document that
    the checked model was read from.
    """

    span: Span
    message: str
    because: tuple[Reason, ...] = ()
    resource: str | None = None
    level: Level | None = None
    fixes: tuple[Fix, ...] = ()
    document: Document | None = field(default=None, repr=False)
    is_secret: bool = False
    """What stands at the place must not be repeated by any output."""
    is_about_all: bool = False
    """The defect is one of several resources together, shown at the first of them: it stays the same one when another
    resource comes first."""


@value
class Example:
    """A small whole project that a rule is shown on: the template and the files beside it.

    In the text of any file, a comment `# SG301 in prod, live` marks the line of an expected finding and the
    environments it names; `# SG301` alone marks one whatever its environments are.
    """

    template: str
    samconfig: str = ""
    files: tuple[tuple[str, str], ...] = ()
    template_path: str = "template.yaml"
    fixed: str = ""
    """The template after the rule's fix, where it has one."""
