"""A rollout does not catch the failures that its owners say it must.

What goes wrong: an alarm that is wired, and even one that could fire, is not one that does: at 60 requests a minute a
canary of 10 % gets six, and of 5 % errors one in three minutes. Whether that is seen before everyone has the version is a
probability, which `samguard rehearse` works out from periods, thresholds, missing data, the clock and the shift.
Silent when: the configuration says no `objective`; an alarm is not modelled (docs/explanation/rehearsal.md says what is); the rollout
is not gradual (SG201), or lists no alarm (SG301); the environment is not production.
Fix: watch the new version alone (ExecutedVersion), take shorter periods or a lower threshold, or a longer canary;
`samguard rehearse` shows what each of them changes. Where the model finds settings that meet the objective, and they can be
written, they are offered as a fix.
Source: docs/explanation/rehearsal.md, and the pages it names; CloudWatch user guide, "Evaluating an alarm".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.dilution import strategy_trail
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders

if TYPE_CHECKING:
    from samguard.rehearsal import Objective, Rehearsal

_TRIES = 40
"""Each takes milliseconds; `samguard rehearse` tries more."""

RULE = Rule("SG344", "objective-missed", Level.WARNING, since="0.1.0", about_production=True)

_OBJECTIVE = ("samguard.toml", 'objective = "catch 5 % errors at 60 requests a minute with 95 %"\n')
_ONE_PERIOD = alarm(EvaluationPeriods="1")

BAD = (
    Example(
        template=orders(_ONE_PERIOD, wired="[!Ref OrdersErrors]  # SG344 in prod"),
        samconfig=SAMCONFIG,
        files=(_OBJECTIVE,),
        fixed=orders(_ONE_PERIOD, strategy="Canary10Percent15Minutes", wired="[!Ref OrdersErrors]  # SG344 in prod"),
    ),
)

GOOD = (
    Example(template=orders(_ONE_PERIOD), samconfig=SAMCONFIG),  # nothing is asked
    Example(  # half an hour is enough
        template=orders(_ONE_PERIOD, strategy="Canary10Percent30Minutes"),
        samconfig=SAMCONFIG,
        files=(_OBJECTIVE,),
    ),
    Example(  # at ten times the traffic, too
        template=orders(_ONE_PERIOD),
        samconfig=SAMCONFIG,
        files=((_OBJECTIVE[0], _OBJECTIVE[1].replace("60 requests", "600 requests")),),
    ),
    Example(template=orders(wired="[orders-errors]"), samconfig=SAMCONFIG, files=(_OBJECTIVE,)),  # of elsewhere
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each gradual rollout that certainly misses the objective."""
    asked = rollout.environment.options.get("objective")
    if asked is None or asked.text is None or not rollout.is_gradual or not rollout.alarms:
        return
    from samguard.rehearsal import Means, Scenario, constant, objective, rehearse

    wanted = objective(asked.text)
    scenario = Scenario(constant(wanted.requests_per_minute))
    found = rehearse(rollout, scenario, Means(searches=False), wanted)
    if found.objective_met is not False or found.detection is None or found.detection.probability >= wanted.confidence:
        return
    caught = found.detection.probability * 100
    yield Finding(
        rollout.spans.alarms,
        f"the rollout of {{resource}} catches {wanted.failure.text} at {wanted.requests_per_minute:g} requests a minute in "
        f"{caught:.3g} of 100 deployments {{where}}, not in {wanted.confidence * 100:g}: {'; '.join(found.reasons[:2])}. "
        "Watch the new version more closely, or for longer",
        because=strategy_trail(rollout),
        resource=rollout.function,
        fixes=_fixes(rollout, found, wanted),
    )


def _fixes(rollout: Rollout, found: Rehearsal, wanted: Objective) -> tuple[Fix, ...]:
    """The nearest settings that meet the objective. Unsafe: deployments take longer, or alarms fire on less."""
    from samguard.mending.advised_settings import advised_settings
    from samguard.rehearsal import Means
    from samguard.rehearsal.advice import advice

    advised = advice(found, wanted, Means(searches=False), tries=_TRIES)
    edits = advised_settings(rollout, advised) if advised is not None else ()
    if advised is None or not edits:
        return ()
    title = f"{advised.text}: that catches it in {advised.detection.probability * 100:.3g} of 100 deployments"
    return (Fix(f"{title[0].upper()}{title[1:]}", edits, safe=False),)
