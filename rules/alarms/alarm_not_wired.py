"""An alarm watches the function, but its deployment is not told of it.

What goes wrong: the template has an alarm on the function's failures, and it may well call people. CodeDeploy, though,
looks only at the alarms that the preference (or the deployment group) lists. Where it lists none, traffic is shifted by
the clock and a bad version reaches every user while the alarm rings. Where it lists others, what this one sees does not
stop the shift: a warning if nothing that is listed sees errors, else a note.
Silent when: the list, or one of its entries, is not known; a listed alarm sees the same kind of failure; a listed alarm
belongs to another function (SG308 speaks of that); the list is lost to a condition or to AWS::NoValue (SG302, SG303);
the strategy is not known, or everything is shifted at once; the environment is not production.
Fix: list the alarm under Alarms.
Source: CodeDeploy user guide, "Monitoring deployments with Amazon CloudWatch alarms"; SAM, docs/safe_lambda_deployments.rst.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Reason, Unknown
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rollout.alarm import alarm as evaluated
from samguard.rollout.preference_keys import stands_for
from samguard.rules.alarms.alarm_list import lost_list
from samguard.rules.alarms.coverage import kinds_of, listed_kinds, lists_foreign_alarm, sees_only_lambda
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders
from samguard.rules.alarms.unlisted import unlisted_alarms
from samguard.template import Resource

RULE = Rule("SG334", "alarm-not-wired", Level.ERROR, since="0.1.0", about_production=True)

BAD = (
    Example(template=orders(alarm(), wired="  # SG334 in prod"), samconfig=SAMCONFIG),
    Example(
        template=orders(alarm()).replace(
            """      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [!Ref OrdersErrors]
""",
            """      DeploymentPreference:  # SG334 in prod
        Type: Canary10Percent5Minutes
""",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # one is listed, and it sees no errors
        template=orders(
            alarm(),
            alarm("OrdersThrottles", MetricName="Throttles"),
            wired="[!Ref OrdersThrottles]  # SG334 in prod",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # a note: errors are seen, throttles are not
        template=orders(
            alarm(), alarm("OrdersThrottles", MetricName="Throttles"), wired="[!Ref OrdersErrors]  # SG334 in prod"
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(  # an alarm for people beside the one for the deployment
        template=orders(alarm(), alarm("OrdersErrorsForAnHour", Period="3600", Threshold="50")),
        samconfig=SAMCONFIG,
    ),
    Example(  # by its name
        template=orders(alarm(AlarmName="orders-errors"), wired="[orders-errors]"),
        samconfig=SAMCONFIG,
    ),
    Example(  # inside of a composite alarm
        template=orders(
            alarm(),
            """  OrdersBad:
    Type: AWS::CloudWatch::CompositeAlarm
    Properties: {AlarmRule: !Sub "ALARM(${OrdersErrors})"}
""",
            wired="[!Ref OrdersBad]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # it may be the one that the parameter names
        template=orders(alarm(), wired="[!Ref Alarm]").replace(
            "Resources:", "Parameters:\n  Alarm: {Type: String}\nResources:", 1
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # watches how busy the function is, which tells no bad version
        template=orders(alarm(), alarm("OrdersBusy", MetricName="Invocations", Threshold="5000")),
        samconfig=SAMCONFIG,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each gradual rollout beside whose list an alarm of its own stands."""
    if not rollout.is_gradual or isinstance(rollout.alarms, Unknown) or rollout.template.is_fragment:
        return
    missing = unlisted_alarms(rollout)
    if not rollout.alarms:
        if missing and lost_list(rollout) is None and stands_for(rollout.preference, "Alarms") is None:
            yield _finding(rollout, missing, "so nothing stops a version that fails: it reaches every user {where}")
        return
    if any(isinstance(entry.value, Unknown) for entry in rollout.alarms) or lists_foreign_alarm(rollout):
        return
    seen = listed_kinds(rollout)
    unseen = tuple(resource for resource in missing if not kinds_of(evaluated(resource, rollout.scene)) <= seen)
    if not unseen:
        return
    is_blind = "Errors" not in seen and sees_only_lambda(rollout)
    kinds = {kind for resource in unseen for kind in kinds_of(evaluated(resource, rollout.scene))} - seen
    level = Level.WARNING if is_blind and "Errors" in kinds else Level.NOTE
    yield _finding(rollout, unseen, f"so {_listed(sorted(kinds))} do not stop a bad version {{where}}", level)


def _finding(rollout: Rollout, missing: tuple[Resource, ...], then: str, level: Level | None = None) -> Finding:
    span = rollout.spans.alarms
    shared = rollout.template.shared
    is_shared = shared is not None and shared.span.start <= span.start < shared.span.end
    names = _listed([resource.logical_id for resource in missing])
    watching = "alarms of this template watch" if is_shared else f"{names} {'watch' if missing[1:] else 'watches'}"
    them = "them" if is_shared or missing[1:] else "it"
    places = tuple(
        Reason(f"{resource.logical_id} watches {rollout.function}", rollout.scene.place(resource.span))
        for resource in missing
    )
    return Finding(
        span,
        f"{watching} {{resource}}, but the deployment is not told of {them}, {then}. List {them} under Alarms",
        because=(*rollout.because, *places),
        resource=rollout.function,
        level=level,
    )


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
