"""From a project and its rules to a report: each rule is asked about each model, and one defect becomes one finding."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from samguard.environments.environment import Environment, Production
from samguard.environments.production import is_stage_parameter
from samguard.errors import SamguardError
from samguard.evaluation import decided_by_default
from samguard.linting.at_risk import AtRisk, Suspicion
from samguard.linting.line_hash import line_hashes
from samguard.linting.outside import CFN_LINT, Outside, OutsideFinding
from samguard.linting.property_path import node_at
from samguard.linting.report import (
    BecauseStep,
    Notification,
    ProductionRollouts,
    Report,
    ReportedFinding,
    ReportedFix,
    TextEdit,
)
from samguard.linting.rule import Finding, Fix, Level, Rule
from samguard.linting.rule_modules import LoadedRule, Selection, names
from samguard.linting.suppression_use import Suppressing
from samguard.pattern import pattern
from samguard.project import NotRead, Project, TemplateFile
from samguard.rollout import Deployment, deployments
from samguard.source import Document, Format, Mapping, Place, Sequence, Span
from samguard.value import replace

_WHERE: Final = "{where}"
_RESOURCE: Final = "{resource}"
_ASSUMED: Final = "No environment is known to be production, so the template is judged as if it were for production."
_MOST_LINES: Final = 3
_PLAIN_WORD: Final = pattern(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")
_MOST_STEPS: Final = 20


@dataclass(slots=True)
class _Defect:
    """One defect while it is gathered from environments and worlds."""

    rule: Rule
    finding: Finding
    document: Document
    level: Level
    environments: dict[str, str] = field(default_factory=dict)
    """Environments by name, with the condition that it holds under there ("" for always)."""
    resources: dict[str, None] = field(default_factory=dict)
    fixes: dict[str, dict[str | None, Fix]] = field(default_factory=dict)
    """Fixes by title and resource."""
    is_assumed: bool = False

    def mending(self) -> tuple[Fix, ...]:
        """The fixes of the whole defect: one that several resources need is what each of them needs, together."""
        return tuple(
            _together(tuple(found.values())) if len(found) > 1 else next(iter(found.values()))
            for found in self.fixes.values()
            if found.keys() >= self.resources.keys()
        )


def _go_on() -> None:
    """Nobody stops the run."""


def lint(  # noqa: PLR0913 - what a run may be told
    project: Project,
    selection: Selection | None = None,
    *,
    with_line_hashes: bool = True,
    templates: Collection[str] | None = None,
    go_on: Callable[[], None] = _go_on,
    outside: Callable[[], Outside] | None = None,
) -> Report:
    """Every finding of the selected rules in a project.

    Line hashes take a pass over the whole text of each file with findings, and only SARIF has a use for them. With
    `templates`, paths, no other template's rollouts are looked at: the report is whole for these templates, and for the
    files that describe no other's deployment. `go_on` is called time and again, and may raise to end the run. `outside`
    gives what another linter found; it is called when samguard's own rules are done, and may wait.
    """
    chosen = selection or Selection()
    # SARIF lists the rules that ran, and that list must not change with the project: there, all are loaded.
    is_without = not project.pipelines and not with_line_hashes
    rules = chosen.rules(frozenset({"pipelines"})) if is_without else chosen.rules()
    run = _Run(project, rules, chosen.more, go_on)
    run.documents()
    for file in project.templates:
        if templates is None or file.document.path in templates:
            run.template(file)
    run.pipelines()
    run.whole()
    if outside is not None:
        run.outside(outside(), chosen)
    run.suppress()
    return run.report(with_line_hashes=with_line_hashes)


class _Run:
    """One pass over a project. The only mutable thing in the room: it gathers defects."""

    def __init__(
        self,
        project: Project,
        rules: tuple[LoadedRule, ...],
        more: tuple[LoadedRule, ...] = (),
        go_on: Callable[[], None] = _go_on,
    ) -> None:
        self.project = project
        self.rules = rules
        self.more = more
        self.go_on = go_on
        self.by_model: dict[str, list[LoadedRule]] = {}
        for loaded in rules:
            self.by_model.setdefault(loaded.model, []).append(loaded)
        self.defects: dict[tuple[object, ...], _Defect] = {}
        self.notifications = [_not_read(skipped) for skipped in project.not_read]
        self.environments: set[tuple[str, str]] = set()
        self.rollouts = 0
        self.at_risk = AtRisk()
        self.suppressed: dict[tuple[object, ...], str] = {}
        """The defects that are not to be told, with the reasons that their files give."""
        self.suppressing = Suppressing(project.today, more=more)
        self.other = Outside()
        """What another linter said, and what of it was wanted."""
        self.chosen: Selection | None = None

    # asking

    def ask(self, loaded: LoadedRule, model: object, path: str) -> Iterator[Finding]:
        """A rule's findings on one model. A crash is told, and the other findings survive."""
        try:
            yield from loaded.check(model)
        except Exception as error:  # noqa: BLE001 - a rule's bug must not hide the findings of the others
            self.failed(f"the rule {loaded.rule.id} ({loaded.rule.name})", path, error, loaded.rule)

    def ask_all(self, loaded: LoadedRule, models: Iterable[Any], path: str) -> list[Finding]:
        """A rule's findings on several models. Nearly always there are none, and asking must cost next to nothing."""
        check = loaded.check
        try:
            return [finding for model in models for finding in check(model)]
        except Exception:  # noqa: BLE001 - again, one by one, so that only what crashed is lost
            return [finding for model in models for finding in self.ask(loaded, model, path)]

    def failed(self, what: str, path: str, error: Exception, rule: Rule | None = None) -> None:
        """Tells a bug of samguard's own, or of a policy, once."""
        message = f"{what} failed on {path}: {type(error).__name__}: {error}. Please report this."
        if isinstance(error, SamguardError):
            message = f"{what} failed on {path}: {error}"
        note = Notification(Level.ERROR, message, path, rule, is_internal_error=not isinstance(error, SamguardError))
        if note not in self.notifications:
            self.notifications.append(note)

    def documents(self) -> None:
        """Rules about files as such, and about samconfigs."""
        for document in self.project.documents:
            self.go_on()
            for loaded in self.by_model.get("Document", ()):
                for finding in self.ask(loaded, document, document.path):
                    self.add(loaded.rule, finding, document)
        for config in self.project.samconfigs:
            for loaded in self.by_model.get("SamConfigFile", ()):
                for finding in self.ask(loaded, config, config.document.path):
                    self.add(loaded.rule, finding, config.document)

    def pipelines(self) -> None:
        """Rules about pipelines."""
        for loaded in self.by_model.get("Pipeline", ()):
            for pipeline in self.project.pipelines:
                for finding in self.ask(loaded, pipeline, pipeline.path):
                    self.add(loaded.rule, finding, pipeline.document)

    def whole(self) -> None:
        """Rules about the project as a whole."""
        for loaded in self.by_model.get("Project", ()):
            self.go_on()
            for finding in self.ask(loaded, self.project, "the project"):
                document = finding.document or (self.project.documents[0] if self.project.documents else None)
                if document is not None:
                    self.add(loaded.rule, finding, document)

    def outside(self, other: Outside, chosen: Selection) -> None:
        """Another linter's findings, without those that one of samguard's own tells on the same line already."""
        self.other, self.chosen = other, chosen
        self.notifications += other.notifications
        told = _Told(self.defects.values())
        for found in other.findings:
            if not chosen.takes(found.rule):
                continue
            if told.has(found):
                # A suppression that names it did its work, though there is nothing left to suppress.
                self.suppressing.suppresses(found.rule, found.document, found.finding.span.start)
            else:
                self.add(found.rule, found.finding, found.document)

    def template(self, file: TemplateFile) -> None:
        """Rules about a template, and about its deployment to each environment."""
        document = file.document
        for loaded in self.by_model.get("Template", ()):
            self.go_on()
            for finding in self.ask(loaded, file.template, document.path):
                self.add(loaded.rule, finding, document)
        for environment in file.environments:
            self.environments.add((document.path, environment.name))
            try:
                worlds = deployments(file.template, environment, file.sources)
            except Exception as error:  # noqa: BLE001 - one template's trouble must not hide the others' findings
                self.failed(f"the rollouts of {document.path}", document.path, error)
                return
            self.rollouts += len(worlds[0].rollouts)
            self.environment(document, environment, worlds)

    def environment(self, document: Document, environment: Environment, worlds: tuple[Deployment, ...]) -> None:
        """Findings of one environment: those that hold in every world of one stage."""
        by_stage: dict[
            tuple[tuple[str, str], ...], list[dict[tuple[object, ...], tuple[Rule, Finding, Production]]]
        ] = {}
        for world in worlds:
            stage = tuple((key, text) for key, text in world.assignment.items() if is_stage_parameter(key))
            found = {
                (*_key(rule, finding), finding.resource): (rule, finding, world.production)
                for rule, finding in self.world(document, world)
            }
            by_stage.setdefault(stage, []).append(found)
        held: dict[tuple[object, ...], list[str]] = {}
        chosen: dict[tuple[object, ...], tuple[Rule, Finding, Production]] = {}
        for world in worlds:
            self.at_risk.saw(document.path, world)
        for stage, in_worlds in by_stage.items():
            condition = " and ".join(f"{key} is {text!r}" for key, text in stage)
            for key, item in in_worlds[0].items():
                if all(key in other for other in in_worlds[1:]):
                    held.setdefault(key, []).append(condition)
                    chosen.setdefault(key, item)
                    self.suspect(document, environment.name, *item)
        for key, conditions in held.items():
            rule, finding, production = chosen[key]
            is_everywhere = len(conditions) == len(by_stage)
            condition = "" if is_everywhere else " or ".join(conditions)
            is_assumed = production is Production.ASSUMED and rule.about_production
            self.add(rule, finding, document, environment.name, condition, is_assumed=is_assumed)

    def world(self, document: Document, world: Deployment) -> Iterator[tuple[Rule, Finding]]:
        """Findings of one world, without those about production where it is not."""
        found = list(self.asked_about(document, world))
        refused = {_place(finding, document) for rule, finding in found if rule.refused_values}
        for rule, finding in found:
            decided = {_place(finding, document), *(_at(reason.place) for reason in finding.because)} if refused else ()
            if rule.refused_values or not refused.intersection(decided):
                yield rule, finding

    def asked_about(self, document: Document, world: Deployment) -> Iterator[tuple[Rule, Finding]]:
        """What the rules say of one world, each for itself."""
        models: list[tuple[str, Iterable[Any]]] = [
            ("Deployment", (world,)),
            ("Rollout", world.rollouts),
            ("Refusal", world.refusals),
        ]
        for model, values in models:
            for loaded in self.by_model.get(model, ()):
                self.go_on()
                if loaded.rule.about_production and world.production is Production.NO:
                    continue
                for finding in self.ask_all(loaded, values, document.path):
                    is_guess = world.environment.is_assumed and decided_by_default(finding.because)
                    if not (loaded.rule.about_production and is_guess):
                        yield loaded.rule, finding

    # gathering

    def suspect(
        self, document: Document, environment: str | None, rule: Rule, finding: Finding, production: Production
    ) -> None:
        """Takes a finding up that may put rollouts of a template to production at risk."""
        level = finding.level or rule.level
        if production is Production.YES:
            told_in = (finding.document or document).path
            key = (told_in, *_key(rule, finding))
            said = Suspicion(key, rule, level, told_in, document.path, environment, finding.resource)
            self.at_risk.suspects(said)

    def add(  # noqa: PLR0913 - the parts of one defect
        self,
        rule: Rule,
        finding: Finding,
        document: Document,
        environment: str = "",
        condition: str = "",
        *,
        is_assumed: bool = False,
    ) -> None:
        """Takes a finding up, into the defect it belongs to."""
        document = finding.document or document
        key = (document.path, *_key(rule, finding))
        defect = self.defects.get(key)
        level = finding.level or rule.level
        if is_assumed and level is Level.ERROR:
            level = Level.WARNING
        if defect is None:
            defect = _Defect(rule, finding, document, level, is_assumed=is_assumed)
            self.defects[key] = defect
        elif level.weight > defect.level.weight:
            defect.level = level
        if environment and defect.environments.get(environment) != "":
            defect.environments[environment] = condition
        if finding.resource is not None:
            defect.resources[finding.resource] = None
        for fix in finding.fixes:
            defect.fixes.setdefault(fix.title, {}).setdefault(finding.resource, fix)

    # suppressing

    def suppress(self) -> None:
        """Marks what the files say is not to be told, then asks the rules about that saying."""
        suppressing = self.suppressing
        self._mark(suppressing)
        rules = self.by_model.get("SuppressionUse", [])
        by_path = {pipeline.document.path: pipeline.document for pipeline in self.project.pipelines}
        by_path |= {document.path: document for document in self.project.documents}
        for document in by_path.values() if rules else ():
            for use in suppressing.uses(document, self._ran):
                for loaded in rules:
                    for finding in self.ask(loaded, use, document.path):
                        self.add(loaded.rule, finding, document)
        self._mark(suppressing)

    def _mark(self, suppressing: Suppressing) -> None:
        for key, defect in self.defects.items():
            found = suppressing.suppresses(defect.rule, defect.document, defect.finding.span.start)
            if found is not None:
                self.suppressed[key] = found.reason

    def _ran(self, rule: Rule, path: str) -> bool:
        """Whether a rule was asked all there is about a file, so that no finding means nothing to find."""
        is_switched_off = names(self.project.ignored_in(path), rule)
        if rule.name == CFN_LINT:
            is_wanted = self.chosen is not None and self.chosen.takes(rule) and rule.level is not Level.NOTE
            return is_wanted and path in self.other.asked and not is_switched_off
        has_failed = any(
            note.rule is rule or (note.is_internal_error and note.rule is None and note.path == path)
            for note in self.notifications
        )
        is_asked = any(loaded.rule is rule and loaded.model != "SuppressionUse" for loaded in self.rules)
        return is_asked and not is_switched_off and not has_failed and not self.project.is_narrowed

    # reporting

    def report(self, *, with_line_hashes: bool) -> Report:
        """The findings, resolved and sorted."""
        defects = [item for item in self.defects.items() if not self._is_ignored(item[1])]
        production = self.production()
        hashes: dict[str, list[str]] = {}
        taken: dict[str, int] = {}
        reported: list[ReportedFinding] = []
        suppressed: list[ReportedFinding] = []
        level_of = self._configured_level()
        shown = self._shown()
        environments = frozenset(name for _, name in self.environments)
        for key, defect in sorted(defects, key=lambda item: _order(item[1])):
            document = defect.document
            if level_of is not None:
                defect.level = level_of(defect.rule, document.path, defect.level)
            if document.path not in hashes:
                hashes[document.path] = line_hashes(document.text) if with_line_hashes else []
            found = shown(_reported(defect, hashes[document.path], taken, environments))
            if key in self.suppressed:
                suppressed.append(replace(found, suppression=self.suppressed[key]))
            else:
                reported.append(found)
        return Report(
            findings=tuple(reported),
            rules=tuple(loaded.rule for loaded in self.rules),
            templates=len(self.project.templates),
            environments=len(self.environments),
            rollouts=self.rollouts,
            production=production,
            notifications=tuple(self.notifications),
            suppressed=tuple(suppressed),
            explanations={loaded.rule.id: loaded.explanation for loaded in self.more} | self.other.explanations,
        )

    def _shown(self) -> Callable[[ReportedFinding], ReportedFinding]:
        """Gives a finding as it may be shown: without the values of parameters that say `NoEcho`."""
        if not any(
            declared.is_hidden for file in self.project.templates for declared in file.template.parameters.values()
        ):
            return lambda found: found
        from samguard.linting.hidden_values import HiddenValues  # noqa: PLC0415 - few templates have such parameters

        return HiddenValues(self.project).without

    def production(self) -> ProductionRollouts:
        """How many rollouts to production there are, and how many of them are at risk."""
        level_of = self._configured_level()
        for defect in self.defects.values():
            if not defect.environments and defect.rule.name != CFN_LINT:
                for resource in defect.resources or (None,):
                    finding = replace(defect.finding, resource=resource, document=None)
                    self.suspect(defect.document, None, defect.rule, finding, Production.YES)

        def is_told_error(said: Suspicion) -> bool:
            if said.key in self.suppressed or names(self.project.ignored_in(said.told_in), said.rule):
                return False
            level = said.level if level_of is None else level_of(said.rule, said.told_in, said.level)
            return level is Level.ERROR

        return self.at_risk.counted(is_told_error)

    def _configured_level(self) -> Callable[[Rule, str, Level], Level] | None:
        """Gives the level of a rule in a file; None where the configuration says nothing of levels."""
        settings = self.project.settings
        if not (settings.levels or settings.per_path or settings.require_reason):
            return None
        from samguard.linting.levels import Levels  # noqa: PLC0415 - few projects have any

        return Levels(self.project).of

    def _is_ignored(self, defect: _Defect) -> bool:
        return names(self.project.ignored_in(defect.document.path), defect.rule)


