"""Grammars of files as nobody writes them, for Hypothesis: the shape of templates, samconfigs and pipelines, with odd
things in every place. Most can be read, few make sense.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Text = st.SearchStrategy[str]
Draw = Callable[[st.SearchStrategy[Any]], Any]
_ALIAS = "@alias"
"""Where a template repeats what it said elsewhere."""
_CHANCE = st.integers(0, 6)

# YAML in flow style: every node is a text, so that keys may come twice and tags and aliases stand anywhere

NAMES = (
    "Orders",
    "Errors",
    "Hook",
    "Stage",
    "IsProd",
    "Kinds",
    "live",
    "AWS::NoValue",
    "AWS::Region",
    "Zähler",
    "x" * 300,
)
ODD_WORDS = (
    *("", "~", "null", "yes", "010", "0x1f", "1e999", "-1", ".inf", ".nan", "2026-11-02", "1:20", "1_000", "9" * 400),
    *(
        "\x00",
        "\x1b[31m",
        "\u2028",
        "\u202e",
        "\U0001f980",
        "a\nb",
        "${",
        "${}",
        "${!x}",
        "${Stage",
        "%",
        "\\",
    ),
    *("${Orders.Arn}:${Stage}", "{{resolve:ssm:/a}}", "file://x", "s3://a/b", "arn:aws:sns:::x", "CodeDeployHook_x"),
    *("Canary10Percent5Minutes", "AllAtOnce", "Linear10PercentEvery1Minute", "m1 / m2", "IF(a > 1, FILL(b, 0), 1)"),
)
FUNCTIONS = (
    *("Ref", "Condition", "Fn::GetAtt", "Fn::Sub", "Fn::If", "Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not", "Fn::Join"),
    *("Fn::Select", "Fn::Split", "Fn::FindInMap", "Fn::ImportValue", "Fn::Transform", "Fn::Base64", "Fn::GetAZs"),
    *("Fn::Cidr", "Fn::Length", "Fn::ToJsonString", "Fn::ForEach::Loop", "Fn::Unknown"),
)
KEYS = (
    *(
        "Type",
        "Properties",
        "Condition",
        "DependsOn",
        "Metadata",
        "Alarms",
        "Hooks",
        "Enabled",
        "PreTraffic",
        "Metrics",
    ),
    *("Dimensions", "Name", "Value", "Id", "Expression", "Fn::If", "<<", "Statement", "Tags", "dev", "prod"),
)


def quoted(word: str) -> str:
    """A word in quotes, as YAML and TOML both read it."""
    return '"' + "".join(_escaped(character) for character in word) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"


words: Text = (
    st.sampled_from(NAMES + ODD_WORDS).map(quoted) | st.sampled_from(ODD_WORDS[1:14]) | st.text(max_size=8).map(quoted)
)


_KEYS: Text = st.sampled_from(KEYS + NAMES).map(quoted)


def mappings(values: Text) -> Text:
    """Mappings of a few such values. A key may come twice."""
    return st.lists(st.tuples(_KEYS, values), max_size=4).map(
        lambda entries: "{" + ", ".join(f"{key}: {text}" for key, text in entries) + "}"
    )


def sequences(values: Text) -> Text:
    """Lists of a few such values."""
    return st.lists(values, max_size=4).map(lambda items: "[" + ", ".join(items) + "]")


@st.composite
def _call(draw: Draw, arguments: Text) -> str:
    name, argument = draw(st.sampled_from(FUNCTIONS)), draw(arguments)
    is_short = draw(st.booleans()) and argument[:1] not in {"!", "@"}  # YAML takes one tag, and none at an alias
    short = name.removeprefix("Fn::").replace("::", "")
    return f"!{short} {argument}" if is_short else f"{{{quoted(name)}: {argument}}}"


def calls(values: Text) -> Text:
    """Intrinsic functions: the right number of arguments is chance."""
    return _call(values | sequences(values))


odd: Text = st.recursive(
    words,
    lambda inner: mappings(inner) | sequences(inner) | calls(inner) | calls(inner) | st.just(_ALIAS),
    max_leaves=8,
)
"""Anything."""


@st.composite
def _mostly(draw: Draw, right: str) -> str:
    return draw(odd) if draw(_CHANCE) == 0 else right


def mostly(right: str) -> Text:
    """A place with what belongs there, and now and then with anything else."""
    return _mostly(right)


@st.composite
def _entries(draw: Draw, entries: dict[str, Text]) -> str:
    kept = (key for key in entries if draw(_CHANCE) != 1)
    return "{" + ", ".join(f"{quoted(key)}: {draw(entries[key])}" for key in kept) + "}"


def _map(**entries: Text) -> Text:
    """A mapping of these keys, each of which may be missing."""
    return _entries(entries)


def _plain(**entries: Text) -> Text:
    """A mapping in a file where nothing is repeated."""
    return _entries(entries).map(lambda text: text.replace(_ALIAS, "null"))


# templates

_PREFERENCE = _map(
    Enabled=mostly("true") | calls(words),
    Type=mostly("Canary10Percent5Minutes") | mostly("{Ref: Kind}") | calls(odd),
    Alarms=mostly("[{Ref: Errors}]") | sequences(calls(words)) | calls(odd),
    Hooks=_map(PreTraffic=mostly("{Ref: Hook}"), PostTraffic=odd) | calls(odd),
    Role=odd,
    PassthroughCondition=mostly("true"),
    TriggerConfigurations=odd,
)
_FUNCTION = _map(
    CodeUri=mostly("src/"),
    Handler=mostly("app.handler"),
    Runtime=mostly("python3.12"),
    FunctionName=mostly("{'Fn::Sub': 'orders-${Stage}'}"),
    AutoPublishAlias=mostly("live") | calls(odd),
    DeploymentPreference=_PREFERENCE | odd,
    Policies=odd,
    Events=mappings(odd),
    Tags=odd,
    VersionDescription=odd,
    ProvisionedConcurrencyConfig=odd,
)
_ALARM = _map(
    Namespace=mostly("AWS/Lambda"),
    MetricName=mostly("Errors"),
    Statistic=mostly("Sum"),
    ExtendedStatistic=mostly("p99"),
    Period=mostly("60"),
    EvaluationPeriods=mostly("2"),
    DatapointsToAlarm=mostly("1"),
    Threshold=mostly("0"),
    ComparisonOperator=mostly("GreaterThanThreshold"),
    TreatMissingData=mostly("notBreaching"),
    Dimensions=mostly(
        "[{Name: FunctionName, Value: {Ref: Orders}}, {Name: Resource, Value: {'Fn::Sub': '${Orders}:live'}}]"
    ),
    Metrics=sequences(_map(Id=mostly("m1"), Expression=odd, ReturnData=mostly("true"), MetricStat=odd)) | odd,
    AlarmRule=odd,
)


def _resource(kind: str, properties: Text) -> Text:
    return _map(
        Type=mostly(kind),
        Properties=properties | odd,
        Condition=mostly("IsProd"),
        DependsOn=mostly("Errors"),
        Metadata=odd,
    )


_PARAMETER = _map(
    Type=mostly("String"),
    Default=mostly("dev"),
    AllowedValues=st.lists(words, max_size=8).map(lambda items: "[" + ", ".join(items) + "]"),
    AllowedPattern=mostly("'[a-z]+'"),
    MaxLength=odd,
)
_TEMPLATES = _map(
    Transform=mostly("AWS::Serverless-2016-10-31"),
    Parameters=_map(**dict.fromkeys(("Stage", "Kind", "A", "B", "C", "D"), _PARAMETER)) | odd,
    Mappings=_map(Kinds=mappings(mappings(odd))) | odd,
    Conditions=_map(IsProd=mostly("{'Fn::Equals': [{Ref: Stage}, prod]}"), Other=calls(odd), IsDev=calls(calls(words)))
    | odd,
    Globals=_map(Function=_FUNCTION, Api=odd),
    Rules=odd,
    Outputs=mappings(odd),
    Resources=_map(
        Orders=_resource("AWS::Serverless::Function", _FUNCTION),
        Hook=_resource("AWS::Serverless::Function", _FUNCTION),
        Errors=_resource("AWS::CloudWatch::Alarm", _ALARM),
        Both=_resource("AWS::CloudWatch::CompositeAlarm", _ALARM),
        Machine=_resource("AWS::Serverless::StateMachine", _FUNCTION),
        Alias=_resource("AWS::Lambda::Alias", _FUNCTION),
        Other=odd,
    ),
)


@st.composite
def templates(draw: Draw) -> str:
    """Templates, in YAML's flow style. What stands at `a` comes again wherever chance wants it."""
    said, again = draw(odd), draw(_TEMPLATES)
    return f"{{Metadata: {{a: &a {said.replace(_ALIAS, 'null')}}}, {again[1:].replace(_ALIAS, '*a')}"


