"""What is asked of every rollout: "catch 5 % errors at 60 requests a minute with 95 %"."""

from __future__ import annotations

from typing import Final

from samguard.errors import SamguardError
from samguard.pattern import pattern
from samguard.rehearsal.failure import Failure, FailureKind
from samguard.value import value

EXAMPLE: Final = "catch 5 % errors at 60 requests a minute with 95 %"
_WORDS: Final = {
    "errors": FailureKind.ERRORS,
    "error": FailureKind.ERRORS,
    "timeouts": FailureKind.TIMEOUT,
    "timeout": FailureKind.TIMEOUT,
    "throttles": FailureKind.THROTTLING,
    "throttling": FailureKind.THROTTLING,
    "handled errors": FailureKind.HANDLED,
    "handled-errors": FailureKind.HANDLED,
    "slow": FailureKind.LATENCY,
    "latency": FailureKind.LATENCY,
}
_OBJECTIVE: Final = pattern(
    r"\s*(?:catch\s+)?(\d+(?:\.\d+)?)\s*%\s*(?:of\s+)?(handled[ -]errors|[a-z]+)\s+at\s+(\d+(?:\.\d+)?)\s*"
    r"(?:requests?\s*(?:a|per|/)\s*min(?:ute)?|rpm)(?:\s+with\s+(\d+(?:\.\d+)?)\s*%)?\s*",
    2,  # re.IGNORECASE
)
_ALL: Final = 100.0


@value
class Objective:
    """A failure that has to be caught, at so much traffic, with a `confidence` (0..1)."""

    failure: Failure
    requests_per_minute: float
    confidence: float = 0.95

    @property
    def text(self) -> str:
        """The objective in words."""
        words = (word for word, kind in _WORDS.items() if kind is self.failure.kind)
        word = next(words, self.failure.kind.value)
        return (
            f"catch {self.failure.share * _ALL:.4g} % {word} at {self.requests_per_minute:g} requests a minute "
            f"with {self.confidence * _ALL:g} %"
        )


def objective(text: str) -> Objective:
    """The objective in a sentence. Raises SamguardError, with an example."""
    match = _OBJECTIVE.fullmatch(text)
    word = match.group(2).lower() if match is not None else ""
    if match is None or word not in _WORDS:
        message = f"the objective {text!r} is not understood"
        raise SamguardError(message, hint=f"write it like {EXAMPLE!r}")
    share, rate = float(match.group(1)) / _ALL, float(match.group(3))
    confidence = float(match.group(4)) / _ALL if match.group(4) else 0.95
    if not (0 < share <= 1 and 0 < confidence < 1 and rate > 0):
        message = f"the objective {text!r} cannot be met"
        raise SamguardError(
            message, hint="expected shares above 0 and up to 100 %, a confidence below 100 %, and traffic"
        )
    return Objective(Failure(_WORDS[word], share), rate, confidence)