class _Told:
    """Where samguard's own rules have fired, to see whether another linter says the same again."""

    def __init__(self, defects: Iterable[_Defect]) -> None:
        self.weights: dict[tuple[str, str, int], int] = {}
        """The weight of the worst finding by file, rule and line; line 0 stands for the file."""
        for defect in defects:
            location = defect.document.location(defect.finding.span)
            for line in (0, location.start.line, location.end.line):
                key = (location.path, defect.rule.id, line)
                self.weights[key] = max(self.weights.get(key, 0), defect.level.weight)

    def has(self, found: OutsideFinding) -> bool:
        """Whether the cause of a finding is told, by a finding that weighs no less."""
        line = found.document.position(found.finding.span.start).line
        keys = [*((rule, line) for rule in found.told_by), *((rule, 0) for rule in found.told_in_file)]
        least = found.rule.level.weight
        return any(self.weights.get((found.document.path, *key), 0) >= least for key in keys)


def _not_read(skipped: NotRead) -> Notification:
    if skipped.is_internal_error:
        message = f"reading the pipelines failed on {skipped.path}: {skipped.why}. Please report this."
        return Notification(Level.ERROR, message, skipped.path, is_internal_error=True)
    return Notification(_weight(skipped), f"{skipped.path} was not checked: {skipped.why}", skipped.path)