# samconfigs

_SCALARS: Text = (
    st.sampled_from(
        ("true", "1", "-0", "0x1F", "1e999", "nan", "1979-05-27", "07:32:00", "[]", "{}", "''", '""""""', "'''\n'''")
    )
    | words.filter(lambda word: word[:1] == '"')
    | st.sampled_from(
        (
            "'Stage=prod Kind=AllAtOnce'",
            "'Stage=\"a b\" Kind='",
            "'ParameterKey=Stage,ParameterValue=x'",
            "'file://x.yaml'",
        )
    )
)
_TOML_VALUES: Text = st.recursive(
    _SCALARS,
    lambda inner: (
        sequences(inner)
        | st.lists(inner, max_size=3).map(
            lambda items: "{ " + ", ".join(f"k{n} = {item}" for n, item in enumerate(items)) + " }"
        )
    ),
    max_leaves=5,
)
_TOML_KEYS = st.sampled_from(
    (
        *(
            "stack_name",
            "parameter_overrides",
            "template_file",
            "region",
            "s3_bucket",
            "capabilities",
            "tags",
            "on_failure",
        ),
        *("no_execute_changeset", "disable_rollback", "confirm_changeset", "version", '"a b"', "a.b", "''", '"ü"'),
    )
)
_TABLES = st.sampled_from(
    (
        *(
            "prod.deploy.parameters",
            "dev.deploy.parameters",
            "default.global.parameters",
            "prod.deploy",
            "prod",
            "a.b.c.d",
        ),
        *("'x y'.deploy.parameters", "prod.build.parameters", '"".deploy.parameters'),
    )
)


