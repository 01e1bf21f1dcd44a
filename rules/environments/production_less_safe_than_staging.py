"""Production is deployed with less safety than staging.

What goes wrong: staging has the longer shift, the alarm or the hook that production lacks, usually because values were
swapped or a condition is the wrong way round. What was tried out in staging is not what production gets.
Silent when: production is not shifted gradually (SG201, SG202, SG218), has no alarm at all (SG301, SG302), one without a
name (SG304), or no hook at all (SG416); a value of either is not known. Where the two shift in different ways (canary
and linear), this weighs a warning.
Fix: give production at least the duration, the alarms and the hooks of staging.
Source: AWS SAM developer guide, "Deploying serverless applications gradually with AWS SAM".
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from samguard.environments import Environment, Production
from samguard.environments.production import words
from samguard.evaluation import Reason, Unknown
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.project import Project, TemplateFile
from samguard.rollout import Deployment, Rollout, Strategy, deployments, label
from samguard.rules.alarms.alarm_list import nameless_entries
from samguard.rules.environments.orders_example import SHIFTED
from samguard.rules.strategy.configuration import strategy_node
from samguard.source import Place
from samguard.template import intrinsic

RULE = Rule("SG609", "production-less-safe-than-staging", Level.ERROR, since="0.1.0")

_BY_PARAMETER = SHIFTED % ("Parameters:\n  Shift: {Type: String}", "!Ref Shift")
_BY_MAPPING = SHIFTED % (
    """Parameters:
  Stage: {Type: String}
Mappings:
  Stages:
    staging:
      Shift: Canary10Percent30Minutes
    prod:
      Shift: Canary10Percent5Minutes%s""",
    "!FindInMap [Stages, !Ref Stage, Shift]",
)
_BY_CONDITION = SHIFTED % (
    "Parameters:\n  Stage: {Type: String}\nConditions:\n  IsProd: !Equals [!Ref Stage, prod]",
    "Canary10Percent30Minutes",
)
_REFUNDS = """
  Refunds:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: refunds.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: {strategy}
        Alarms: {alarms}
"""
_STAGES = """
version = 0.1
[staging.deploy.parameters]
parameter_overrides = "Stage=staging"
[prod.deploy.parameters]
parameter_overrides = "Stage=prod"
"""


def _beside(strategy: str = "Canary10Percent30Minutes", alarms: str = "[refunds-errors]") -> str:
    """A function with an alarm less in production, and another one that other rules speak of."""
    two = "\n          Fn::If:\n            - IsProd\n            - [orders-errors]\n"
    template = _BY_CONDITION.replace("[orders-errors]", f"{two}            - [orders-errors, orders-slow]  # SG609")
    return template.rstrip() + _REFUNDS.format(strategy=strategy, alarms=alarms)


BAD = (
    Example(
        template=_BY_PARAMETER,
        samconfig="""
version = 0.1
[staging.deploy.parameters]
parameter_overrides = "Shift=Canary10Percent30Minutes"
[prod.deploy.parameters]
parameter_overrides = "Shift=Canary10Percent10Minutes"  # SG609
""",
    ),
    Example(template=_BY_MAPPING % "  # SG609", samconfig=_STAGES),
    Example(
        template=_BY_CONDITION.replace(
            "[orders-errors]",
            "\n          Fn::If:\n            - IsProd\n            - [orders-errors]\n"
            "            - [orders-errors, orders-slow]  # SG609",
        ),
        samconfig=_STAGES,
    ),
    Example(
        template=_BY_CONDITION.replace(
            "        Alarms",
            "        Hooks:\n          PreTraffic: !If [IsProd, !Ref AWS::NoValue, CodeDeployHook_check]  # SG609\n"
            "          PostTraffic: CodeDeployHook_look\n        Alarms",
        ),
        samconfig=_STAGES,
    ),
    Example(
        template=_BY_CONDITION.replace(
            "Type: Canary10Percent30Minutes",
            "Type: !If [IsProd, Canary10Percent15Minutes, Linear10PercentEvery3Minutes]  # SG609",
        ),
        samconfig=_STAGES,
    ),
    Example(template=_beside(strategy="!If [IsProd, AllAtOnce, Canary10Percent30Minutes]  # SG201"), samconfig=_STAGES),
    Example(template=_beside(alarms="!If [IsProd, [], [refunds-errors]]  # SG302"), samconfig=_STAGES),
    Example(  # in production, there is one function only
        template=_beside().replace(
            "Refunds:\n    Type: AWS::Serverless::Function",
            "Refunds:\n    Type: AWS::Serverless::Function\n    Condition: IsProd",
        ),
        samconfig=_STAGES,
    ),
    Example(  # an alarm without a name: SG304's
        template=_beside(alarms="[refunds-errors, !If [IsProd, !Ref AWS::NoValue, refunds-slow]]  # SG304"),
        samconfig=_STAGES,
    ),
    Example(  # no hook at all in production: SG416's
        template=_beside().replace(
            "        Alarms: [refunds",
            "        Hooks: {PreTraffic: !If [IsProd, !Ref AWS::NoValue, CodeDeployHook_check]}\n        Alarms: [refunds",
        ),
        samconfig=_STAGES,
    ),
)

GOOD = (
    Example(
        template=_BY_PARAMETER,
        samconfig="""
