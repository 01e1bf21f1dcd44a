"""A function that takes payments is shifted in one step.

What goes wrong: a bad version takes nobody's money, or everybody's twice.
Silent when: the strategy is not known.
Fix: choose a canary.
Source: https://wiki.acme.example/payments
"""

from collections.abc import Iterator

from samguard.plugin import Example, Finding, Level, Rollout, Rule, Strategy

RULE = Rule("ACME900", "payments-in-one-step", Level.ERROR, since="1.0.0", about_production=True)

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  TakePayment:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference: {Type: %s}
"""
BAD = Example(template=_TEMPLATE % "AllAtOnce")
GOOD = Example(template=_TEMPLATE % "Canary10Percent5Minutes")


def check(rollout: Rollout) -> Iterator[Finding]:
    strategy = rollout.strategy
    if "Payment" in rollout.function and isinstance(strategy, Strategy) and strategy.is_all_at_once:
        yield Finding(
            rollout.spans.strategy,
            "{resource} reaches every customer at once {where}",
            because=strategy.because,
            resource=rollout.function,
        )
