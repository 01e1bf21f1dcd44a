"""What only all steps together tell: which change set is executed, and which deployment is waited for."""

from __future__ import annotations

from collections.abc import Iterable

from samguard.environments import DeployCommand
from samguard.pipeline.model import Job, Step, StepKind
from samguard.value import replace


def finished(jobs: Iterable[Job]) -> tuple[Job, ...]:
    """The jobs; an executed change set has the values that it was made with, and a wait belongs to what is before it."""
    made: dict[tuple[str | None, str | None], DeployCommand] = {}
    found: list[Job] = []
    for job in jobs:
        steps: list[Step] = []
        for step in job.steps:
            current = step
            command = step.command
            if command is not None and step.kind is StepKind.CHANGE_SET:
                made[_key(command)] = command
            elif command is not None and command.template is None and not command.parameters:
                before = made.get(_key(command))
                if before is not None and _is_execution(step):
                    current = replace(step, command=_joined(before, command), names_environment=step.names_environment)
            if step.kind is StepKind.WAIT:
                steps = [replace(one, waits=True) if one.waits is False else one for one in steps]
            steps.append(current)
        found.append(replace(job, steps=tuple(steps)))
    return tuple(found)


def _key(command: DeployCommand) -> tuple[str | None, str | None]:
    named = command.options.get("change_set_name")
    stack = command.options.get("stack_name")
    written = None if stack is None or stack.place is None else _text(stack.place.document.text, stack.place.span)
    return command.stack_name or written, None if named is None else named.text


def _text(text: str, span: tuple[int, int]) -> str:
    return text[span[0] : span[1]].rpartition(" ")[2]


def _is_execution(step: Step) -> bool:
    return step.tool is not None and ("execute-change-set" in step.tool or "CHANGE_SET_EXECUTE" in step.tool)


def _joined(before: DeployCommand, after: DeployCommand) -> DeployCommand:
    return DeployCommand(
        before.environment,
        before.template,
        after.stack_name or before.stack_name,
        after.region or before.region,
        before.parameters,
        {**before.options, **after.options},
        after.place,
        before.deploys_with_previous_values,
    )
