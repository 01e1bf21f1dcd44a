"""A rollout turns back too many healthy versions.

What goes wrong: an alarm that fires on the errors that a service has anyway stops deployments of versions that are no worse. Who
has seen that a few times deploys by hand, or takes the alarm off the list; then nothing is watched any more. How many healthy
versions are turned back is a probability, which the model of `samguard rehearse` works out from the traffic, the errors
that are usual, threshold, periods and missing data.
Silent when: the configuration says no `objective`; fewer healthy versions are turned back than it allows, or than five in a
hundred where it does not say; alarms on durations, which nobody has told; an alarm that treats missing data as
breaching (SG313) or is always in ALARM (SG337); the rollout is not gradual; the environment is not production.
Fix: a threshold on the share of failing requests, or a higher one; several datapoints. `samguard rehearse --metrics` replays what the
service really did.
Source: docs/explanation/rehearsal.md, and the pages it names; CloudWatch user guide, "Evaluating an alarm".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.dilution import strategy_trail
from samguard.rules.alarms.expected_values import is_always_in_alarm
from samguard.rules.alarms.missing_data import treatment
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders
from samguard.rules.alarms.relied_on import relied_on

if TYPE_CHECKING:
    from samguard.rehearsal import Watch

RULE = Rule("SG345", "healthy-turned-back", Level.WARNING, since="0.1.0", about_production=True)

_USUAL_LIMIT: Final = 0.05
_SENTENCE = "catch 20 % errors at 600 requests a minute with 95 %, and turn back at most 1 % of healthy versions"
_OBJECTIVE = ("samguard.toml", f'objective = "{_SENTENCE} with 0.1 % errors"\n')
_ONE = alarm(EvaluationPeriods="1")

BAD = (
    Example(  # three errors in five minutes are usual
        template=orders(_ONE, wired="[!Ref OrdersErrors]  # SG345 in prod"), samconfig=SAMCONFIG, files=(_OBJECTIVE,)
    ),
)

GOOD = (
    Example(template=orders(_ONE), samconfig=SAMCONFIG),  # nothing is asked
    Example(template=orders(alarm(Threshold="6", EvaluationPeriods="1")), samconfig=SAMCONFIG, files=(_OBJECTIVE,)),
    Example(  # a healthy version has no errors, as far as anybody says
        template=orders(_ONE), samconfig=SAMCONFIG, files=(("samguard.toml", f'objective = "{_SENTENCE}"\n'),)
    ),
    Example(  # what is usual is not known of durations
        template=orders(
            alarm(Threshold="6", EvaluationPeriods="1"),
            alarm("OrdersSlow", MetricName="Duration", Statistic="Average", Threshold="90"),
            wired="[!Ref OrdersErrors, !Ref OrdersSlow]",
        ),
        samconfig=SAMCONFIG,
        files=(_OBJECTIVE,),
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each gradual rollout that turns back more healthy versions than its owners allow."""
    asked = rollout.environment.options.get("objective")
    if asked is None or asked.text is None or not rollout.is_gradual or not rollout.alarms:
        return
    from samguard.evaluation import Unknown
    from samguard.rehearsal import Scenario, Timing, constant, detect, objective, schedule, watch
    from samguard.rehearsal.rehearsal import asked_for, healthy_scenario

    wanted, planned = objective(asked.text), schedule(rollout, Timing())
    watched = _judged(watch(rollout), rollout)
    if isinstance(planned, Unknown) or not watched.wired:
        return
    scenario = healthy_scenario(asked_for(Scenario(constant(wanted.requests_per_minute)), wanted))
    found = detect(watched, planned, scenario)
    limit = _USUAL_LIMIT if wanted.most_false is None else wanted.most_false
    if found is None or found.interval()[0] <= limit:
        return
    usual = scenario.service.base_error_share * 100
    yield Finding(
        rollout.spans.alarms,
        f"{found.probability * 100:.3g} of 100 healthy versions of {{resource}} are turned back {{where}}, at "
        f"{wanted.requests_per_minute:g} requests a minute of which {usual:.4g} % fail anyway; at most {limit * 100:g} should be. "
        "Raise the threshold, watch the share of failing requests, or ask for more datapoints",
        because=strategy_trail(rollout),
        resource=rollout.function,
    )


def _judged(watched: Watch, rollout: Rollout) -> Watch:
    """Without alarms on durations, and those that other rules speak of."""
    from samguard.rehearsal import Measure
    from samguard.value import replace

    others = {
        relied.name
        for relied in relied_on(rollout)
        if treatment(relied.alarm) == "breaching" or is_always_in_alarm(relied.alarm, rollout.scene)
    }
    left_out = others | {
        found.name for found in watched.alarms if any(metric.measure is Measure.DURATION for metric in found.metrics)
    }
    for composite in watched.composites:
        if not left_out.isdisjoint(composite.names.values()):
            left_out.add(composite.name)
    return replace(watched, wired=tuple(name for name in watched.wired if name not in left_out))
