"""Anomaly detection on a version that has no past.

What goes wrong: the band of what is normal is learned from the metric's history. With the dimension ExecutedVersion
each deployment begins a metric of its own, without any: there is no band while traffic is shifted, and nothing to
compare with.
Silent when: the metric is one of the function or the alias; the expression is not known; no gradual rollout lists the
alarm; the environment is not production.
Fix: leave ExecutedVersion out of the metric that the band is made of, or use a threshold.
Source: CloudWatch user guide, "Using CloudWatch anomaly detection".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.expressions import bands_without_history
from samguard.rules.alarms.orders_example import DIMENSIONS, SAMCONFIG, VERSION, orders, rate_alarm
from samguard.rules.alarms.relied_on import relied_on

RULE = Rule("SG332", "anomaly-on-new-version", Level.WARNING, since="0.1.0", about_production=True)


def _band(dimensions: str, mark: str = "") -> str:
    return orders(
        rate_alarm(
            f"ANOMALY_DETECTION_BAND(errors, 2){mark}",
            dimensions=dimensions,
            Threshold="",
            ThresholdMetricId="rate",
            ComparisonOperator="GreaterThanUpperThreshold",
        ).replace("Id: errors\n          ReturnData: false", "Id: errors\n          ReturnData: true"),
        wired="[!Ref OrdersErrorRate]",
    )


BAD = (Example(template=_band(DIMENSIONS + VERSION, "  # SG332 in prod"), samconfig=SAMCONFIG),)

GOOD = (Example(template=_band(DIMENSIONS), samconfig=SAMCONFIG),)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each band of a listed alarm that has nothing to learn from."""
    for relied in relied_on(rollout):
        for span in bands_without_history(relied.alarm):
            yield relied.finding(
                span,
                f"{relied.name} learns what is normal from a metric that begins with each version, so it has nothing "
                "to compare a bad version of {resource} with {where}. Leave ExecutedVersion out",
            )