version = 0.1
[dev.deploy.parameters]
parameter_overrides = "Shift=Canary10Percent30Minutes"
[staging.deploy.parameters]
parameter_overrides = "Shift=Linear10PercentEvery1Minute"
[prod.deploy.parameters]
parameter_overrides = "Shift=Canary10Percent15Minutes"
""",
    ),
    Example(template=_BY_MAPPING.replace("10Percent30", "10Percent5") % "", samconfig=_STAGES),
    Example(  # another alarm, not one less
        template=_BY_CONDITION.replace("[orders-errors]", "[!If [IsProd, orders-errors, orders-slow]]"),
        samconfig=_STAGES,
    ),
    Example(  # it is not known which alarms
        template=_BY_CONDITION.replace(
            "[orders-errors]", "!If [IsProd, [orders-errors], [orders-errors, !ImportValue shop-alarm]]"
        ),
        samconfig=_STAGES,
    ),
    Example(
        template=_BY_CONDITION.replace(
            "Conditions:", "  Watching: {Type: String}\nConditions:\n  IsWatched: !Equals [!Ref Watching, 'yes']"
        ).replace("[orders-errors]", "!If [IsWatched, [orders-errors], [orders-slow]]"),
        samconfig=_STAGES,
    ),
    Example(  # the same hook in both
        template=_BY_CONDITION.replace(
            "        Alarms", "        Hooks:\n          PostTraffic: CodeDeployHook_look\n        Alarms"
        ),
        samconfig=_STAGES,
    ),
)

_BEFORE_PRODUCTION = frozenset({"staging", "stage", "stg", "preprod", "preproduction", "uat", "qa", "acceptance"})


def check(project: Project) -> Iterator[Finding]:
    """One finding for each respect in which a function of production has less than its twin in staging."""
    for file in project.templates:
        staging = [found for found in file.environments if _is_staging(found)]
        production = [found for found in file.environments if found.production is Production.YES]
        before = [found for one in staging if production and (found := _deployment(file, one)) is not None]
        lives = [found for one in production if before and (found := _deployment(file, one)) is not None]
        for live, earlier in product(lives, before):
            yield from _compared(live, earlier)


def _is_staging(environment: Environment) -> bool:
    is_before = bool(_BEFORE_PRODUCTION.intersection(words(environment.name)))
    return environment.production is Production.NO and is_before


def _deployment(file: TemplateFile, environment: Environment) -> Deployment | None:
    """What an environment gets, where that is one thing."""
    found = deployments(file.template, environment, file.sources)
    return found[0] if len(found) == 1 else None


def _compared(live: Deployment, earlier: Deployment) -> Iterator[Finding]:
    twins = {(rollout.function, rollout.resource.logical_id): rollout for rollout in earlier.rollouts}
    for rollout in live.rollouts:
        twin = twins.get((rollout.function, rollout.resource.logical_id))
        if twin is not None and rollout.is_gradual and twin.is_gradual:
            found = (_pace(rollout, twin), _alarms(rollout, twin), _hooks(rollout, twin))
            yield from (finding for finding in found if finding is not None)


def _pace(live: Rollout, twin: Rollout) -> Finding | None:
    fast, slow = live.strategy, twin.strategy
    if (
        not isinstance(fast, Strategy)
        or not isinstance(slow, Strategy)
        or fast.duration_minutes is None
        or slow.duration_minutes is None
        or fast.duration_minutes >= slow.duration_minutes
    ):
        return None
    place = _strategy_place(live, fast)
    is_alike = (fast.shape or fast.kind) is (slow.shape or slow.kind)
    return Finding(
        place.span,
        f"{{resource}} is shifted with {fast.name} in {live.environment.name}, but more slowly in "
        f"{twin.environment.name} ({slow.name}): production has less time to notice a bad version. Give it at least as much",
        because=(*fast.because, *slow.because),
        resource=live.function,
        level=None if is_alike else Level.WARNING,
        document=place.document,
    )


def _strategy_place(rollout: Rollout, strategy: Strategy) -> Place:
    """Where the strategy's name stands: the value that a parameter or a mapping gives, else the expression."""
    call = intrinsic(strategy_node(rollout))
    if call is not None and call.name in ("Ref", "Fn::FindInMap"):
        places = [reason.place for reason in strategy.because if reason.place is not None]
        if places:
            return places[-1]
    return rollout.scene.place(rollout.spans.strategy)


def _alarms(live: Rollout, twin: Rollout) -> Finding | None:
    if isinstance(live.alarms, Unknown) or isinstance(twin.alarms, Unknown):
        return None
    if not live.alarms or nameless_entries(live):
        return None
    if any(isinstance(alarm.value, Unknown) for alarm in (*live.alarms, *twin.alarms)):
        return None
    names = {label(alarm.value) for alarm in live.alarms}
    missing = [alarm for alarm in twin.alarms if label(alarm.value) not in names]
    if not missing or not names <= {label(alarm.value) for alarm in twin.alarms}:
        return None
    return Finding(
        missing[0].span,
        f"{label(missing[0].value)} watches {{resource}} in {twin.environment.name}, but not in {live.environment.name}: "
        "production is rolled back by less than staging. List it for both",
        because=live.because,
        resource=live.function,
        document=live.template.document,
    )


def _hooks(live: Rollout, twin: Rollout) -> Finding | None:
    if not live.hooks:
        return None
    for own, other in ((live.pre_traffic, twin.pre_traffic), (live.post_traffic, twin.post_traffic)):
        if own is None and other is not None and not isinstance(other, Unknown):
            where = Reason(f"the hook of {twin.environment.name}", twin.scene.place(other.node.span))
            return Finding(
                other.key_span if other.key_span.end else other.node.span,
                f"the {other.phase.value} hook tests {{resource}} in {twin.environment.name}, but not in "
                f"{live.environment.name}: production gets versions that nothing tried out. Run it in both",
                because=(where,),
                resource=live.function,
                document=live.template.document,
            )
    return None
