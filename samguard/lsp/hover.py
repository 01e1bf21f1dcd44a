"""What an editor shows of the place under the pointer: what CodeDeploy does, what a value is where, and the findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeAlias

from samguard.evaluation import EvaluatedTemplate, Reason, Reference, Trail, Unknown, Value
from samguard.linting import ReportedFinding
from samguard.linting.explanation import Explanation
from samguard.lsp.cursor import Cursor, cursor_at
from samguard.lsp.diagnostics import rules_by_id
from samguard.lsp.prose import Prose
from samguard.lsp.sentences import rollout_words, strategy_words
from samguard.lsp.view import View
from samguard.rollout import Deployment, label
from samguard.rollout.plan import EnvironmentPlan, PlannedRollout
from samguard.source import Location, Mapping, Node, Scalar, Span, walk
from samguard.template import Resource, intrinsic
from samguard.template.mentions import Mention, Naming
from samguard.value import value

Address: TypeAlias = Callable[[Location], str | None]
"""The address of a place, for a link to it."""

_MOST_FINDINGS: Final = 5
_MOST_WORLDS: Final = 4
_MOST_STEPS: Final = 12
_MOST_ENVIRONMENTS: Final = 20
_MOST_FUNCTIONS: Final = 10
PREFERENCE: Final = "DeploymentPreference"


@value
class Shown:
    """What a hover shows, and the span of the template that it is about; None where it is about a finding only."""

    text: str
    span: Span | None


def hover(
    view: View | None,
    offset: int | None,
    findings: Iterable[tuple[ReportedFinding, Explanation | None]],
    address: Address,
    *,
    is_markdown: bool,
) -> Shown | None:
    """What there is to say of an offset of a template, and of findings there. None where there is nothing."""
    prose = Prose(is_markdown=is_markdown)
    span = _Writer(view, prose, address).about(offset) if view is not None and offset is not None else None
    for count, (finding, rule) in enumerate(findings):
        if count == _MOST_FINDINGS:
            prose.add(prose.text("… and more findings here."))
            break
        prose.rule()
        _finding(finding, rule, prose, address)
    text = prose.whole()
    return Shown(text, span) if text else None


def plan_text(view: View, function: str) -> str:
    """What happens to one function in each environment, as plain text."""
    prose = Prose(is_markdown=False)
    rows = view.planned.get(function, ())
    prose.add(f"{prose.code(function)}:")
    prose.items((0, _environments(prose, [plan], rollout_words(row))) for plan, row in rows)
    return prose.whole()


class _Writer:
    """Says what there is to say about one place of a template."""

    def __init__(self, view: View, prose: Prose, address: Address) -> None:
        self.view = view
        self.prose = prose
        self.address = address

    def about(self, offset: int) -> Span | None:
        """Writes it; gives the span that it is about."""
        cursor = cursor_at(self.view.document, offset)
        if cursor is None:
            return None
        return self._deployment(cursor, offset) or self._declaration(cursor) or self._expression(cursor, offset)

    # what CodeDeploy does

    def _deployment(self, cursor: Cursor, offset: int) -> Span | None:
        """About a function's logical id, its DeploymentPreference or the strategy in it."""
        functions = [
            name
            for name, rollout in self.view.rollouts.items()
            if any(_is_in(span, offset) for span in (rollout.spans.resource, rollout.spans.strategy))
            or _is_in(rollout.spans.preference, offset)
        ]
        if not functions:
            if PREFERENCE not in cursor.path or cursor.path[-1] not in (PREFERENCE, "Type"):
                return None
            functions = self._governed(cursor)
        if not functions:
            return None
        span = cursor.key.key.span if cursor.key is not None else cursor.nodes[-1].span
        self.prose.own("**What CodeDeploy will do**")
        shown = functions[:_MOST_FUNCTIONS]
        if len(shown) == 1:
            self.prose.items(self._rows(shown[0], 0))
        else:
            self.prose.items(line for name in shown for line in ((0, self.prose.code(name)), *self._rows(name, 1)))
        if len(functions) > len(shown):
            self.prose.add(self.prose.text(f"… and {len(functions) - len(shown)} more functions."))
        node = cursor.key.value if cursor.key is not None and cursor.path[-1] == "Type" else cursor.expression
        if node is not None and intrinsic(node) is not None:
            self._values(node)
        return span

    def _governed(self, cursor: Cursor) -> list[str]:
        """The functions that a preference, or a Type in it, is said for: those of a resource, or all that inherit it."""
        place = cursor.path.index(PREFERENCE)
        if cursor.path[0] == "Resources" and len(cursor.path) > 1:
            return [str(cursor.path[1])] if cursor.path[1] in self.view.planned else []
        around = cursor.nodes[min(place + 1, len(cursor.nodes) - 1)].span
        return [
            name
            for name, rollout in self.view.rollouts.items()
            if any(_is_in(around, span.start) for span in (rollout.spans.preference, rollout.spans.strategy))
        ]

    def _rows(self, function: str, depth: int) -> Iterator[tuple[int, str]]:
        alike: dict[tuple[str, tuple[tuple[str, str], ...]], list[EnvironmentPlan]] = {}
        for plan, row in self.view.planned.get(function, ())[:_MOST_ENVIRONMENTS]:
            alike.setdefault((self._words(row), tuple(row.unknown.items())), []).append(plan)
        for (words, unknown), plans in alike.items():
            yield depth, _environments(self.prose, plans, words)
            for name, reason in unknown[:_MOST_WORLDS]:
                yield depth + 1, self.prose.text(f"{name.replace('_', ' ')}: {reason}")

    def _words(self, row: PlannedRollout) -> str:
        if row.strategy is None:
            return rollout_words(row)
        return f"{strategy_words(row)}: {rollout_words(row)}"

    # declarations

    def _declaration(self, cursor: Cursor) -> Span | None:
        """About the key of a parameter or a condition."""
        if cursor.key is None or len(cursor.path) != 2:  # noqa: PLR2004 - a section and a name in it
            return None
        section, name = cursor.path
        if section == "Parameters" and name in self.view.template.parameters:
            self._parameter(str(name))
        elif section == "Conditions" and name in self.view.template.conditions:
            self._condition(str(name))
        else:
            return None
        return cursor.key.key.span

    def _parameter(self, name: str) -> None:
        self.prose.add(f"{self.prose.text('Parameter')} {self.prose.code(name)}")
        self._each(lambda scene: scene.parameter(name), is_hidden=name in self._secrets())

    def _condition(self, name: str) -> None:
        self.prose.add(f"{self.prose.text('Condition')} {self.prose.code(name)}")
        self._each(lambda scene: scene.condition(name))

    # expressions

    def _expression(self, cursor: Cursor, offset: int) -> Span | None:
        mention = self.view.mention_at(offset)
        node = cursor.expression
        if mention is not None:
            self._mention(mention)
        if node is not None and not self._is_plain(node, mention):
            self._values(node)
        if node is None:
            return mention.span if mention is not None else None
        return node.span

    def _is_plain(self, node: Mapping, mention: Mention | None) -> bool:
        """Whether an expression is no more than the name in it, of which all is said."""
        call = intrinsic(node)
        is_name = call is not None and call.name in ("Ref", "Condition") and isinstance(call.argument, Scalar)
        if call is not None and call.name == "Fn::GetAtt":
            is_name = True
        return is_name and mention is not None and self._is_known(mention)

    def _is_known(self, mention: Mention) -> bool:
        template = self.view.template
        return any(mention.name in names for names in (template.parameters, template.resources, template.conditions))

    def _mention(self, mention: Mention) -> None:
        template = self.view.template
        if mention.naming is Naming.CONDITION and mention.name in template.conditions:
            self._condition(mention.name)
        elif mention.naming is Naming.VALUE and mention.name in template.parameters:
            self._parameter(mention.name)
        elif mention.name in template.resources:
            self._resource(template.resources[mention.name], mention.attribute)

    def _resource(self, resource: Resource, attribute: str) -> None:
        of = f"{self.prose.code(attribute)} of " if attribute else ""
        kind = f" ({self.prose.code(resource.type)})" if resource.type else ""
        self.prose.add(f"{of}{self.prose.code(resource.logical_id)}{kind}")
        if resource.condition is not None:
            self._condition(resource.condition.text)

    def _values(self, node: Node) -> None:
        self.prose.own("**Value**")
        names = {part.text for part in walk(node) if isinstance(part, Scalar)}
        is_hidden = any(secret in name for secret in self._secrets() for name in names)
        self._each(lambda scene: scene.value(node), is_hidden=is_hidden)

    def _secrets(self) -> frozenset[str]:
        """Parameters whose values CloudFormation does not show either."""
        return frozenset(name for name, declared in self.view.template.parameters.items() if declared.is_hidden)

    def _each(self, evaluate: Callable[[EvaluatedTemplate], Value], *, is_hidden: bool = False) -> None:
        """What something is in each environment, with the trail that leads there."""
        if is_hidden:
            self.prose.add(self.prose.text("Its value is not shown (NoEcho)."))
            return
        said: dict[tuple[str, Trail], list[str]] = {}
        for worlds in self.view.worlds[:_MOST_ENVIRONMENTS]:
            for name, found in _in_environment(worlds, evaluate, self._shown):
                said.setdefault((self._shown(found), found.because), []).append(name)
        lines: list[tuple[int, str]] = []
        for (text, trail), names in said.items():
            lines.append((0, f"{self.prose.strong(', '.join(names))}: {text}"))
            lines += [(1, self._step(reason)) for reason in trail[:_MOST_STEPS]]
        self.prose.items(lines)

    def _step(self, reason: Reason) -> str:
        if any(secret in reason.message for secret in self._secrets()):
            return self.prose.text("a parameter that is not shown (NoEcho)")
        if reason.place is None:
            return self.prose.text(reason.message)
        return f"{self.prose.text(reason.message)} ({_place(reason.place.location, self.prose, self.address)})"

    def _shown(self, found: Value) -> str:
        if isinstance(found, Unknown):
            return self.prose.text(f"not known: {found.reason}")
        if isinstance(found, Reference):
            what = f"{found.attribute} of" if found.attribute else "the resource"
            return f"{self.prose.text(what)} {self.prose.code(found.logical_id)}"
        return self.prose.code(label(found))