def _weight(skipped: NotRead) -> Level:
    """How much it matters that a file was not read."""
    if skipped.is_failure:
        return Level.ERROR
    return Level.WARNING if skipped.was_named else Level.NOTE


def _key(rule: Rule, finding: Finding) -> tuple[object, ...]:
    """What makes two findings the same defect: rule, place, and what is said."""
    return (rule.id, finding.span, finding.message if _RESOURCE not in finding.message else "")


def _place(finding: Finding, document: Document) -> tuple[str, Span]:
    """A finding's place, to be compared with others."""
    return (finding.document or document).path, finding.span


def _at(place: Place | None) -> tuple[str, Span] | None:
    return None if place is None else (place.document.path, place.span)


def _order(defect: _Defect) -> tuple[object, ...]:
    return (defect.document.path, defect.finding.span, defect.rule.id, defect.finding.message)


def _reported(
    defect: _Defect, hashes: list[str], taken: dict[str, int], names: frozenset[str] = frozenset()
) -> ReportedFinding:
    """A defect as it is told. `names` are those of environments, which stay as they are at a sentence's beginning."""
    document, finding = defect.document, defect.finding
    location = document.location(finding.span)
    resources = tuple(defect.resources)
    message = finding.message.replace(_WHERE, _where(defect)).replace(_RESOURCE, _listed(resources))
    message = _begun(message, names.union(resources))
    if not message.endswith((".", "?", "!")):
        message += "."
    steps: dict[BecauseStep, None] = {}
    for reason in finding.because:
        step = BecauseStep(reason.message, reason.place.location if reason.place is not None else None)
        steps[step] = None
    if defect.is_assumed:
        steps[BecauseStep(_ASSUMED, None)] = None
    last = min(location.end.line, location.start.line + _MOST_LINES - 1)
    identity = _identity(defect)
    count = taken.get(identity, 0)
    taken[identity] = count + 1
    fingerprint = _digest(f"{identity}:{count}") if count else identity
    line = location.start.line
    return ReportedFinding(
        rule=defect.rule,
        level=defect.level,
        message=message,
        location=location,
        resource=resources[0] if resources else None,
        environments=tuple(defect.environments),
        because=tuple(steps)[:_MOST_STEPS],
        fixes=tuple(_resolved(fix, document) for fix in defect.mending()),
        fingerprint=fingerprint,
        line_hash=hashes[line - 1] if line <= len(hashes) else "",
        lines=() if finding.is_secret else tuple(document.line(number) for number in range(line, last + 1)),
        identity=identity,
    )


