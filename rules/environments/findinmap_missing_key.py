"""A mapping that decides the rollout has no entry for an environment.

What goes wrong: `!FindInMap [Stages, !Ref Stage, Shift]` with a stage that the mapping does not have is refused by
CloudFormation, so that nothing is deployed. Where SAM asks for the value itself, as of Enabled, the unresolved function counts
as "on".
Silent when: the key is not known; the mapping is not there at all, or included from elsewhere; a DefaultValue is given
(AWS::LanguageExtensions); the lookup stands in the branch of an Fn::If that is not taken.
Fix: add the entry to the mapping, or give the environment a value that the mapping has.
Source: CloudFormation user guide, "Fn::FindInMap".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.environments import ParameterSource
from samguard.errors import nearest
from samguard.evaluation import EvaluatedTemplate, Literal, Reason, Trail
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment, Rollout
from samguard.rules.environments.map_lookups import lookups
from samguard.rules.environments.orders_example import SHIFTED
from samguard.source import Mapping, Place, Scalar, Sequence
from samguard.template import Intrinsic

RULE = Rule("SG614", "findinmap-missing-key", Level.ERROR, since="0.1.0")

_MAPPED = SHIFTED % (
    """Parameters:
  Stage: {Type: String, Default: dev}
Mappings:
  Stages:%s
    dev:
      Shift: AllAtOnce
    %s:
      %s: Canary10Percent5Minutes""",
    "!FindInMap [Stages, !Ref Stage, Shift]",
)
_PROD = """
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=%s"%s
"""

BAD = (
    Example(  # a parameter's name without Ref
        template=(_MAPPED % ("", "prod", "Shift")).replace("!Ref Stage, Shift]", "Stage, Shift]  # SG614"),
        samconfig=_PROD % ("prod", ""),
    ),
    Example(  # what no row has
        template=(_MAPPED % ("", "prod", "Shift")).replace("!Ref Stage, Shift]", "!Ref Stage, Pace]  # SG614"),
        samconfig=_PROD % ("prod", ""),
    ),
    Example(
        template=(_MAPPED % ("", "production", "Shift")).replace("production:", "production:  # SG614 in prod"),
        samconfig=_PROD % ("prod", ""),
    ),
    Example(template=_MAPPED % ("  # SG614 in prod", "test", "Shift"), samconfig=_PROD % ("prod", "")),
    Example(  # the entry is there, but not this value of it
        template=(_MAPPED % ("", "prod", "Pace")).replace("prod:", "prod:  # SG614 in prod"),
        samconfig=_PROD % ("prod", ""),
    ),
    Example(  # the mapping has the environment's name, which is misspelt in the override
        template=_MAPPED % ("", "prod", "Shift"), samconfig=_PROD % ("prd", "  # SG614 in prod")
    ),
    Example(  # what is written wrongly is another rule's
        template=(_MAPPED % ("", "production", "Shift"))
        .replace("production:", "production:  # SG614 in prod")
        .replace("[orders-errors]", "[orders-errors, !FindInMap [Stages, Alarm]]"),
        samconfig=_PROD % ("prod", ""),
    ),
)

GOOD = (
    Example(template=_MAPPED % ("", "prod", "Shift"), samconfig=_PROD % ("prod", "")),
    Example(  # production does not look it up
        template=(_MAPPED % ("", "test", "Shift"))
        .replace("Mappings:", "Conditions:\n  IsProd: !Equals [!Ref Stage, prod]\nMappings:")
        .replace(
            "!FindInMap [Stages, !Ref Stage, Shift]", "!If [IsProd, Canary10Percent5Minutes, Canary10Percent30Minutes]"
        ),
        samconfig=_PROD % ("prod", ""),
    ),
    Example(
        template=(_MAPPED % ("", "test", "Shift"))
        .replace("Transform: ", "Transform: [AWS::LanguageExtensions, ")
        .replace("-31\n", "-31]\n")
        .replace("Shift]", "Shift, DefaultValue: Canary10Percent5Minutes]"),
        samconfig=_PROD % ("prod", ""),
    ),
    Example(  # neither the region is known nor, so, which branch is taken
        template=(_MAPPED % ("", "prod", "Shift"))
        .replace("Mappings:", "Conditions:\n  IsEurope: !Equals [!Ref 'AWS::Region', eu-west-1]\nMappings:")
        .replace("    dev:", "    eu-west-1: {Shift: Canary10Percent30Minutes}\n    dev:")
        .replace(
            "!FindInMap [Stages, !Ref Stage, Shift]",
            "!If [IsEurope, !FindInMap [Stages, europe, Shift], !FindInMap [Stages, !Ref 'AWS::Region', Shift]]",
        ),
        samconfig=_PROD % ("prod", ""),
    ),
    Example(  # the mapping is elsewhere
        template=(_MAPPED % ("", "test", "Shift")).replace(
            "  Stages:\n", "  Stages:\n    Fn::Transform: {Name: AWS::Include, Parameters: {Location: stages.yaml}}\n"
        ),
        samconfig=_PROD % ("prod", ""),
    ),
    Example(
        template=(_MAPPED % ("", "prod", "Shift")).replace("!Ref Stage", "!Ref 'AWS::Region'"),
        samconfig=_PROD % ("prod", ""),
    ),
)

_KEYS = 2


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each entry that is looked up and not there."""
    told: set[tuple[str, ...]] = set()
    for rollout in deployment.rollouts:
        for call in lookups(rollout):
            keys = _keys(call, rollout.scene)
            if keys is None or tuple(keys[0]) in told:
                continue
            told.add(tuple(keys[0]))
            found = _missing(keys[0], keys[1], call, rollout)
            if found is not None:
                yield found


