"""Policies as rules: the engine asks them as it asks samguard's own, and everything after it is the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from samguard.evaluation import Trail, Unknown
from samguard.linting import Finding, LoadedRule, Rule
from samguard.pipeline.model import Pipeline
from samguard.policies.expression import Truth
from samguard.policies.model import (
    KINDS,
    AlarmFacts,
    HookFacts,
    RolloutFacts,
    alarms_of,
    function_of,
    hooks_of,
)
from samguard.policies.policy_file import Policy
from samguard.rollout import Deployment, Rollout, RolloutKind, Strategy
from samguard.source import Document, Span
from samguard.value import field, value

SINCE = ""
"""Policies have no version of samguard's."""


@value
class _Subject:
    """One thing that a policy is asked about: what its expressions see, and where a finding would stand."""

    data: dict[str, object]
    unknown: frozenset[str]
    span: Span
    resource: str | None = None
    document: Document | None = field(default=None, repr=False)
    rollout: Rollout | None = field(default=None, repr=False)

    def because(self, policy: Policy) -> Trail:
        """What decided the parts of the rollout that a policy speaks of. A Default among it is not proof enough."""
        rollout = self.rollout
        if rollout is None:
            return ()
        texts = f"{policy.condition.text if policy.condition else ''} {policy.assertion.text} {policy.subject}"
        trail = rollout.because
        if "strategy" in texts and isinstance(rollout.strategy, Strategy):
            trail += rollout.strategy.because
        if "alarm" in texts and not isinstance(rollout.alarms, Unknown):
            trail += tuple(reason for entry in rollout.alarms for reason in entry.value.because)
        if "hook" in texts or "traffic" in texts:
            trail += tuple(reason for hook in rollout.hooks for reason in hook.value.because)
        if "alias" in texts:
            trail += rollout.alias.because
        return tuple(dict.fromkeys(trail))


def policy_rules(policies: Iterable[Policy]) -> tuple[LoadedRule, ...]:
    """The policies as rules, in their order."""
    return tuple(_rule(policy) for policy in policies)


def _rule(policy: Policy) -> LoadedRule:
    docstring = f"{policy.summary}\n\n" + "\n".join(
        f"{title}: {text}"
        for title, text in (
            ("What goes wrong", policy.why),
            ("Silent when", "a value that it needs is not known."),
            ("Fix", policy.fix),
            ("Source", policy.source or f"{policy.path}:{policy.line}"),
        )
        if text
    )
    return LoadedRule(
        rule=Rule(policy.id, policy.name, policy.level, SINCE, about_production=policy.in_production_only),
        model="Pipeline" if policy.subject == "pipeline" else "Deployment",
        check=_check(policy),
        docstring=docstring,
        bad=policy.bad,
        good=policy.good,
        module=policy.path,
    )


def _check(policy: Policy) -> Callable[[Any], Iterator[Finding]]:
    def check(model: Any) -> Iterator[Finding]:  # noqa: ANN401 - a Deployment or a Pipeline
        for subject in _subjects(policy, model):
            if _holds(policy, subject):
                continue
            yield Finding(
                subject.span,
                _message(policy, subject),
                because=subject.because(policy),
                resource=subject.resource,
                document=subject.document,
            )

    return check


def _holds(policy: Policy, subject: _Subject) -> bool:
    """Whether there is nothing to tell: it is not asked of this, it holds, or a value is not known."""
    condition = policy.condition
    if condition is not None and condition.truth(subject.data, subject.unknown) is not Truth.TRUE:
        return True
    return policy.assertion.truth(subject.data, subject.unknown) is not Truth.FALSE


def _message(policy: Policy, subject: _Subject) -> str:
    return "".join(
        part if isinstance(part, str) else part.shown(subject.data, subject.unknown) for part in policy.message
    )


def _subjects(policy: Policy, model: Deployment | Pipeline) -> Iterator[_Subject]:
    if isinstance(model, Pipeline):
        unknown: set[str] = set()
        pipeline = KINDS["Pipeline"].facts(model, unknown)
        yield _Subject({"pipeline": pipeline}, frozenset(unknown), model.place.span, document=model.place.document)
    elif policy.subject == "environment":
        yield _environment(model)
    else:
        for rollout in model.rollouts:
            yield from _of_rollout(policy, RolloutFacts(rollout, model))


def _environment(deployment: Deployment) -> _Subject:
    unknown: set[str] = set()
    rollouts = [KINDS["Rollout"].facts(RolloutFacts(rollout, deployment), unknown) for rollout in deployment.rollouts]
    data: dict[str, object] = {"environment": KINDS["Environment"].facts(deployment, unknown), "rollouts": rollouts}
    place = deployment.environment.place
    span = place.span if place is not None else Span(0, 0)
    return _Subject(data, frozenset(unknown), span, document=place.document if place is not None else None)


def _of_rollout(policy: Policy, facts: RolloutFacts) -> Iterator[_Subject]:
    rollout = facts.rollout
    if policy.subject == "function" and rollout.kind is not RolloutKind.FUNCTION:
        return
    unknown: set[str] = set()
    data: dict[str, object] = {
        "rollout": KINDS["Rollout"].facts(facts, unknown),
        "lambda": KINDS["Function"].facts(function_of(facts), unknown),
        "environment": KINDS["Environment"].facts(facts.deployment, unknown),
    }
    if policy.subject == "alarm":
        things: list[tuple[str, AlarmFacts | HookFacts, Span]] = [
            ("alarm", alarm, alarm.entry.span) for alarm in alarms_of(facts)
        ]
    elif policy.subject == "hook":
        things = [("hook", hook, hook.hook.node.span) for hook in hooks_of(rollout) if hook.hook is not None]
    else:
        at = policy.at or ("resource" if policy.subject == "function" else "preference")
        yield _Subject(data, frozenset(unknown), getattr(rollout.spans, at), rollout.function, rollout=rollout)
        return
    for name, thing, span in things:
        known = set(unknown)
        own = {name: KINDS[name.title()].facts(thing, known)}
        yield _Subject({**data, **own}, frozenset(known), span, rollout.function, rollout=rollout)
