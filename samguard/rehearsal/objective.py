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
    r"(?:requests?\s*(?:a|per|/)\s*min(?:ute)?|rpm)(?:\s+with\s+(\d+(?:\.\d+)?)\s*%)?"
    r"(?:,?\s+and\s+(?:turn\s+back\s+)?at\s+most\s+(\d+(?:\.\d+)?)\s*%\s*of\s+healthy\s+versions?"
    r"(?:\s+with\s+(\d+(?:\.\d+)?)\s*%\s*errors?)?)?\s*",
    2,  # re.IGNORECASE
)
_ALL: Final = 100.0


@value
class Objective:
    """A failure that has to be caught, at so much traffic, with a `confidence` (0..1).

    At most a share `most_false` (0..1) of healthy versions may be turned back, where `base_error_share` (0..1) of requests fail
    anyway; None where the sentence does not say.
    """

    failure: Failure
    requests_per_minute: float
    confidence: float = 0.95
    most_false: float | None = None
    base_error_share: float | None = None

    @property
    def text(self) -> str:
        """The objective in words."""
        words = (word for word, kind in _WORDS.items() if kind is self.failure.kind)
        word = next(words, self.failure.kind.value)
        return (
            f"catch {self.failure.share * _ALL:.4g} % {word} at {self.requests_per_minute:g} requests a minute "
            f"with {self.confidence * _ALL:g} %{self._healthy_text}"
        )

    @property
    def _healthy_text(self) -> str:
        if self.most_false is None:
            return ""
        with_errors = f" with {self.base_error_share * _ALL:.4g} % errors" if self.base_error_share is not None else ""
        return f", and turn back at most {self.most_false * _ALL:g} % of healthy versions{with_errors}"


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
    most_false, base = (float(said) / _ALL if said else None for said in match.group(5, 6))
    if (most_false or 0) >= 1 or (base or 0) >= 1:
        message = f"the objective {text!r} says nothing about healthy versions"
        raise SamguardError(message, hint="expected shares below 100 %")
    return Objective(Failure(_WORDS[word], share), rate, confidence, most_false, base)