def _in_environment(
    worlds: tuple[Deployment, ...], evaluate: Callable[[EvaluatedTemplate], Value], shown: Callable[[Value], str]
) -> Iterator[tuple[str, Value]]:
    """What something is in an environment, with the environment's name; with conditions where worlds differ."""
    environment = worlds[0].environment
    name = "where no environment is known" if environment.is_assumed else environment.name
    said: dict[str, tuple[str, Value]] = {}
    for world in worlds:
        found = evaluate(world.scene)
        condition = " and ".join(f"{key} is {text}" for key, text in world.assignment.items())
        said.setdefault(shown(found), (condition, found))
    for condition, found in list(said.values())[:_MOST_WORLDS]:
        yield f"{name} if {condition}" if condition and len(said) > 1 else name, found


def _environments(prose: Prose, plans: list[EnvironmentPlan], words: str) -> str:
    if any(plan.assumed for plan in plans):
        return prose.text(words)
    names = ", ".join(f"{plan.name} (production)" if plan.production else plan.name for plan in plans)
    return f"{prose.strong(names)}: {prose.text(words)}"


def _place(location: Location, prose: Prose, address: Address) -> str:
    return prose.link(f"{location.path}:{location.start.line}", address(location))


def _finding(finding: ReportedFinding, explained: Explanation | None, prose: Prose, address: Address) -> None:
    """The rule's page, short: the reader sees the message in the diagnostic, and here what goes wrong and what to do."""
    prose.add(f"{prose.strong(f'{finding.rule.id} {finding.rule.name}')} ({finding.level.value})")
    prose.add(prose.text(finding.message))
    steps = [
        (0, prose.text(step.message) if step.location is None else f"{prose.text(step.message)} ({at})")
        for step in finding.because[:_MOST_STEPS]
        for at in (_place(step.location, prose, address) if step.location is not None else "",)
    ]
    if steps:
        prose.own("**Because**")
        prose.items(steps)
    if explained is None:
        return
    for title, text in (("What goes wrong", explained.what_goes_wrong), ("Fix", explained.fix)):
        if text:
            # a policy's words are those of the repository
            prose.own(f"**{title}:** {text if finding.rule.id in rules_by_id() else prose.text(text)}")


def _is_in(span: Span, offset: int) -> bool:
    return span.start <= offset <= span.end
