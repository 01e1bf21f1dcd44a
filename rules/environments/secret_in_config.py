"""The value of a secret parameter stands in a file of the repository.

What goes wrong: NoEcho keeps a password or key out of CloudFormation's console and API. A literal in samconfig or in a
template configuration is in the history of the repository, for everybody who can read it, for good.
Silent when: the parameter has no NoEcho, unless the value has the form of an access key; the value is empty, a placeholder,
or only names the secret (an ARN, a path, a dynamic reference).
Fix: keep the value in Secrets Manager or Parameter Store and let the template look it up ({{resolve:secretsmanager:…}}).
Change the secret: it is known now.
Source: CloudFormation user guide, "Security best practices for CloudFormation" (do not embed credentials).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.rollout import Deployment
from samguard.rules.environments.given_values import literals, looks_like_key
from samguard.rules.environments.orders_example import PLAIN

RULE = Rule("SG613", "secret-in-config", Level.WARNING, since="0.1.0")

_TEMPLATE = PLAIN.replace("  Owner", "  ApiKey: {Type: String, NoEcho: true}\n  Owner")

BAD = (
    Example(
        template=_TEMPLATE,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = [
  "Stage=prod",
  "ApiKey=k7Qz81mPwR",  # SG613 in prod
]
""",
    ),
    Example(
        template=_TEMPLATE.replace("true}", "'true'}"),
        samconfig="""
version = 0.1
[prod.deploy.parameters.parameter_overrides]
Stage = "prod"
ApiKey = "k7Qz81mPwR"  # SG613 in prod
""",
    ),
    Example(  # whatever the parameter says of itself
        template=PLAIN,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = [
  "Stage=prod",
  "Owner=AKIAQWERTYUIOPASDFGH",  # SG613 in prod
]
""",
    ),
)

GOOD = (
    Example(
        template=_TEMPLATE,
        samconfig="""
version = 0.1
[dev.deploy.parameters]
parameter_overrides = "Stage=dev ApiKey=changeme"
[test.deploy.parameters]
parameter_overrides = "Stage=test ApiKey=arn:aws:secretsmanager:eu-west-1:111111111111:secret:key"
[prod.deploy.parameters]
parameter_overrides = "Stage=prod ApiKey={{resolve:secretsmanager:orders}}"
[live.deploy.parameters]
parameter_overrides = "Stage=live ApiKey=/orders/live/key"
[other.deploy.parameters]
parameter_overrides = "Stage=other ApiKey=\\"\\""
""",
    ),
    Example(
        template=_TEMPLATE.replace("NoEcho: true", "NoEcho: false"),
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=prod ApiKey=k7Qz81mPwR"
""",
    ),
)

_NO_SECRET: Final = pattern(
    r"arn:|/|change.?me|replace|your|dummy|example|placeholder|todo|none$|null$|fake|secret$|password$|test$|x+$|\.+$"
    r"|[\w-]*(?:_here|-here)$",
    re.IGNORECASE,
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each secret. Its value is never repeated."""
    for parameter, text, _, place in literals(deployment.template, deployment.environment):
        if (parameter.is_hidden and text and not _NO_SECRET.match(text)) or looks_like_key(text):
            yield Finding(
                place.span,
                f"the secret {parameter.name} is readable for everyone who can read the repository. Let the template look "
                "it up in Secrets Manager or Parameter Store, and change it",
                document=place.document,
                is_secret=True,
            )