@st.composite
def samconfigs(draw: Draw) -> str:
    """Samconfigs in TOML. One in four has a mistake in its syntax."""
    lines = [draw(st.sampled_from(("version = 0.1", "version = 0.1", "version = '1'", "")))]
    for table in draw(st.lists(_TABLES, max_size=4, unique=True)):
        lines.append(f"[{table}]")
        lines += [f"{key} = {draw(_TOML_VALUES)}" for key in draw(st.lists(_TOML_KEYS, max_size=3, unique=True))]
    if draw(_CHANCE) == 0:
        lines.append(
            draw(st.sampled_from(("[prod", "[[prod]]", "a", "a = ", "a = [", "a = '", "=", "[prod.deploy.parameters]")))
        )
    return str(draw(st.sampled_from(("\n", "\n", "\r\n")))).join([*lines, ""])


samconfigs_in_yaml: Text = _plain(
    version=mostly("0.1"),
    **{
        name: _map(deploy=_map(parameters=_map(stack_name=odd, parameter_overrides=odd, template_file=odd))) | odd
        for name in ("prod", "dev", "default")
    },
)

# pipelines

_SCRIPTS: Text = st.lists(
    st.sampled_from(
        (
            *(
                "sam deploy --config-env prod",
                "sam deploy --no-execute-changeset",
                "sam build && sam deploy --guided || true",
            ),
            *("aws cloudformation deploy --stack-name x --parameter-overrides Stage=$STAGE", "for s in dev prod; do"),
            *(
                "done",
                "if [ $X = prod ]; then",
                "fi",
                "fi",
                "case $1 in",
                "esac",
                "x=$(sam deploy",
                ")",
                "<<EOF",
                "EOF",
                "'",
                '"',
            ),
            *(
                "${X:-${Y:-$(sam deploy --stack-name `x`)}}",
                "make deploy",
                "npm run deploy",
                "./deploy.sh prod",
                "exit 1",
            ),
            *(
                "deploy() { sam deploy --config-env $1; }",
                "deploy prod",
                "cd src",
                "set -euo pipefail",
                "\x1b[31m",
            ),
        )
    ),
    max_size=5,
).map("\n".join)
_SCRIPT: Text = _SCRIPTS.map(quoted) | odd
_EXPRESSIONS: Text = st.sampled_from(
    (
        "${{ matrix.env }}",
        "${{ inputs.x || 'prod' }}",
        "${{",
        "${{ }}",
        "${{ fromJSON('[') }}",
        "${{ needs.a.outputs.b }}",
    )
).map(quoted)
_STEP = _map(
    name=odd,
    uses=mostly("aws-actions/setup-sam@v2") | odd,
    run=_SCRIPT,
    env=odd,
    **{"with": odd, "if": _EXPRESSIONS | odd},
)
_JOB = _map(
    environment=_EXPRESSIONS | odd,
    needs=odd,
    uses=mostly("./.github/workflows/deploy.yml") | odd,
    strategy=_map(matrix=_map(env=sequences(words), include=odd) | odd),
    steps=sequences(_STEP) | odd,
    env=odd,
)
github: Text = _plain(
    on=mostly("{push: {branches: [main]}, workflow_call: {inputs: {x: {type: string}}}}"),
    jobs=_map(a=_JOB, b=_JOB) | mappings(_JOB),
    env=odd,
    concurrency=odd,
)
_GITLAB_JOB = _map(
    stage=mostly("deploy"), script=sequences(_SCRIPT) | odd, extends=mostly(".base") | odd, rules=odd, when=odd, needs=odd,
    variables=odd, environment=odd, parallel=_map(matrix=odd) | odd, trigger=odd, before_script=odd,
)  # fmt: skip
gitlab: Text = _plain(
    stages=odd,
    include=odd,
    default=odd,
    variables=odd,
    workflow=odd,
    deploy=_GITLAB_JOB,
    **{".base": _GITLAB_JOB, "b": _GITLAB_JOB},
)
bitbucket: Text = _plain(
    pipelines=_map(
        default=sequences(_map(step=_map(script=sequences(_SCRIPT), deployment=odd, trigger=odd), parallel=odd)),
        branches=odd,
    ),
    definitions=odd,
)
buildspecs: Text = _plain(
    version=odd, env=odd, phases=_map(build=_map(commands=sequences(_SCRIPT) | odd), post_build=odd), batch=odd
)
_BLOCKS = (
    *(
        "pipeline",
        "agent any",
        "stages",
        "stage('Deploy')",
        "steps",
        "script",
        "when",
        "post",
        "parallel",
        "matrix",
        "node",
    ),
    *("environment", "if (x)", "else", "for (e in ['dev', 'prod'])", "def deploy(e)", "withEnv(['A=b'])", "parameters"),
)


