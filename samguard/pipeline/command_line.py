"""A command's words as what is run, and the options that it is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from samguard.pattern import pattern
from samguard.pipeline.shell import Word
from samguard.value import value

_PREFIXES: Final = frozenset("sudo exec time command nohup npx bunx env xvfb-run winpty eval".split())
_RUNNERS: Final = frozenset("poetry pipenv uv pdm hatch bundle pnpm yarn rye mise".split())
_ENCLOSING: Final = frozenset("aws-vault doppler chamber dotenv infisical op granted assume dotenvx saml2aws".split())
_SEARCHED: Final = frozenset("docker docker-compose podman retry xargs script unbuffer".split())
_FLAGS: Final = frozenset(
    "--no-cli-pager --debug --no-verify-ssl --no-paginate --no-sign-request --no-cli-auto-prompt".split()
)
_ASSIGNMENT: Final = pattern(r"[A-Za-z_][A-Za-z0-9_]*=")


@value
class CommandLine:
    """`names` is what is run (`("aws", "cloudformation", "deploy")`); `options` by their long names with `_`."""

    names: tuple[str, ...]
    options: dict[str, tuple[Word, ...]]
    switches: dict[str, Word]
    """The word that says each option."""
    positional: tuple[Word, ...] = ()

    def text(self, *names: str) -> str | None:
        """The value of the first of these options that is given; None where it is unknown, too."""
        word = self.word(*names)
        return None if word is None else word.text

    def word(self, *names: str) -> Word | None:
        """The word that follows the first of these options that is given."""
        for name in names:
            found = self.options.get(name)
            if found:
                return found[0]
        return None

    def has(self, *names: str) -> bool:
        """Whether one of these options is given."""
        return any(name in self.options for name in names)


_SHORT: Final = {
    "-t": "template",
    "-b": "build_dir",
    "-g": "guided",
    "-f": "force_upload",
    "-s": "stage",
    "-a": "approval",
    "-c": "context",
    "-u": "use_container",
    "-y": "yes",
}


def command_line(words: Sequence[Word]) -> CommandLine | None:
    """What a command runs; None where that is unknown."""
    words = unwrapped(words)
    if not words or words[0].text is None:
        return None
    name = words[0].text.replace("\\", "/").rpartition("/")[2].removesuffix(".exe").removesuffix(".cmd")
    names = [name]
    rest = list(words[1:])
    wanted = 2 if name == "aws" else 1
    skipped: list[Word] = []
    while rest and len(names) <= wanted:
        word = rest[0]
        if word.pieces.startswith("-") and name in ("aws", "sam", "terraform", "terragrunt", "cdk", "rain"):
            taken = 1 if "=" in word.pieces or word.pieces in _FLAGS or name == "terraform" else 2
            skipped += rest[:taken]
            rest = rest[taken:]
        elif word.pieces.startswith("-") or word.text is None:
            break
        else:
            names.append(word.text)
            rest = rest[1:]
    options: dict[str, tuple[Word, ...]] = {}
    switches: dict[str, Word] = {}
    positional: list[Word] = []
    current: str | None = None
    for word in (*skipped, *rest):
        pieces = word.pieces
        if pieces.startswith("--") and len(pieces) > 2:  # noqa: PLR2004
            head, equals, tail = pieces[2:].partition("=")
            current = head.replace("-", "_")
            options[current] = (Word(tail, word.written, word.place, word.names),) if equals else ()
            switches[current] = word
        elif pieces.startswith("-") and len(pieces) == 2 and pieces[1].isalpha():  # noqa: PLR2004
            current = _SHORT.get(pieces, pieces[1:])
            options.setdefault(current, ())
            switches[current] = word
        elif current is None:
            positional.append(word)
        else:
            options[current] = (*options[current], word) if len(options[current]) < _MOST_VALUES else options[current]
    return CommandLine(tuple(names), options, switches, tuple(positional))


_MOST_VALUES: Final = 300

_VALUED_BY_TIMEOUT: Final = ("-k", "--kill-after", "-s", "--signal")


def unwrapped(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words without the commands that only run another one."""
    found = tuple(words)
    for _ in range(10):
        name = found[0].pieces if found else ""
        second = found[1].pieces if len(found) > 1 else ""
        if name in _PREFIXES:
            found = _without(found[1:], assignments=True)
        elif name == "timeout":
            takes_value = len(found) > 2 and second in _VALUED_BY_TIMEOUT  # noqa: PLR2004
            found = (found[0], *found[3:]) if takes_value else _without(found[1:])[1:]
        elif name in _RUNNERS and second in ("run", "exec", "dlx", "x"):
            if name in ("pnpm", "yarn") and second == "run":
                return found
            found = _without(found[2:])
        elif name in ("python", "python3", "py") and second == "-m":
            found = found[2:]
        elif name in _ENCLOSING and any(word.pieces == "--" for word in found):
            at = next(index for index, word in enumerate(found) if word.pieces == "--")
            found = found[at + 1 :]
        elif name in _SEARCHED:
            at = next((index for index, word in enumerate(found) if index and word.pieces in ("sam", "aws")), 0)
            if not at:
                return found
            found = found[at:]
        else:
            return found
    return found


def _without(words: tuple[Word, ...], *, assignments: bool = False) -> tuple[Word, ...]:
    at = 0
    while at < len(words):
        pieces = words[at].pieces
        if not (pieces.startswith("-") or (assignments and _ASSIGNMENT.match(pieces))):
            break
        at += 1
    return words[at:]
