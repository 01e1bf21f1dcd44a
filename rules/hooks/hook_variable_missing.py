"""A hook reads an environment variable that the template does not give it.

What goes wrong: the hook asks its environment which function to test, and there is nothing under that name. It fails
before it can answer, or invokes nothing, and each deployment waits for its hook and fails.
Silent when: the variable is given (here or in Globals); the code has another value for its absence; the variables or
the code are not known.
Fix: give the variable under Environment, Variables, in the spelling that the code reads.
Source: SAM developer guide, AWS::Serverless::Function, Environment; Lambda developer guide, "Working with Lambda
environment variables".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.hook_function import HookFunction, Told, hook_functions, once_each
from samguard.rollout.hook_source import HookFacts
from samguard.rules.hooks.example_orders import SAMCONFIG, SOURCE, TEMPLATE, changed
from samguard.rules.hooks.missing_variables import missing_variables

RULE = Rule("SG419", "hook-variable-missing", Level.WARNING, since="0.1.0")

_READ = 'os.environ["NEW_VERSION"]'

BAD = (
    Example(  # the template gives it under another name
        template=changed(
            TEMPLATE, ("NEW_VERSION: !Ref Orders.Version", "VERSION: !Ref Orders.Version  # SG419 in dev, prod")
        ),
        samconfig=SAMCONFIG,
        files=(("hooks/check.py", SOURCE),),
    ),
    Example(
        template=TEMPLATE,
        samconfig=SAMCONFIG,
        files=(
            (
                "hooks/check.py",
                changed(SOURCE, ("import boto3\n", 'import boto3\n\nURL = os.environ["URL"]  # SG419\n')),
            ),
        ),
    ),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG, files=(("hooks/check.py", SOURCE),)),
    Example(
        template=TEMPLATE,
        samconfig=SAMCONFIG,
        files=(
            (
                "hooks/check.py",
                changed(SOURCE, ("import boto3\n", 'import boto3\n\nREGION = os.environ["AWS_REGION"]\n')),
            ),
        ),
    ),
    Example(  # there is something else for its absence
        template=TEMPLATE,
        samconfig=SAMCONFIG,
        files=(
            (
                "hooks/check.py",
                changed(SOURCE, ("import boto3\n", 'import boto3\n\nLOG = os.environ.get("LOG", "")\n')),
            ),
        ),
    ),
    Example(  # the variables come from elsewhere
        template=changed(
            TEMPLATE,
            (
                "        Variables:\n          NEW_VERSION: !Ref Orders.Version\n",
                "        Variables: {'Fn::Transform': {Name: Shared}}\n",
            ),
        ),
        samconfig=SAMCONFIG,
        files=(("hooks/check.py", SOURCE),),
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each variable that is read in vain."""
    for hook in once_each(hook_functions(deployment)):
        source, facts, environment = hook.source, hook.facts, hook.environment
        if source is None or facts is None or environment.names is None:
            continue
        for said in missing_variables(facts, environment.names):
            unread = _unread(hook, facts)
            yield Finding(
                unread.span if unread is not None else source.span(said.place),
                f"{hook.function.logical_id} reads the environment variable {said.text}, which the template does not "
                "give it: it fails before it can answer, and the deployment with it {where}",
                resource=hook.function.logical_id,
                document=source.document if unread is None else None,
            )


def _unread(hook: HookFunction, facts: HookFacts) -> Told | None:
    """The variable that gives the version under a name that the code does not ask for."""
    asked = {said.text for said in facts.required}
    return next((told for told in hook.environment.told if told.variable not in asked), None)