def _begun(message: str, names: frozenset[str]) -> str:
    """A message that begins as a sentence does, unless it begins with a name or a path."""
    first = message.partition(" ")[0].rstrip(",;:.?!")
    return message if first in names or not _PLAIN_WORD.fullmatch(first) else message[:1].upper() + message[1:]


def _where(defect: _Defect) -> str:
    """The environments a defect holds in, to be read after a comma or at a sentence's end."""
    if defect.is_assumed:
        conditions = {condition for condition in defect.environments.values() if condition}
        return f"if {' or '.join(sorted(conditions))}" if conditions else "wherever this template is deployed"
    shown = [
        f"{name} if {condition}" if condition and name != "default" else f"where {condition}" if condition else name
        for name, condition in defect.environments.items()
    ]
    if len(shown) == 1 and shown[0].startswith("where "):
        return shown[0]
    return f"in {_listed(tuple(shown))}"


def _listed(words: tuple[str, ...]) -> str:
    if not words:
        return "the template"
    if len(words) > 4:  # noqa: PLR2004
        return f"{words[0]}, {words[1]} and {len(words) - 2} others"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _identity(defect: _Defect) -> str:
    """A defect's identity across unrelated edits: the rule, the keys that lead there, and what is written there.

    A mapping or list of several lines is known by the keys alone: what else is added to it is another matter. Neither
    the environments nor the message play a part: the same defect in one more environment is no other one.
    """
    document, span = defect.document, defect.finding.span
    name = document.path.rpartition("/")[2]
    if defect.finding.is_about_all:
        return _digest(f"{defect.rule.id}\0{name}")
    path, node = node_at(document, span)
    written = document.text[span.start : min(span.end, span.start + 200)]
    is_block = isinstance(node, Mapping | Sequence) and "\n" in written
    said = "" if defect.finding.is_secret or is_block else " ".join(written.split())
    parts = (defect.rule.id, name, *path, said)
    return _digest("\0".join(parts))


def _digest(text: str) -> str:
    from hashlib import sha256  # noqa: PLC0415 - 3 ms, and only where something is found

    return sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _together(fixes: tuple[Fix, ...]) -> Fix:
    """Fixes of one title as one: every edit of theirs, once."""
    edits = dict.fromkeys(edit for fix in fixes for edit in fix.edits)
    return Fix(fixes[0].title, tuple(edits), all(fix.safe for fix in fixes), fixes[0].document)


def _resolved(fix: Fix, document: Document) -> ReportedFix:
    target = fix.document or document
    wanted = fix.edits
    if target.format is Format.JSON:
        from samguard.source.json_edit import in_json  # noqa: PLC0415 - most templates are YAML

        wanted = tuple(in_json(edit, target) for edit in wanted)
    edits = tuple(TextEdit(target.location(edit.span), edit.text) for edit in wanted)
    return ReportedFix(fix.title, fix.safe, edits)
