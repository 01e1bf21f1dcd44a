"""The configuration that `samguard init` writes: every key with what it is for, all of it commented out.

It changes nothing until somebody takes a `#` away: a line that begins with `#` and no blank is a setting.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final

from samguard.environments import Environment
from samguard.environments.environment import Production
from samguard.project import Project

FILE_NAME: Final = "samguard.toml"
_MOST_ENVIRONMENTS: Final = 40

_HEAD: Final = """\
# samguard's configuration. All of it is optional. What stands here as a comment is the default or an example:
# take the # away to set it. Paths and patterns are relative to this file.

# Rules, by identifier (SG301), name (no-alarms) or family (SG3); `samguard rule` lists them.
# select: only these. extend-select: these, too. ignore: not these.
#select = ["SG1", "SG2", "SG3"]
#extend-select = ["suppression-without-reason"]
#ignore = ["no-hooks"]

# The least level that makes the run fail: "error", "warning", "note" or "never".
#fail-on = "warning"

# A file of known findings, which do not fail. `samguard baseline` writes it.
#baseline = ".samguard-baseline.json"

# Comments that suppress a finding must say why.
#require-reason = true

# What is not looked at. A pattern without / means any file or folder of that name.
#exclude = ["examples", "vendor"]

# Words in the names of environments, stacks and stages that mean production.
#production = ["prod*", "prd*", "live*"]

# What a rollout must catch; `samguard rehearse` and SG344 hold it to that.
#objective = "catch 5 % errors at 60 requests a minute with 95 %"

# Rules of your own: packs of policies (course, strict, aws-well-architected, regulated), files of them, and installed
# packages with rules in Python. `samguard rule --policy course` shows what is in a pack.
#policies = ["course"]
#plugins = []

# Other levels than the rules' own: "error", "warning" or "note".
#[levels]
#no-hooks = "warning"

# For some files only.
#[per-path."legacy/**"]
#ignore = ["SG4"]
#levels = { no-alarms = "warning" }
"""
_KNOWN: Final = """
# Environments, as this project's files describe them. What is said here wins.
"""
_UNKNOWN: Final = """
# No file of this project describes an environment (a samconfig, a pipeline), so templates are judged as if they were
# deployed to production. Describe those there are:
#[environments.prod]
#production = true
#stack-name = "my-stack-prod"
#region = "eu-west-1"
#parameters = { Stage = "prod" }
"""


def first_configuration(project: Project) -> str:
    """The text for a project: samguard's keys, then the environments that were found."""
    found = _environments(project)
    if not found:
        return _HEAD + _UNKNOWN
    shown = list(found.items())[:_MOST_ENVIRONMENTS]
    return _HEAD + _KNOWN + "".join(_table(environment, places) for environment, places in _shown(shown))


def _environments(project: Project) -> dict[str, tuple[Environment, dict[str, None]]]:
    """Each environment by its name, with the files that describe it."""
    found: dict[str, tuple[Environment, dict[str, None]]] = {}
    for file in project.templates:
        for environment in file.environments:
            if environment.place is None:
                continue
            _, places = found.setdefault(environment.name, (environment, {}))
            places[environment.place.document.path] = None
    return found


def _shown(
    items: Iterable[tuple[str, tuple[Environment, dict[str, None]]]],
) -> Iterator[tuple[Environment, tuple[str, ...]]]:
    for _, (environment, places) in items:
        yield environment, tuple(places)


def _table(environment: Environment, places: tuple[str, ...]) -> str:
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    is_production = "true" if environment.production is Production.YES else "false"
    name = _key(environment.name)
    where = json.dumps(places[0])[1:-1]  # one line of plain letters, whatever the file is called
    return f"#[environments.{name}]  # {where}{more}\n#production = {is_production}\n"


def _key(name: str) -> str:
    """A key of TOML; in quotes where it is no plain word. TOML's escapes are JSON's."""
    is_plain = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if is_plain else json.dumps(name.encode("utf-8", "replace").decode())
