"""What a client configures: options of `samguard check`, and what the editor is to show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from samguard.errors import nearest
from samguard.source import as_text
from samguard.value import field, replace, value

SECTION: Final = "samguard"


@value
class ClientSettings:
    """Options as `samguard check` knows them; `code_lens` and `inlay_hints` say whether to give any.

    `config` is a path, relative to the workspace folder. `debounce_seconds` is how long nobody may type before a
    project is looked at anew.
    """

    environments: tuple[str, ...] = ()
    parameters: dict[str, str] = field(default_factory=dict)
    region: str | None = None
    config: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    code_lens: bool = True
    inlay_hints: bool = True
    debounce_seconds: float = 0.15


_MOST_MILLISECONDS: Final = 10_000


class _Wrong(Exception):  # noqa: N818 - it carries what was expected instead
    """A setting is of another kind."""


def _texts(given: object) -> tuple[str, ...]:
    if isinstance(given, str):
        return (given,)
    if isinstance(given, list) and all(isinstance(item, str) for item in given):
        return tuple(given)
    raise _Wrong("a list of texts")


def _text(given: object) -> str | None:
    if isinstance(given, str):
        return given or None
    raise _Wrong("a text")


def _switch(given: object) -> bool:
    if isinstance(given, bool):
        return given
    raise _Wrong("true or false")


def _values(given: object) -> dict[str, str]:
    if isinstance(given, dict) and all(isinstance(item, str | int | float) for item in given.values()):
        return {str(name): as_text(item) for name, item in given.items()}
    raise _Wrong("an object of names and texts")


def _seconds(given: object) -> float:
    if isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= _MOST_MILLISECONDS:
        return given / 1000
    raise _Wrong(f"a number of milliseconds from 0 to {_MOST_MILLISECONDS}")


_SETTINGS: Final[dict[str, tuple[str, Callable[[object], object]]]] = {
    "environments": ("environments", _texts),
    "parameters": ("parameters", _values),
    "region": ("region", _text),
    "config": ("config", _text),
    "select": ("select", _texts),
    "ignore": ("ignore", _texts),
    "codeLens": ("code_lens", _switch),
    "inlayHints": ("inlay_hints", _switch),
    "debounce": ("debounce_seconds", _seconds),
}
"""What clients call the settings, with the fields they are for and what reads them."""


def read_client_settings(said: object, otherwise: ClientSettings) -> tuple[ClientSettings, tuple[str, ...]]:
    """The settings that a client sent, and a sentence for each that is not right. What it does not say is `otherwise`.

    They may stand below `samguard`, as editors keep them, or bare.
    """
    own = said.get(SECTION, said) if isinstance(said, dict) else said
    if own is None:
        return otherwise, ()
    if not isinstance(own, dict):
        return otherwise, (f"the settings of samguard must be an object, not {_kind(own)}",)
    changes: dict[str, object] = {}
    wrong: list[str] = []
    for key, given in own.items():
        field_name, read = _SETTINGS.get(str(key), ("", None))
        if read is None:
            near = nearest(str(key), tuple(_SETTINGS))
            hint = f"did you mean {near}?" if near else f"there are {', '.join(sorted(_SETTINGS))}"
            wrong.append(f"there is no setting {key!r}; {hint}")
        elif given is not None:  # null is how some clients say that nothing is said
            try:
                changes[field_name] = read(given)
            except _Wrong as expected:
                wrong.append(f"{key} must be {expected}, not {_kind(given)}")
    return replace(otherwise, **changes), tuple(wrong)


def _kind(given: object) -> str:
    names = {"dict": "an object", "list": "a list", "str": "a text", "bool": "true or false", "NoneType": "nothing"}
    return names.get(type(given).__name__, "this number")
