"""Environments are known, and none of them is production.

What goes wrong: the repository says how a template is deployed to development, and nowhere how production is. What only
matters in production - the strategy, the alarms, the hooks - is judged for nobody, and a defect in it stays unseen until a
release.
Silent when: an environment is production, or none is known at all (the template is then judged as if it were for
production); samguard's configuration describes environments; nothing of the template is deployed gradually; the run looks at
chosen environments only.
Fix: describe production where it is deployed from, or in samguard's configuration: `[environments.prod]` with
`production = true` and its parameters.
Source: AWS SAM Developer Guide, "AWS SAM CLI configuration file".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.environments import Production
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.project import Project, TemplateFile
from samguard.rollout import deployments
from samguard.rules.environments.orders_example import PLAIN, SHIFTED

RULE = Rule("SG611", "no-production-environment", Level.NOTE, since="0.1.0")

_TEMPLATE = SHIFTED % ("Parameters:\n  Stage: {Type: String, Default: dev}", "Canary10Percent5Minutes")
_DEV = """
version = 0.1
[dev.deploy.parameters]%s
stack_name = "orders-dev"
[test.deploy.parameters]
stack_name = "orders-test"
"""

BAD = (
    Example(template=_TEMPLATE, samconfig=_DEV % "  # SG611"),
    Example(
        template=_TEMPLATE,
        files=(
            (
                ".github/workflows/dev.yml",
                """
on: {push: {branches: [main]}}
jobs:
  dev:
    runs-on: ubuntu-latest
    steps:
      - run: sam build
      - run: sam deploy --stack-name orders-dev  # SG611
""",
            ),
        ),
    ),
)

GOOD = (
    Example(template=_TEMPLATE, samconfig=_DEV.replace("test", "prod") % ""),
    Example(template=_TEMPLATE),
    Example(template=PLAIN, samconfig=_DEV % ""),
    Example(  # what is in the configuration is all there is
        template=_TEMPLATE,
        samconfig=_DEV % "",
        files=(("samguard.toml", "[environments.sandbox]\nproduction = false\n"),),
    ),
    Example(  # whichever stage it is given, production's is judged
        template=_TEMPLATE.replace("Default: dev", "AllowedValues: [dev, prod]")
        .replace(
            "Type: Canary10Percent5Minutes",
            "Type: !If [IsProd, Canary10Percent30Minutes, Canary10Percent5Minutes]",
        )
        .replace("Resources:", "Conditions:\n  IsProd: !Equals [!Ref Stage, prod]\nResources:"),
        samconfig=_DEV % "",
    ),
)

_GRADUAL: Final = ("DeploymentPreference", "AWS::CodeDeploy::DeploymentGroup", "CodeDeployLambdaAliasUpdate")


def check(project: Project) -> Iterator[Finding]:
    """One finding for each template of which production is not known."""
    if project.is_narrowed or project.settings.environments:
        return
    for file in project.templates:
        is_judged = any(one.production is not Production.NO for one in file.environments)
        place = next((one.place for one in file.environments if one.place is not None), None)
        if not is_judged and place is not None and _misses_production(file):
            names = ", ".join(environment.name for environment in file.environments[:4])
            yield Finding(
                place.span,
                f"nothing says how {file.document.path} is deployed to production (only {names}), so nobody judges whether a "
                "bad version would be caught there; describe production, too",
                document=place.document,
            )


def _misses_production(file: TemplateFile) -> bool:
    """Whether something is deployed gradually, in no world of production."""
    text = file.document.text
    is_possible = any(word in text for word in _GRADUAL)  # evaluating a template costs more
    worlds = [
        world
        for environment in (file.environments if is_possible else ())
        for world in deployments(file.template, environment, file.sources)
    ]
    is_meant = any(one.preference is not None or one.group is not None for world in worlds for one in world.rollouts)
    return is_meant and all(world.production is Production.NO for world in worlds)
