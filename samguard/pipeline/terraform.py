"""Terraform: the CodePipelines that it makes, and the CloudFormation stacks that it deploys itself.

Source: Terraform AWS provider documentation, aws_codepipeline, aws_codebuild_project, aws_cloudformation_stack,
aws_serverlessapplicationrepository_cloudformation_stack.
"""

from __future__ import annotations

import re
from collections.abc import Sequence as Several
from typing import Final

from samguard.environments import UNNAMED, DeployCommand, ParameterSource, ParameterValue
from samguard.pattern import pattern
from samguard.pipeline.codepipeline_actions import Action, Build, Setting, pipeline_jobs, stage_groups
from samguard.pipeline.commands import Workspace
from samguard.pipeline.environment_name import environment_name
from samguard.pipeline.hcl import Block, heredoc_body, read_attributes, read_hcl
from samguard.pipeline.model import (
    Job,
    Pipeline,
    PipelineProblem,
    PipelineSystem,
    Step,
    StepKind,
    Timeout,
    Trigger,
    whole,
)
from samguard.pipeline.shell import UNKNOWN, Read, joined
from samguard.pipeline.written_nodes import entries_of, items_of, number_of, text_of, texts_of, under
from samguard.source import Document, Mapping, Node, Place, Scalar, Sequence, Span, parse_document
from samguard.value import replace

_VALUES: Final = "terraform.tfvars"
_STACKS: Final = ("aws_cloudformation_stack", "aws_serverlessapplicationrepository_cloudformation_stack")
_DEFAULT_MINUTES: Final = 60.0
_INTERPOLATION: Final = pattern(r"\$?\$\{([^}\n]*)\}")
_NO_NAME: Final = pattern(r"\W")
_NOT_A_BREAK: Final = pattern(r"[^\n]")


def read_terraform(documents: Several[Document], read: Read) -> tuple[Pipeline, ...]:
    """The pipelines of the files of one folder, which Terraform reads as one."""
    known, wrong_values = _given_values(documents[0].path.rpartition("/")[0], read)
    for document in documents:
        for block in read_hcl(document, {})[0]:
            if block.kind == "locals":
                for entry in entries_of(block.body):
                    text = text_of(entry.value)
                    if text is not None and UNKNOWN not in text:
                        known[f"local.{entry.name}"] = text
    found: list[Pipeline] = []
    blocks: list[Block] = []
    problems: dict[str, tuple[PipelineProblem, ...]] = {}
    for document in documents:
        own, wrong = read_hcl(document, known)
        blocks += own
        problems[document.path] = wrong
    for document in documents:
        here = [block for block in blocks if block.place.document.path == document.path and block.kind == "resource"]
        reader = _Reader(document, blocks, read, known)
        made = [reader.pipeline(block) for block in here if block.labels[:1] == ("aws_codepipeline",)]
        jobs = tuple(reader.stack(block) for block in here if block.labels and block.labels[0] in _STACKS)
        wrong = (*problems[document.path], *(wrong_values if document is documents[0] else ()))
        if jobs or wrong:
            made.append(
                Pipeline(
                    document.path,
                    PipelineSystem.TERRAFORM,
                    document.path,
                    whole(document),
                    document,
                    jobs=jobs,
                    problems=wrong,
                )
            )
        found += made
    return tuple(found)


def _given_values(folder: str, read: Read) -> tuple[dict[str, str], tuple[PipelineProblem, ...]]:
    """What the file says that Terraform takes its variables from of itself."""
    document = read(f"{folder}/{_VALUES}" if folder else _VALUES)
    if document is None:
        return {}, ()
    body, problems = read_attributes(document)
    given = {f"var.{entry.name}": text_of(entry.value) for entry in entries_of(body)}
    return {name: text for name, text in given.items() if text is not None and UNKNOWN not in text}, problems


