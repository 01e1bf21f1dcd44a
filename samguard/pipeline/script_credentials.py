"""What a script shows AWS: keys that it is handed, and the role that it takes by the CI system's token.

Source: AWS CLI user guide, "Environment variables" and "Assume role with web identity".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from samguard.pattern import pattern
from samguard.pipeline.model import Credential, CredentialKind
from samguard.pipeline.shell import ShellCommand, Word

_KEY: Final = "AWS_ACCESS_KEY_ID"
_ROLES: Final = ("AWS_ROLE_ARN", "ROLE_ARN")
_TOKEN: Final = "AWS_WEB_IDENTITY_TOKEN_FILE"  # noqa: S105 - the name of a variable
_HANDED_OVER: Final = pattern(
    r"\"?(?:\$\{?([A-Za-z_]\w*)\}?|\$\{\{\s*(?:secrets|vars)\.\w+\s*\}\}|A[KS]IA[A-Z0-9]{16})\"?$"
)
_CONFIGURES: Final = ("aws", "configure", "set", "aws_access_key_id")


def script_credentials(assigned: Mapping[str, Word], commands: Sequence[ShellCommand]) -> Iterator[Credential]:
    """The credentials of a script, with `assigned` the last value that it gave to each variable.

    Keys that the script makes itself, by `aws sts assume-role`, end soon: they are not told.
    """
    makes_keys = any("assume-role" in command.written for command in commands)
    key = assigned.get(_KEY)
    if key is not None and not makes_keys and _is_handed_over(key, assigned):
        yield Credential(CredentialKind.LONG_LIVED_KEYS, key.place)
    for command in commands:
        texts = tuple(word.text for word in command.words[:4])
        if texts == _CONFIGURES and len(command.words) > len(texts) and not makes_keys:
            word = command.words[len(texts)]
            if _is_handed_over(word, assigned):
                yield Credential(CredentialKind.LONG_LIVED_KEYS, word.place)
    role = next((assigned[name] for name in _ROLES if name in assigned), None)
    if role is not None and _TOKEN in assigned:
        yield Credential(CredentialKind.OIDC_ROLE, role.place, role.text, role.written)


def _is_handed_over(word: Word, assigned: Mapping[str, Word]) -> bool:
    """Whether a key comes from the CI system, not from what the script did before."""
    match = _HANDED_OVER.match(word.written)
    return match is not None and (match[1] is None or match[1] not in assigned or match[1] == _KEY)
