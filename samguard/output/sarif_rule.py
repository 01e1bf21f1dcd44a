"""A rule in SARIF's table of rules: what GitHub shows beside an alert."""

from __future__ import annotations

from typing import Final

from samguard.linting.explanation import Explanation
from samguard.linting.identity import Level, Rule
from samguard.linting.outside import CFN_LINT
from samguard.pattern import pattern

_MAX_DESCRIPTION: Final = 1024
"""Characters that GitHub takes of a description."""
_ADDRESS: Final = pattern(r"https?://[^\s<>\"`]*[^\s<>\"`.,;:!?)\]]")

_SEVERITIES: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "recommendation"}
"""The levels as GitHub's `problem.severity`."""

_FAMILIES: Final = {
    "SG0": "reading",
    "SG1": "alias",
    "SG2": "strategy",
    "SG3": "alarms",
    "SG4": "hooks",
    "SG5": "bypass",
    "SG6": "environments",
    "SG7": "pipelines",
    "SG8": "permissions",
    "SG9": "house-keeping",
}


def rule_descriptor(rule: Rule, explanation: Explanation | None, home: str | None) -> dict[str, object]:
    """The rule as a SARIF `reportingDescriptor`. Without an explanation its name has to say it all.

    Its page is the first one that it has its facts from, else samguard's (`home`). The name stays as it is written in
    configurations and suppressions, so that a reader can copy it from an alert. Only rules about who may change production
    have a `security-severity`: of any other, it would turn a finding into a vulnerability. A rule of another
    linter (cfn-lint) goes by that one's name, a policy by that word.
    """
    is_own = rule.id.startswith("SG")
    summary = f"{rule.name.replace('-', ' ').capitalize()}."
    explained = explanation or Explanation(summary, what_goes_wrong="", silent_when="", fix="", source="")
    descriptor: dict[str, object] = {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": _at_most(explained.summary)},
        "fullDescription": {"text": _at_most(f"{explained.summary} {explained.what_goes_wrong}".strip())},
        "help": {
            "text": _help(rule, explained.markdown.replace("**", ""), is_own=is_own),
            "markdown": _help(rule, explained.markdown, is_own=is_own),
        },
    }
    address = _ADDRESS.search(explained.source)
    if address is not None or home is not None:
        descriptor["helpUri"] = home if address is None else address[0]
    configuration: dict[str, object] = {"level": rule.level.value}
    if not rule.on_by_default:
        configuration["enabled"] = False
    tags = [CFN_LINT if rule.name == CFN_LINT else "policy"]
    properties: dict[str, object] = {"tags": tags}
    if is_own:
        tags[:] = [tag for tag in ("aws-sam", "deployment-safety", _FAMILIES.get(rule.id[:3])) if tag]
        properties["precision"] = "high"  # what is not known is never reported
    properties["problem.severity"] = _SEVERITIES[rule.level]
    if rule.security_severity is not None:
        tags.append("security")  # else GitHub takes no notice of the number
        properties["security-severity"] = f"{rule.security_severity:.1f}"
    return descriptor | {"defaultConfiguration": configuration, "properties": properties}


def _help(rule: Rule, text: str, *, is_own: bool) -> str:
    return f"{text}\n\nA bad and a good template are shown by `samguard rule {rule.id}`." if is_own else text


def _at_most(text: str) -> str:
    """`text`, cut between two words where GitHub would refuse it."""
    if len(text) <= _MAX_DESCRIPTION:
        return text
    return f"{text[: _MAX_DESCRIPTION - 3].rpartition(' ')[0]}..."