@st.composite
def jenkinsfiles(draw: Draw, depth: int = 0) -> str:
    """Jenkinsfiles: blocks in blocks, most of which are closed."""
    parts: list[str] = []
    for _ in range(int(draw(st.sampled_from("1123")))):
        if depth < 5 and draw(st.sampled_from("yyn")) == "y":
            end = draw(st.sampled_from(("}", "}", "}", "}", "")))
            parts.append(f"{draw(st.sampled_from(_BLOCKS))} {{\n{draw(jenkinsfiles(depth + 1))}\n{end}")
        else:
            marks = draw(st.sampled_from(('"""', "'''", '"', "'")))
            parts.append(f"sh {marks}{draw(_SCRIPTS)}{marks}")
    return "\n".join(parts)


@st.composite
def terraform(draw: Draw) -> str:
    """Terraform: a pipeline, with odd expressions."""
    expressions = st.recursive(
        st.sampled_from(
            (
                '"x"',
                "var.x",
                "local.y",
                "local.z",
                "1",
                "null",
                '"${local.y}"',
                'file("x")',
                "<<EOT\nsam deploy\nEOT\n",
                '"',
                "each.value",
            )
        ),
        lambda inner: (
            sequences(inner)
            | st.tuples(inner, inner).map(lambda pair: f"({pair[0]} == {pair[1]} ? {pair[0]} : {pair[1]})")
            | inner.map(lambda text: f"jsonencode({{ phases = {{ build = {{ commands = [{text}] }} }} }})")
            | inner.map(lambda text: f"{{ a = {text} }}")
        ),
        max_leaves=4,
    )
    locals_ = "\n".join(f"{name} = {draw(expressions)}" for name in "yz")
    stages = "\n".join(
        f'stage {{\n name = {draw(expressions)}\n action {{\n category = "{draw(st.sampled_from(("Deploy", "Approval", "Build")))}"\n'
        f"configuration = {{ ActionMode = {draw(expressions)}, StackName = {draw(expressions)} }}\n}}\n}}"
        for _ in range(int(draw(st.sampled_from("0123"))))
    )
    return (
        f'locals {{\n{locals_}\n}}\nresource "aws_codepipeline" "p" {{\nfor_each = {draw(expressions)}\n{stages}\n}}\n'
        f'resource "aws_codebuild_project" "b" {{\nsource {{\nbuildspec = {draw(expressions)}\n}}\n}}\n'
    )


PIPELINES: dict[str, Text] = {
    ".github/workflows/deploy.yml": github,
    ".gitlab-ci.yml": gitlab,
    "bitbucket-pipelines.yml": bitbucket,
    "buildspec.yml": buildspecs,
    "Jenkinsfile": jenkinsfiles(),
    "pipeline.tf": terraform(),
    "deploy.sh": _SCRIPTS,
    "Makefile": _SCRIPTS.map(lambda text: "deploy: build\n\t" + text.replace("\n", "\n\t")),
}
"""Where each kind of pipeline stands, and what is in it."""
