"""A hook with one name for several environments of the same account and region.

What goes wrong: a function's name is unique in an account and region. When the second environment is deployed beside
the first, CloudFormation cannot create its hook, and the whole stack is rolled back.
Silent when: the name holds the stack's or the stage's; the environments are in different regions, or a profile, a
role or an account's id tells their accounts apart; they are one stack; the name, the region or the stack is not
known.
Fix: put the stack's name into the hook's: `!Sub CodeDeployHook_${AWS::StackName}`.
Source: CloudFormation user guide, AWS::Lambda::Function, FunctionName.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from samguard.environments.environment import Environment
from samguard.evaluation import Literal
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.project import Project, TemplateFile
from samguard.rollout import Deployment, deployments
from samguard.rollout.hook_function import hook_functions, once_each
from samguard.rules.hooks.example_orders import SAMCONFIG, TEMPLATE, changed
from samguard.source import Span

RULE = Rule("SG414", "hook-name-collides", Level.WARNING, since="0.1.0")

_ACCOUNT: Final = pattern(r"(?<![0-9])[0-9]{12}(?![0-9])")
_HOOKED: Final = "Traffic"
"""What every key that names a hook has in its own name."""
_NAME = "FunctionName: !Sub CodeDeployHook_orders_${Stage}\n"

_OWN_ROLE = (
    "        Hooks:\n",
    "        Role: arn:aws:iam::111122223333:role/deployments\n        Hooks:\n",
)

BAD = (
    Example(
        template=changed(TEMPLATE, (_NAME, "FunctionName: CodeDeployHook_orders  # SG414\n")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(TEMPLATE, (_NAME, "FunctionName: !Sub CodeDeployHook_${AWS::Region}_orders  # SG414\n")),
        samconfig=SAMCONFIG,
    ),
    Example(  # without the prefix, which a role of its own need not ask for
        template=changed(TEMPLATE, (_NAME, "FunctionName: !Join ['-', [orders, check]]  # SG414\n"), _OWN_ROLE),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG),
    Example(
        template=changed(TEMPLATE, (_NAME, "FunctionName: CodeDeployHook_orders\n")),
        samconfig=SAMCONFIG.replace('"eu-west-1"', '"eu-central-1"', 1),
    ),
    Example(
        template=changed(TEMPLATE, (_NAME, "FunctionName: CodeDeployHook_orders\n")),
        samconfig=SAMCONFIG.replace("[prod.deploy.parameters]", '[prod.deploy.parameters]\nprofile = "production"'),
    ),
    Example(template=changed(TEMPLATE, (_NAME, "FunctionName: !Sub CodeDeployHook_${AWS::StackName}\n"))),
    Example(  # the name of a stack is not known
        template=changed(TEMPLATE, (_NAME, "FunctionName: CodeDeployHook_orders\n")),
        samconfig=SAMCONFIG.replace('stack_name = "orders-prod"\n', ""),
    ),
    Example(  # CloudFormation makes the name up, and a role of the account's own may invoke it
        template=changed(
            TEMPLATE,
            (f"      {_NAME}", ""),
            _OWN_ROLE,
        ),
        samconfig=SAMCONFIG,
    ),
)


def check(project: Project) -> Iterator[Finding]:
    """One finding for each name that two environments would both take."""
    for file in (file for file in project.templates if _HOOKED in file.document.text):
        yield from _of(file)


def _of(file: TemplateFile) -> Iterator[Finding]:
    taken: dict[tuple[str, str, Span], list[Environment]] = {}
    for environment in file.environments:
        for logical_id, name, span in _names(deployments(file.template, environment)[0]):
            taken.setdefault((logical_id, name, span), []).append(environment)
    for (logical_id, name, span), environments in taken.items():
        pair = next((pair for pair in combinations(environments, 2) if _is_one_place(*pair)), None)
        if pair is not None:
            yield Finding(
                span,
                f"{pair[0].name} and {pair[1].name} both create a function called {name} in {pair[0].region}: the "
                "second deployment fails where they share an account. Put ${AWS::StackName} into the name",
                resource=logical_id,
                document=file.document,
            )


def _names(deployment: Deployment) -> Iterator[tuple[str, str, Span]]:
    for hook in once_each(hook_functions(deployment)):
        entry = hook.function.properties.entry("FunctionName")
        value = hook.scene.value(entry.value) if entry is not None else None
        if entry is not None and isinstance(value, Literal) and hook.scene.exists(hook.function):
            yield hook.function.logical_id, value.text, entry.value.span


def _is_one_place(left: Environment, right: Environment) -> bool:
    """Whether two environments are two stacks that, as far as they tell, stand in one account and region."""
    if left.region is None or left.region != right.region:
        return False
    if left.stack_name is None or right.stack_name is None or left.stack_name == right.stack_name:
        return False
    return _account(left) == _account(right)


def _account(environment: Environment) -> frozenset[str | None]:
    """What tells the account that an environment is deployed to: its profile, its role, ids of accounts."""
    texts = [value.text or "" for value in (*environment.options.values(), *environment.parameters.values())]
    said = {key: value.text for key, value in environment.options.items() if key in ("profile", "role_arn")}
    return frozenset(
        {said.get("profile"), said.get("role_arn"), *(one for text in texts for one in _ACCOUNT.findall(text))}
    )
