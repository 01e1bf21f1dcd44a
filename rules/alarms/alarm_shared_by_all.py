"""One alarm stops the deployments of several functions.

What goes wrong: the functions of a stack are shifted in parallel, each by a deployment of its own. An alarm that all of
them list, such as one on the API's errors, cannot tell which of them fails: one bad version rolls all of them back, and
as each is rolled back by itself, they may end on versions that do not belong together.
Silent when: one function lists the alarm; the environment is not production.
Fix: give each function an alarm of its own beside the common one, and know that the common one stops all.
Source: SAM, docs/safe_lambda_deployments.rst; CodeDeploy user guide, "Monitoring deployments with Amazon CloudWatch
alarms".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Reason
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders
from samguard.rules.alarms.shared_alarms import shared_alarms

RULE = Rule("SG326", "alarm-shared-by-all", Level.NOTE, since="0.1.0", about_production=True)

_API = alarm(
    "ApiErrors",
    Namespace="AWS/ApiGateway",
    MetricName="5XXError",
    Dimensions="[{Name: ApiName, Value: shop}]",
)
_PAYMENTS = """  Payments:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: payments/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [%s]
"""

BAD = (
    Example(
        template=orders(
            _API.replace("ApiErrors:", "ApiErrors:  # SG326 in prod"),
            _PAYMENTS % "!Ref ApiErrors",
            wired="[!Ref ApiErrors]",
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(
        template=orders(alarm(), _API, _PAYMENTS % "!Ref ApiErrors", wired="[!Ref OrdersErrors]"), samconfig=SAMCONFIG
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each alarm that several gradual rollouts list."""
    for resource, rollouts in shared_alarms(deployment):
        for rollout in rollouts:
            yield Finding(
                resource.span,
                f"{resource.logical_id} stops the deployments of {{resource}} together, whichever of them is bad "
                "{where}",
                because=(Reason(f"{rollout.function} lists it", deployment.scene.place(rollout.spans.alarms)),),
                resource=rollout.function,
            )
