"""One file that `samguard check` wrote, as JSON or SARIF, reduced to its numbers.

The files come from many repositories and machines: whatever stands in them is data, each part is looked at before it is
believed, and nothing of a file but numbers, identifiers of rules and the repository's address is kept.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from samguard.pattern import pattern
from samguard.value import field, value

MAX_BYTES: Final = 64 * 1024 * 1024
"""Bytes of a file: six times what GitHub takes of SARIF after compression is never reached by one repository."""
_MOST_RULES: Final = 2_000
"""Different rules in one file; all that samguard has are 209."""
_LONGEST: Final = 300
"""Characters of a name or an address."""
_LEVELS: Final = frozenset({"error", "warning", "note"})
_RULE: Final = pattern(r"[A-Za-z][A-Za-z0-9._-]{0,39}")
_MOST: Final = 10**9

_Json: TypeAlias = Any


class Unusable(Exception):  # noqa: N818 - of a file, not of samguard
    """Why a file is not a report that can be read."""


@value
class ReadReport:
    """The numbers of one report.

    `production` is rollouts, rollouts at risk and rollouts of which it is not known, or None where the samguard that
    wrote the report did not count them. `rules` counts findings by rule and level. `address` is the repository's.
    `left_out` names other tools whose runs stand in the same file.
    """

    production: tuple[int, int, int] | None
    rules: dict[tuple[str, str], int] = field(default_factory=dict)
    address: str | None = None
    day: date | None = None
    is_complete: bool = True
    """Whether samguard could do all of its job."""
    left_out: tuple[str, ...] = ()

    def count(self, level: str) -> int:
        """How many findings have a level."""
        return sum(number for (_, other), number in self.rules.items() if other == level)


def read_report(content: bytes) -> ReadReport:
    """The numbers of a report. Raises Unusable, which says why it is none."""
    if len(content) > MAX_BYTES:
        raise Unusable(f"it has more than {MAX_BYTES // 1024 // 1024} MB")
    if not content.strip():
        raise Unusable("it is empty")
    try:
        found: _Json = json.loads(content)
    except RecursionError:
        raise Unusable("it is nested too deeply") from None
    except ValueError as error:  # not UTF-8 is one as well
        line = getattr(error, "lineno", None)
        where = f" (line {line})" if line else ""
        raise Unusable(f"it is no JSON{where}; it may have been cut off") from None
    if isinstance(found, dict) and isinstance(found.get("runs"), list):
        return _sarif(found["runs"])
    if isinstance(found, dict) and _name(found.get("tool")) == "samguard" and isinstance(found.get("findings"), list):
        return _own(found)
    raise Unusable("it is neither the JSON nor the SARIF of `samguard check`")


def _own(found: dict[str, _Json]) -> ReadReport:
    rules: Counter[tuple[str, str]] = Counter()
    for finding in found["findings"]:
        if isinstance(finding, dict) and not finding.get("suppressed"):
            _add(rules, finding.get("rule"), finding.get("level"))
    return ReadReport(_production(found), dict(rules))


def _sarif(runs: list[_Json]) -> ReadReport:
    named = [(_name(run.get("tool", {}).get("driver")), run) for run in runs if _is_run(run)]
    own = [run for name, run in named if name == "samguard"]
    others = tuple(dict.fromkeys(name[:_LONGEST] for name, _ in named if name != "samguard"))
    if not own:
        raise Unusable(f"it is the SARIF of {', '.join(others[:3])}" if others else "no run of samguard is in it")
    rules: Counter[tuple[str, str]] = Counter()
    for result in (result for run in own for result in _listed(run, "results")):
        if isinstance(result, dict) and not result.get("suppressions") and result.get("baselineState") != "absent":
            _add(rules, result.get("ruleId"), result.get("level", "warning"))
    counted = [_production(run.get("properties")) for run in own]
    known = [production for production in counted if production is not None]
    production = (sum(one[0] for one in known), sum(one[1] for one in known), sum(one[2] for one in known))
    calls = [call for run in own for call in _listed(run, "invocations") if isinstance(call, dict)]
    return ReadReport(
        production if len(known) == len(counted) else None,
        dict(rules),
        address=next((text for run in own for text in _addresses(run)), None),
        day=max((found for call in calls if (found := _day(call)) is not None), default=None),
        is_complete=all(call.get("executionSuccessful") is not False for call in calls),
        left_out=others,
    )


def _is_run(run: _Json) -> bool:
    return isinstance(run, dict) and isinstance(run.get("tool"), dict)


def _listed(run: dict[str, _Json], key: str) -> list[_Json]:
    found = run.get(key)
    return found if isinstance(found, list) else []


def _name(tool: _Json) -> str:
    name = tool.get("name") if isinstance(tool, dict) else None
    return name if isinstance(name, str) else "an unknown tool"


def _addresses(run: dict[str, _Json]) -> list[str]:
    details = (one for one in _listed(run, "versionControlProvenance") if isinstance(one, dict))
    said = (one.get("repositoryUri") for one in details)
    return [text for text in said if isinstance(text, str) and 0 < len(text) <= _LONGEST]


def _day(call: dict[str, _Json]) -> date | None:
    said = call.get("endTimeUtc") or call.get("startTimeUtc")
    try:
        return datetime.fromisoformat(said).date() if isinstance(said, str) else None
    except ValueError:
        return None


def _add(rules: Counter[tuple[str, str]], rule: _Json, level: _Json) -> None:
    if not isinstance(rule, str) or not _RULE.fullmatch(rule) or level not in _LEVELS:
        raise Unusable("a finding in it has no rule or no level as samguard writes them")
    rules[rule, level] += 1
    if len(rules) > _MOST_RULES:
        raise Unusable(f"it has findings of more than {_MOST_RULES:,} rules")


def _production(holder: _Json) -> tuple[int, int, int] | None:
    said = holder.get("production") if isinstance(holder, dict) else None
    if not isinstance(said, dict):
        return None
    numbers = (said.get("rollouts"), said.get("at_risk"), said.get("unknown", 0))
    rollouts, at_risk, unknown = (number if isinstance(number, int) and _is_count(number) else -1 for number in numbers)
    if min(rollouts, at_risk, unknown) < 0 or at_risk > rollouts:
        raise Unusable("its numbers of rollouts to production contradict each other")
    return rollouts, at_risk, unknown


def _is_count(number: _Json) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= _MOST