class _Reader:
    """Reads the resources of one file; those that they refer to may stand in another one of the folder."""

    def __init__(self, document: Document, blocks: Several[Block], read: Read, known: dict[str, str]) -> None:
        self._document = document
        self._blocks = blocks
        self._read = read
        self._known = known
        self._problems: list[PipelineProblem] = []
        self._folder = document.path.rpartition("/")[0]

    def pipeline(self, block: Block) -> Pipeline:
        workspace = Workspace()
        stages: list[tuple[str, tuple[Action, ...]]] = []
        for stage in items_of(block.body.get("stage")):
            name = text_of(under(stage, "name")) or "?"
            actions = tuple(
                self._action(action, name) for action in items_of(under(stage, "action")) if isinstance(action, Mapping)
            )
            stages.append((name.replace(UNKNOWN, "?"), actions))
        jobs = pipeline_jobs(stage_groups(stages), workspace, self._read)
        triggers = []
        for _, actions in stages:
            for action in actions:
                if action.category == "Source":
                    branch = action.configuration.get("BranchName") or action.configuration.get("Branch")
                    branches = (branch.text,) if branch is not None and branch.text else ()
                    triggers.append(Trigger("push", branches, action.place))
        name = text_of(block.body.get("name")) or ""
        return Pipeline(
            self._document.path,
            PipelineSystem.CODEPIPELINE,
            name if name and UNKNOWN not in name else ".".join(block.labels),
            block.place,
            self._document,
            tuple(triggers),
            jobs,
            problems=(*self._problems, *workspace.problems),
        )

    def _action(self, node: Mapping, stage: str) -> Action:
        table = under(node, "configuration")
        configuration = {entry.name: self._setting(entry.value, entry.span) for entry in entries_of(table)}
        name = text_of(under(node, "name")) or "?"
        provider = text_of(under(node, "provider")) or ""
        overrides = under(table, "ParameterOverrides")
        given = None
        if isinstance(overrides, Mapping):
            given = _values(overrides, self._document)
        elif isinstance(overrides, Scalar) and UNKNOWN not in overrides.text and overrides.text.lstrip()[:1] == "{":
            place = Place(self._document, overrides.span)
            root = parse_document(overrides.text, "overrides.json").root
            given = {
                entry.name: ParameterValue(text_of(entry.value), ParameterSource.PIPELINE, place)
                for entry in entries_of(root)
            }
        return Action(
            name=name.replace(UNKNOWN, "?"),
            place=Place(self._document, node.span),
            stage=stage,
            run_order=int(number_of(under(node, "run_order")) or 1),
            category=text_of(under(node, "category")) or "",
            provider=provider,
            configuration=configuration,
            region=_known(text_of(under(node, "region"))),
            role=_known(text_of(under(node, "role_arn"))),
            build=self._build(table) if provider == "CodeBuild" else None,
            document=self._document,
            overrides=given,
        )

    def _setting(self, node: Node, span: Span) -> Setting:
        pieces = node.text if isinstance(node, Scalar) else UNKNOWN
        written = node.raw or node.text if isinstance(node, Scalar) else ""
        return Setting(pieces, written, Place(self._document, span), node)

    def _build(self, table: Node | None) -> Build | None:
        named = under(table, "ProjectName")
        if not isinstance(named, Scalar):
            return None
        parts = re.sub(r"""["${} ]""", "", named.raw).split(".")
        block = next(
            (
                one
                for one in self._blocks
                if one.labels[:1] == ("aws_codebuild_project",)
                and (
                    one.labels[1:2] == tuple(parts[1:2])
                    or (UNKNOWN not in named.text and text_of(one.body.get("name")) == named.text)
                )
            ),
            None,
        )
        if block is None:
            return None
        variables: dict[str, str] = {}
        for environment in items_of(block.body.get("environment")):
            for item in items_of(under(environment, "environment_variable")):
                name, worth = text_of(under(item, "name")), text_of(under(item, "value"))
                if name is not None:
                    is_plain = text_of(under(item, "type")) in (None, "PLAINTEXT")
                    variables[name] = worth if worth is not None and is_plain else UNKNOWN
        passed = under(table, "EnvironmentVariables")
        root = passed
        if isinstance(passed, Scalar):
            root = parse_document(passed.text, "variables.json").root if UNKNOWN not in passed.text else None
        for item in items_of(root):
            name, worth = text_of(under(item, "name")), text_of(under(item, "value"))
            if name is not None:
                variables[name] = UNKNOWN if worth is None else worth
        timeout = block.body.entry("build_timeout")
        minutes = _DEFAULT_MINUTES if timeout is None else number_of(timeout.value)
        document = block.place.document
        place = block.place if timeout is None else Place(document, timeout.span)
        build = Build(
            None,
            document,
            None,
            variables,
            Timeout(minutes, place),
            _known(text_of(block.body.get("service_role"))),
            block.labels[1] if len(block.labels) > 1 else None,
        )
        spec = next((under(source, "buildspec") for source in items_of(block.body.get("source"))), None)
        return self._with_spec(build, spec)

    def _with_spec(self, build: Build, spec: Node | None) -> Build:
        path = text_of(under(spec, "file"))
        inline = None
        if isinstance(spec, Mapping) and path is None:  # yamlencode({ ... })
            return replace(build, root=spec)
        if path is None and isinstance(spec, Scalar):
            if "\n" in spec.text:
                inline = spec
            else:
                path = spec.text
        elif path is None and spec is None:
            path = "buildspec.yml"
        document = None
        if path is not None and UNKNOWN not in path:
            document = self._read(path.removeprefix("./")) or self._read(joined(self._folder, path) or path)
        if document is not None and document.root is not None:
            return replace(build, root=document.root, document=document)
        if inline is not None:
            return self._inline(build, inline)
        return build

    def _inline(self, build: Build, spec: Scalar) -> Build:
        """A buildspec that stands in the configuration: what Terraform puts in is a variable of its commands."""
        if not spec.raw.startswith("<<"):
            return replace(build, root=parse_document(spec.text, "buildspec.yml").root, whole=spec.span)
        text = build.document.text
        start, end = heredoc_body(text, spec.span)
        variables = dict(build.variables)

        def variable(match: re.Match[str]) -> str:  # as long as what it replaces, so that places stay
            if match[0].startswith("$$"):  # the shell's own
                return f"${{{match[1]}-}}"
            name = _NO_NAME.sub("_", match[1])
            variables[name] = self._known.get(match[1].strip(), UNKNOWN)
            return f"${{{name}}}"

        body = _INTERPOLATION.sub(variable, text[start:end])
        document = parse_document(_NOT_A_BREAK.sub(" ", text[:start]) + body, "buildspec.yml")
        if document.root is None:
            self._problems += (
                PipelineProblem(problem.message, Place(build.document, problem.span)) for problem in document.problems
            )
        return replace(build, root=document.root, variables=variables)

    def stack(self, block: Block) -> Job:
        """A stack that `terraform apply` deploys."""
        body = block.body
        parameters = _values(body.get("parameters"), self._document)
        name = _known(text_of(body.get("name")))
        template = under(body.get("template_body"), "file")
        options = {
            entry.name: ParameterValue(
                _known(entry.value.text), ParameterSource.PIPELINE, Place(self._document, entry.span)
            )
            for entry in entries_of(body)
            if isinstance(entry.value, Scalar) and entry.name != "template_body"
        }
        capabilities = body.get("capabilities")
        if isinstance(capabilities, Sequence):
            said = _known(" ".join(texts_of(capabilities)))
            place = Place(self._document, capabilities.span)
            options["capabilities"] = ParameterValue(said, ParameterSource.PIPELINE, place)
        given = body.entry("parameters")
        if given is not None and not isinstance(given.value, Mapping):  # merge(...), var.parameters
            place = Place(self._document, given.span)
            options["parameter_overrides"] = ParameterValue(None, ParameterSource.PIPELINE, place)
        label = ".".join(block.labels)
        hints = (text_of(body.get("name")) or "", label, self._document.path)
        environment = environment_name(None, None, parameters, name, (), hints)
        path = _known(text_of(template))
        command = DeployCommand(
            environment or UNNAMED,
            joined(self._folder, path) if path is not None else None,
            name,
            None,
            parameters,
            options,
            block.place,
            deploys_with_previous_values=False,
        )
        step = Step(
            StepKind.DEPLOY,
            label,
            block.place,
            command=command,
            tool=f"terraform {block.labels[0]}",
            waits=True,
            names_environment=environment is not None,
        )
        return Job(label, block.place, steps=(step,))


def _values(node: Node | None, document: Document) -> dict[str, ParameterValue]:
    return {
        entry.name: ParameterValue(
            _known(entry.value.text) if isinstance(entry.value, Scalar) else None,
            ParameterSource.PIPELINE,
            Place(document, entry.span),
        )
        for entry in entries_of(node)
    }


def _known(text: str | None) -> str | None:
    return None if text is None or UNKNOWN in text else text
