"""A function that answers requests has no alias.

What goes wrong: without AutoPublishAlias requests go to `$LATEST`, the code that was deployed last. Each deployment
reaches every user at once, and there is no version to go back to but by deploying again.
Silent when: the environment is not production; the function answers no requests, is a deployment hook or is refused for
its preference (SG004); the template is a piece whose Globals are elsewhere, or a macro may add to it. A note for
functions that take messages; and where the template does not show at all that gradual deployment is wanted, one note
for all of it.
Fix: add `AutoPublishAlias: live` and a DeploymentPreference.
Source: SAM, docs/safe_lambda_deployments.rst; Lambda developer guide, "Lambda function aliases".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Removed
from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Deployment, Rollout
from samguard.rollout.traffic import Traffic, means_to_shift, own_traffic
from samguard.template.misplaced import misplaces_rollout

RULE = Rule("SG101", "no-alias", Level.WARNING, since="0.1.0", about_production=True)

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    CodeUri: src/
    Runtime: python3.12
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: orders.handler
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
      Events:
        Order: {Type: HttpApi}
  Refunds:%s
    Type: AWS::Serverless::Function
    Properties:
      Handler: refunds.handler%s
"""
_STAGES = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
"""

BAD = (
    Example(
        template=_TEMPLATE % ("  # SG101 in prod", "\n      Events:\n        Refund: {Type: Api}"), samconfig=_STAGES
    ),
    Example(
        template=_TEMPLATE % ("  # SG101 in prod", "\n      FunctionUrlConfig: {AuthType: AWS_IAM}"), samconfig=_STAGES
    ),
    Example(  # a finding for each where gradual deployment is wanted
        template=_TEMPLATE
        % (
            "  # SG101 in prod",
            """
      Events: {Refund: {Type: Api}}
  Search:  # SG101 in prod
    Type: AWS::Serverless::Function
    Properties: {Handler: search.handler, Events: {Search: {Type: HttpApi}}}""",
        ),
        samconfig=_STAGES,
    ),
    Example(  # nothing of it shows that gradual deployment is wanted: one note, whatever the number of functions
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:  # SG101
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.hello
      Runtime: python3.12
      Events:
        Hello: {Type: Api}
  Bye:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.bye
      Runtime: python3.12
      Events:
        Bye: {Type: Api}
"""
    ),
    Example(  # the parameter is left over from a preference that is gone
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Strategy: {Type: String, Default: Canary10Percent5Minutes}
Resources:
  Hello:  # SG101 in prod
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.hello
      Runtime: python3.12
      Events:
        Hello: {Type: Api}
""",
        samconfig=_STAGES,
    ),
)

GOOD = (
    Example(template=_TEMPLATE % ("", "\n      Events:\n        Daily: {Type: Schedule}"), samconfig=_STAGES),
    Example(
        template=_TEMPLATE % ("", "\n      FunctionName: CodeDeployHook_orders\n      Events: {Call: {Type: Api}}"),
        samconfig=_STAGES,
    ),
    Example(
        template=_TEMPLATE % ("", "\n      Events:\n        Refund: {Type: Api}"),
        samconfig=_STAGES.replace("prod", "test"),
    ),
    Example(  # nobody waits for an answer of this one
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Mail:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.mail
      Runtime: python3.12
      Events:
        Mail: {Type: SQS}
""",
        samconfig=_STAGES,
    ),
    Example(  # a piece: whoever puts it together may have an alias in Globals
        template="""
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.hello
      Runtime: python3.12
      Events:
        Hello: {Type: Api}
"""
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each function with requests and no alias, or one for a template that knows no aliases."""
    template = deployment.template
    if template.is_fragment or template.has_macros:
        return
    hooks = deployment.hook_functions()
    exposed = [
        (rollout, traffic)
        for rollout in deployment.rollouts
        if rollout.function not in hooks
        and (traffic := _traffic_without_alias(rollout)) in (Traffic.REQUESTS, Traffic.MESSAGES)
    ]
    uses_aliases = any(not isinstance(rollout.alias, Removed) for rollout in deployment.rollouts)
    is_wanted = means_to_shift(deployment)
    if not (uses_aliases or is_wanted):
        first = next((rollout for rollout, traffic in exposed if traffic is Traffic.REQUESTS), None)
        if first is not None:
            yield Finding(
                first.spans.resource,
                "no function of this template has an alias, so each deployment reaches every user at once {where}, and "
                "there is no version to go back to. Add AutoPublishAlias and a DeploymentPreference",
                resource=first.function,
                level=Level.NOTE,
                is_about_all=True,
                fixes=_fixes(first, deployment),
            )
        return
    for rollout, traffic in exposed:
        yield Finding(
            rollout.spans.resource,
            "{resource} has no alias, so each deployment reaches every user at once {where}, and there is no version "
            "to go back to. Add AutoPublishAlias and a DeploymentPreference",
            resource=rollout.function,
            level=None if is_wanted and traffic is Traffic.REQUESTS else Level.NOTE,
            fixes=_fixes(rollout, deployment),
        )


def _fixes(rollout: Rollout, deployment: Deployment) -> tuple[Fix, ...]:
    """An alias whose traffic is shifted. Unsafe: callers by name still reach `$LATEST`, and the rest is a choice."""
    from samguard.mending import preference_added

    edits = preference_added(rollout, deployment)
    return (Fix("Publish an alias and shift its traffic gradually", edits, safe=False),) if edits else ()


def _traffic_without_alias(rollout: Rollout) -> Traffic:
    """What calls a SAM function directly, for want of an alias."""
    is_bare = isinstance(rollout.alias, Removed) and not rollout.shifts and not misplaces_rollout(rollout.resource)
    if not is_bare or rollout.resource.type != "AWS::Serverless::Function":
        return Traffic.NONE
    return own_traffic(rollout.resource)
