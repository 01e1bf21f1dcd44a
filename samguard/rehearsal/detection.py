"""What comes out of a rehearsal: when the traffic is turned back with which probability, and at what cost."""

from __future__ import annotations

from enum import Enum

from samguard.value import value


class Method(Enum):
    """How a number was found."""

    EXACT = "exact"
    SIMULATED = "simulated"


@value
class Detection:
    """When the traffic is turned back.

    `moments` are seconds from the first shift with their probabilities, in order; what they lack to 1 is the probability
    that the deployment ends without an alarm. `failed_requests` are those of the new version until then, or until the
    deployment ends, on average. Of a simulation, `deployments` says how many were simulated.
    """

    moments: tuple[tuple[float, float], ...]
    failed_requests: float
    method: Method
    deployments: int = 0

    @property
    def probability(self) -> float:
        """The probability (0..1) that some wired alarm turns the traffic back."""
        return min(1.0, max(0.0, sum(probability for _, probability in self.moments)))

    def quantile(self, share: float) -> float | None:
        """Seconds from the first shift within which this share (0..1) of deployments is turned back; None if fewer are."""
        seen = 0.0
        for seconds, probability in self.moments:
            seen += probability
            if seen >= share - 1e-9:
                return seconds
        return None

    def interval(self, deviations: float = 3.2905) -> tuple[float, float]:
        """Wilson's interval about a simulated probability, 99.9 % wide; of an exact one the probability itself."""
        found = self.probability
        if self.method is Method.EXACT or not self.deployments:
            return found, found
        spread = deviations**2 / self.deployments
        middle = (found + spread / 2) / (1 + spread)
        half = (
            deviations
            / (1 + spread)
            * (found * (1 - found) / self.deployments + spread / (4 * self.deployments)) ** 0.5
        )
        return max(0.0, middle - half), min(1.0, middle + half)


def merged(parts: list[tuple[float, Detection]]) -> Detection:
    """The mean of several detections, with weights that add up to 1."""
    if len(parts) == 1:
        return parts[0][1]
    moments = sorted(
        (seconds, probability * weight) for weight, found in parts for seconds, probability in found.moments
    )
    failed = sum(weight * found.failed_requests for weight, found in parts)
    method = Method.SIMULATED if any(found.method is Method.SIMULATED for _, found in parts) else Method.EXACT
    return Detection(tuple(moments), failed, method, sum(found.deployments for _, found in parts))
