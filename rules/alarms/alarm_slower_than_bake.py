"""An alarm needs more time than the traffic shift takes.

What goes wrong: with 3 datapoints of 5 minutes each an alarm cannot fire in the five minutes that
Canary10Percent5Minutes lasts: when it does, every user is on the bad version, and nothing is watched any more after the
last shift. An alarm of a single period that is longer than the shift fires in time only if the first failures cross its
threshold; and then it stays in ALARM for as long, and stops the deployment of the mended version.
Silent when: periods or strategy are not known; missing data counts as breaching, which can bring an alarm forward
(SG313 speaks of that); the shift is too short for any alarm (SG220); CloudWatch refuses the alarm for its window
(SG320); the environment is not production. A warning where another alarm of the list sees the same failures in time; a
note where one period is exactly as long as the shift, and where a linear shift has reached half of the users by then.
Fix: a Period of 60 seconds, one to three of them, or a longer canary.
Source: CloudWatch user guide, "Evaluating an alarm"; CodeDeploy user guide, "Deployment configurations on an AWS Lambda
compute platform".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.dilution import strategy_trail
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders, rate_alarm
from samguard.rules.alarms.relied_on import ReliedOn, relied_on
from samguard.rules.alarms.time_to_alarm import lateness
from samguard.rules.strategy.bake_too_short import is_too_short

RULE = Rule("SG312", "alarm-slower-than-bake", Level.ERROR, since="0.1.0", about_production=True)

BAD = (
    Example(template=orders(alarm(EvaluationPeriods="15  # SG312 in prod")), samconfig=SAMCONFIG),
    Example(template=orders(alarm(Period="300  # SG312 in prod", EvaluationPeriods="3")), samconfig=SAMCONFIG),
    Example(
        template=orders(alarm(EvaluationPeriods="20", DatapointsToAlarm="12  # SG312 in prod")), samconfig=SAMCONFIG
    ),
    Example(  # one long period
        template=orders(alarm(Period="900  # SG312 in prod", EvaluationPeriods="1")), samconfig=SAMCONFIG
    ),
    Example(  # as long as the shift, and CloudWatch needs its time, too
        template=orders(alarm(EvaluationPeriods="5  # SG312 in prod")), samconfig=SAMCONFIG
    ),
    Example(  # a note
        template=orders(alarm(Period="300  # SG312 in prod", EvaluationPeriods="1")), samconfig=SAMCONFIG
    ),
    Example(  # a linear shift
        template=orders(alarm(Period="300  # SG312 in prod"), strategy="Linear10PercentEvery1Minute"),
        samconfig=SAMCONFIG,
    ),
    Example(  # a note: in time, but for half of the users too late
        template=orders(alarm(EvaluationPeriods="5  # SG312 in prod"), strategy="Linear10PercentEvery1Minute"),
        samconfig=SAMCONFIG,
    ),
    Example(  # metric math
        template=orders(
            rate_alarm("errors / invocations")
            .replace("Period: 60", "Period: 600  # SG312 in prod", 1)
            .replace("Period: 60\n", "Period: 600\n"),
            wired="[!Ref OrdersErrorRate]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # a warning: the one beside it is fast enough
        template=orders(
            alarm(),
            alarm("OrdersErrorsForLong", Period="300  # SG312 in prod", EvaluationPeriods="3"),
            wired="[!Ref OrdersErrors, !Ref OrdersErrorsForLong]",
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=orders(alarm(EvaluationPeriods="15"), strategy="Canary10Percent30Minutes"), samconfig=SAMCONFIG),
    Example(  # any three of twenty
        template=orders(alarm(EvaluationPeriods="20", DatapointsToAlarm="3")), samconfig=SAMCONFIG
    ),
    Example(  # how long, the deployment says
        template=orders(alarm(EvaluationPeriods="!Ref Periods")).replace(
            "Resources:", "Parameters:\n  Periods: {Type: Number}\nResources:", 1
        )
    ),
    Example(  # in test only
        template=orders(alarm(EvaluationPeriods="15")), samconfig=SAMCONFIG.replace("prod", "test")
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each listed alarm that is slower than the shift."""
    relied_upon = () if is_too_short(rollout) else relied_on(rollout)
    for relied in relied_upon:
        late = lateness(relied, relied_upon)
        if late is not None:
            yield relied.finding(
                late.needed.span,
                f"{relied.name} fires after {late.needed.text}, but {late.reached}: the rollback of {{resource}} "
                "comes too late {where}. Take fewer or shorter periods, or shift more slowly",
                because=(*late.needed.because, *strategy_trail(rollout)),
                level=late.level,
                fixes=_fixes(relied),
            )


def _fixes(relied: ReliedOn) -> tuple[Fix, ...]:
    """One period of a minute, where the alarm has a single metric. Unsafe: it fires on less than it did."""
    from samguard.mending import property_set

    said = {"Period": 60, "EvaluationPeriods": 1, "DatapointsToAlarm": 1}
    resource, template = relied.alarm.resource, relied.rollout.template
    if "Period" not in resource.own_properties:
        return ()
    edits = [property_set(resource, template, key, n) for key, n in said.items() if key in resource.own_properties]
    whole = tuple(edit for edit in edits if edit is not None)
    return (Fix("Let it fire after one minute", whole, safe=False),) if len(whole) == len(edits) else ()
