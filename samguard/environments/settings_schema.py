"""What samguard's own configuration may hold, as JSON Schema (draft 2020-12).

A `description` says what belongs there, in the words of an error: "'select' must be ...".
"""

from __future__ import annotations

from typing import Any, Final

_TEXT: Final = {"type": "string", "description": "a text"}


def _texts(description: str) -> dict[str, Any]:
    return {"type": "array", "items": _TEXT, "description": description}


_RULES: Final = _texts("a list of rule identifiers, names or prefixes")

_LEVELS: Final[dict[str, Any]] = {
    "type": "object",
    "description": "a table of rules, each with a level",
    "additionalProperties": {"enum": ["error", "warning", "note"], "description": "a level"},
}

_PATH: Final[dict[str, Any]] = {
    "type": "object",
    "description": "a table with 'ignore' and 'levels'",
    "additionalProperties": False,
    "properties": {"ignore": _RULES, "levels": _LEVELS},
}

_ENVIRONMENT: Final[dict[str, Any]] = {
    "type": "object",
    "description": "a table",
    "additionalProperties": False,
    "properties": {
        "production": {"type": "boolean", "description": "true or false"},
        "template": {"type": "string", "minLength": 1, "description": "the path of a template"},
        "stack-name": _TEXT,
        "region": _TEXT,
        "account": {"type": "string", "description": "the account's number or alias, a text"},
        "parameters": {
            "type": "object",
            "description": "a table of parameters and their values",
            "additionalProperties": {
                "type": ["string", "number", "boolean"],
                "description": "a text, a number, true or false",
            },
        },
    },
}

SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "samguard",
    "type": "object",
    "description": "a table",
    "additionalProperties": False,
    "properties": {
        "select": _RULES,
        "extend-select": _RULES,
        "ignore": _RULES,
        "levels": _LEVELS,
        "require-reason": {"type": "boolean", "description": "true or false"},
        "baseline": {"type": "string", "minLength": 1, "description": "the path of a baseline"},
        "fail-on": {"enum": ["error", "warning", "note", "never"], "description": "a level"},
        "exclude": _texts("a list of patterns of paths"),
        "plugins": _texts("a list of installed packages' rules, by the names of their entry points"),
        "policies": _texts("a list of packs, packages and files of policies"),
        "production": {
            "type": "array",
            "items": {"type": "string", "minLength": 1, "description": "a pattern such as prod*"},
            "description": "a list of patterns of names",
        },
        "objective": {"type": "string", "minLength": 1, "description": "an objective of rehearsals, a text"},
        "per-file-ignores": {
            "type": "object",
            "description": "a table of patterns of paths, each with a list of rules",
            "additionalProperties": _RULES,
        },
        "per-path": {
            "type": "object",
            "description": "a table of patterns of paths, each with a table",
            "additionalProperties": _PATH,
        },
        "environments": {
            "type": "object",
            "description": "a table of tables",
            "additionalProperties": _ENVIRONMENT,
        },
    },
}