def _keys(call: Intrinsic, scene: EvaluatedTemplate) -> tuple[list[str], Trail] | None:
    """The mapping's name and the two keys, where all are known and nothing stands in for what is missing."""
    arguments = call.argument.items if isinstance(call.argument, Sequence) else ()
    if len(arguments) != _KEYS + 1:
        return None
    values = [scene.value(argument) for argument in arguments]
    texts = [value.text for value in values if isinstance(value, Literal)]
    if len(texts) != len(values):
        return None
    return texts, tuple(reason for value in values for reason in value.because)


def _missing(keys: list[str], because: Trail, call: Intrinsic, rollout: Rollout) -> Finding | None:
    name, first, second = keys
    scene, mappings = rollout.scene, rollout.template.mappings
    mapping = mappings.entry(name) if mappings is not None else None
    if mapping is None or not isinstance(mapping.value, Mapping) or _is_included(mapping.value):
        return None
    outer = mapping.value.entry(first)
    key, table, wanted = (mapping.key, mapping.value, first)
    if outer is not None:
        if not isinstance(outer.value, Mapping) or second in outer.value or _is_included(outer.value):
            return None
        key, table, wanted = (outer.key, outer.value, second)
    if _is_slip_of_call(wanted, first, mapping.value, rollout):
        return Finding(
            call.node.span,
            f"the mapping {name} has no {wanted} for any environment, and the rollout of {{resource}} looks it up here: "
            "CloudFormation refuses it, and nothing is deployed. Correct the name"
            + (f", or write !Ref {wanted}" if wanted in rollout.template.parameters else ""),
            resource=rollout.function,
        )
    near = _near(wanted, table)
    place = scene.place(key.span if near is None else near.span)
    given = _override(because, first, mapping.value, rollout) if outer is None else None
    where = Reason("it is looked up here", scene.place(call.node.span))
    return Finding(
        (given or place).span,
        f"the mapping {'.'.join((name, *keys[1 : 1 + (outer is not None)]))} has no {wanted}, which the rollout of "
        f"{{resource}} looks up {{where}}: CloudFormation refuses it, and nothing is deployed. Add {wanted}"
        + (f", or give {near.text}" if near is not None and outer is None else ""),
        because=(*because, where),
        resource=rollout.function,
        document=(given or place).document,
    )


def _is_slip_of_call(wanted: str, first: str, mapping: Mapping, rollout: Rollout) -> bool:
    """Whether what is looked up is wrong and not the mapping: a parameter's name, or what no row of several has."""
    if wanted == first:
        return wanted in rollout.template.parameters
    rows = [entry.value for entry in mapping]
    return len(rows) > 1 and not any(isinstance(row, Mapping) and (wanted in row or _is_included(row)) for row in rows)


def _near(wanted: str, table: Mapping) -> Scalar | None:
    names = tuple(entry.name for entry in table)
    short, whole = wanted.lower(), [name.lower() for name in names]
    alike = [at for at, name in enumerate(whole) if name.startswith(short) or short.startswith(name)]
    found = names[alike[0]] if alike else nearest(wanted, names)
    entry = table.entry(found) if found is not None else None
    return None if entry is None else entry.key


def _override(because: Trail, given: str, mapping: Mapping, rollout: Rollout) -> Place | None:
    """Where an environment gives the key, if the mapping knows the environment by its own name."""
    environment = rollout.environment
    if environment.name not in mapping:
        return None
    places = [
        found.place
        for found in environment.parameters.values()
        if found.text == given and found.source is not ParameterSource.DEFAULT and found.place is not None
    ]
    decided = {reason.place for reason in because}
    return next((place for place in places if place in decided), None)


def _is_included(mapping: Mapping) -> bool:
    return any(entry.name.startswith("Fn::") for entry in mapping)
