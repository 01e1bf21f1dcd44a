"""What a shell command does to a release: build, test, package, deploy, and what a deployment is given."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from typing import Final

from samguard.environments import UNNAMED, DeployCommand, ParameterSource, ParameterValue
from samguard.pattern import pattern
from samguard.pipeline.command_line import CommandLine, command_line
from samguard.pipeline.deploy_values import Given, aws_parameters, comma_parameters, options_of, sam_overrides
from samguard.pipeline.environment_name import environment_name
from samguard.pipeline.model import PipelineProblem, Step, StepKind
from samguard.pipeline.shell import UNKNOWN, Read, ShellCommand, Word, joined
from samguard.value import replace, value

_WORDS: Final = pattern(r"[A-Z]?[a-z0-9]+|[A-Z]+")
_SMOKE_WORDS: Final = frozenset("smoke integration e2e acceptance postdeploy canary synthetic healthcheck".split())
_TEST_WORDS: Final = frozenset("test tests spec specs unit check jest pytest vitest mocha".split())
_BUILD_WORDS: Final = frozenset("build compile bundle dist".split())
_DEPLOY_WORDS: Final = frozenset({"deploy"})
_TESTERS: Final = frozenset(
    "pytest tox nox unittest jest vitest mocha ava tap rspec phpunit behave cucumber cucumber-js karma nosetests".split()
)
_SMOKERS: Final = frozenset("newman artillery k6 cypress playwright locust wscat schemathesis gatling".split())
_BUILDERS: Final = frozenset("tsc esbuild webpack rollup vite swc ncc".split())
_DEPLOYERS: Final = {
    "cdk": ("deploy",),
    "serverless": ("deploy",),
    "sls": ("deploy",),
    "terraform": ("apply",),
    "tofu": ("apply",),
    "terragrunt": ("apply", "run-all"),
    "pulumi": ("up", "update"),
    "chalice": ("deploy",),
    "zappa": ("deploy", "update"),
    "amplify": ("push", "publish"),
    "sst": ("deploy",),
    "rain": ("deploy",),
    "sceptre": ("launch", "create", "update"),
    "arc": ("deploy",),
    "copilot": ("deploy",),
}
_CLOUDFORMATION: Final = frozenset("deploy create-stack update-stack create-change-set execute-change-set".split())
_DIRECT: Final = frozenset("update-function-code update-alias publish-version create-alias".split())
_DEFAULT_TEMPLATES: Final = ("template.yaml", "template.yml", "template.json")
_BRIEF: Final = 2_000
"""Characters of a command that a step repeats."""


@value
class Surroundings:
    """What a job says for all of its commands. `hints` are names that may speak of an environment."""

    environment: str | None = None
    branches: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    region: str | None = None
    has_environment: bool = False
    """Whether the CI system names an environment, though it may be unknown which."""


class Workspace:
    """What the commands of a pipeline leave behind for those that follow."""

    def __init__(self) -> None:
        self.products: dict[str, str | None] = {}
        """The template that each packaged one was made of, by file name."""
        self.sources: dict[str, str] = {}
        """The same from the root of the tree, where it is known: for who deploys it from elsewhere."""
        self.built: str | None = None
        """The template that `sam build` was given last."""
        self.built_source: str | None = None
        self.problems: list[PipelineProblem] = []


def steps_of(
    commands: Sequence[ShellCommand],
    surroundings: Surroundings,
    workspace: Workspace,
    read: Read,
    name: str | None = None,
) -> tuple[Step, ...]:
    """The steps that commands are, in their order. `name` is that of the CI system's step that runs them."""
    found: list[Step] = []
    for command in commands:
        line = command_line(command.words)
        found += (replace(step, name=name) for step in _steps(command, line, surroundings, workspace, read))
    return tuple(found)


def is_said_to_build(name: str) -> bool:
    """Whether the name that somebody gave to a step speaks of a build, and of no deployment."""
    return _speaks_of([name], _BUILD_WORDS) and not _speaks_of([name], _DEPLOY_WORDS)


def _steps(
    command: ShellCommand, line: CommandLine | None, surroundings: Surroundings, workspace: Workspace, read: Read
) -> tuple[Step, ...]:
    plain = Step(
        StepKind.OTHER,
        command.written[:_BRIEF],
        command.place,
        folder=command.folder,
        ignored=command.ignored,
        is_conditional=command.is_conditional,
        via=command.via,
    )
    if line is None:
        return (plain,)
    plain = replace(plain, tool=" ".join(line.names))
    match line.names:
        case ("sam", operation):
            return (_sam(operation, plain, command, line, surroundings, workspace, read),)
        case ("aws", "cloudformation", operation):
            return (_cloudformation(operation, plain, command, line, surroundings, workspace, read),)
        case ("aws", "lambda", operation):
            kind = StepKind.DIRECT_UPDATE if operation in _DIRECT else StepKind.OTHER
            kind = StepKind.SMOKE_TEST if operation == "invoke" else StepKind.WAIT if operation == "wait" else kind
            if kind is StepKind.DIRECT_UPDATE:
                return (replace(plain, kind=kind, command=_direct(command, line, surroundings), waits=True),)
            return (replace(plain, kind=kind),)
        case ("aws", "deploy", "create-deployment"):
            return (replace(plain, kind=StepKind.DEPLOY, waits=False),)
        case ("aws", _, "wait"):
            return (replace(plain, kind=StepKind.WAIT),)
        case ("rain", "deploy"):
            return (_rain(plain, command, line, surroundings, workspace, read),)
        case _:
            pass
    return tuple(replace(plain, kind=kind, waits=waits) for kind, waits in _kinds(command, line))


def _kinds(command: ShellCommand, line: CommandLine) -> tuple[tuple[StepKind, bool | None], ...]:
    """What other tools than AWS's own do."""
    name, operation = line.names[0], line.names[1] if len(line.names) > 1 else ""
    words = [word.pieces for word in command.words]
    if operation in _DEPLOYERS.get(name, ()):
        return ((StepKind.DEPLOY, None),)
    if name in ("mvn", "mvnw", "gradle", "gradlew"):
        return _java(name, words)
    if name in _TESTERS or (
        name in ("go", "dotnet", "cargo", "swift", "node", "deno") and operation in ("test", "--test")
    ):
        return ((StepKind.SMOKE_TEST if _speaks_of(words, _SMOKE_WORDS) else StepKind.TEST, None),)
    if name in _SMOKERS:
        return ((StepKind.SMOKE_TEST, None),)
    if name == "coverage" and operation == "run":
        return ((StepKind.TEST, None),)
    if name == "cdk" and operation in ("synth", "synthesize"):
        return ((StepKind.BUILD, None),)
    if name in _BUILDERS or (
        name in ("go", "dotnet", "cargo", "docker") and operation in ("build", "publish", "buildx")
    ):
        return ((StepKind.BUILD, None),)
    if name in ("curl", "wget", "http", "https"):
        return ((StepKind.SMOKE_TEST if _is_probe(words) else StepKind.OTHER, None),)
    if name in ("npm", "yarn", "pnpm", "bun", "make", "just", "task", "invoke", "nx", "rake", "ant"):
        targets = [
            word for word in words[1:] if word and not word.startswith("-") and word not in ("run", "run-script")
        ]
        if targets[:1] == ["t"]:
            targets[0] = "test"
        return (_by_name(targets, is_opened=command.is_opened),)
    if (
        name.endswith((".sh", ".bash", ".py", ".js", ".ts"))
        or "/" in words[0]
        or name in ("bash", "sh", "python", "node")
    ):
        called = next((word for word in words if word.endswith((".sh", ".bash", ".py", ".js", ".ts"))), words[0])
        return (_by_name([posixpath.basename(called)], is_opened=command.is_opened),)
    return ((StepKind.OTHER, None),)


def _java(name: str, words: Sequence[str]) -> tuple[tuple[StepKind, bool | None], ...]:
    """Maven's and Gradle's phases: those that package run the tests on their way."""
    goals = {word.rpartition(":")[2] for word in words[1:] if word and not word.startswith("-")}
    skips = any(re.match(r"-D(?:skipTests|maven\.test\.skip)(?:=true)?$", word) for word in words)
    skips = skips or any(
        words[at] in ("-x", "--exclude-task") and "test" in words[at + 1] for at in range(len(words) - 1)
    )
    kinds: list[StepKind] = []
    packaging = {"package", "install", "verify", "deploy"} if name.startswith("mvn") else {"build"}
    if goals & ({"compile", "assemble", "jar", "shadowJar", "buildZip", "package"} | packaging):
        kinds.append(StepKind.BUILD)
    if not skips and (goals & packaging or any(_speaks_of([goal], _TEST_WORDS | {"cucumber"}) for goal in goals)):
        is_smoke = any(_speaks_of([goal], _SMOKE_WORDS | {"cucumber"}) for goal in goals)
        kinds.append(StepKind.SMOKE_TEST if is_smoke else StepKind.TEST)
    return tuple((kind, None) for kind in kinds) or ((StepKind.OTHER, None),)


def _by_name(names: Sequence[str], *, is_opened: bool) -> tuple[StepKind, bool | None]:
    """What a script does, as its name tells; a deployment only where the script itself cannot be read."""
    if _speaks_of(names, _SMOKE_WORDS) and not is_opened:
        return (StepKind.SMOKE_TEST, None)
    if _speaks_of(names, _DEPLOY_WORDS):
        return (StepKind.OTHER if is_opened else StepKind.DEPLOY, None)
    if _speaks_of(names, _TEST_WORDS):
        return (StepKind.TEST, None)
    if _speaks_of(names, _BUILD_WORDS):
        return (StepKind.BUILD, None)
    return (StepKind.OTHER, None)


def _speaks_of(texts: Sequence[str], wanted: frozenset[str]) -> bool:
    return any(word.lower() in wanted for text in texts for word in _WORDS.findall(text))


def _is_probe(words: Sequence[str]) -> bool:
    """Whether curl asks what was deployed, instead of loading something down or telling somebody."""
    loads = any(re.match(r"-[A-Za-z]*[oOL][A-Za-z]*$|--output|--remote-name|--location", word) for word in words[1:])
    tells = any("hooks.slack" in word or "api.github.com" in word or "webhook" in word.lower() for word in words)
    return not loads and not tells


# AWS's own


def _sam(  # noqa: PLR0913, PLR0917 - the parts of one command
    operation: str,
    plain: Step,
    command: ShellCommand,
    line: CommandLine,
    surroundings: Surroundings,
    workspace: Workspace,
    read: Read,
) -> Step:
    template = line.word("template_file", "template")
    if operation == "build":
        workspace.built = None if template is None else template.text
        workspace.built_source = _source(workspace.built, command.folder, read, is_named=template is not None)
        return replace(plain, kind=StepKind.BUILD)
    if operation == "package":
        _packaged(line, template, workspace, command.folder)
        return replace(plain, kind=StepKind.PACKAGE)
    if operation in ("deploy", "sync"):
        given = sam_overrides(line.options.get("parameter_overrides", ()), command.folder, read)
        kind = StepKind.DEPLOY if operation == "deploy" else StepKind.SYNC
        if line.has("no_execute_changeset"):
            kind = StepKind.CHANGE_SET
        return replace(
            plain,
            kind=kind,
            waits=True if kind is StepKind.DEPLOY else None,
            **_deployment(command, line, given, template, surroundings, workspace),
        )
    if operation == "delete":
        return replace(plain, kind=StepKind.DELETE)
    if operation == "remote":
        return replace(plain, kind=StepKind.SMOKE_TEST)
    return plain


def _cloudformation(  # noqa: PLR0913, PLR0917
    operation: str,
    plain: Step,
    command: ShellCommand,
    line: CommandLine,
    surroundings: Surroundings,
    workspace: Workspace,
    read: Read,
) -> Step:
    template = line.word("template_file", "template_body", "template_url")
    if operation == "package":
        _packaged(line, template, workspace, command.folder)
        return replace(plain, kind=StepKind.PACKAGE)
    if operation == "wait":
        return replace(plain, kind=StepKind.WAIT)
    if operation == "delete-stack":
        return replace(plain, kind=StepKind.DELETE)
    if operation not in _CLOUDFORMATION:
        return plain
    words = (*line.options.get("parameter_overrides", ()), *line.options.get("parameters", ()))
    given = aws_parameters(words, command.folder, read)
    found = _deployment(command, line, given, template, surroundings, workspace, keeps=operation == "deploy")
    if operation == "create-change-set" or line.has("no_execute_changeset"):
        return replace(plain, kind=StepKind.CHANGE_SET, **found)
    return replace(plain, kind=StepKind.DEPLOY, waits=operation == "deploy", **found)


def _rain(  # noqa: PLR0913, PLR0917
    plain: Step,
    command: ShellCommand,
    line: CommandLine,
    surroundings: Surroundings,
    workspace: Workspace,
    read: Read,
) -> Step:
    """`rain deploy TEMPLATE [STACK] --params K=V,K2=V2`."""
    words = line.positional
    given = Given({})
    for word in line.options.get("params", ()):
        given = comma_parameters(word, command.folder, read)
    found = _deployment(command, line, given, words[0] if words else None, surroundings, workspace, stack=words[1:2])
    return replace(plain, kind=StepKind.DEPLOY, waits=not line.has("detach"), **found)


def _direct(command: ShellCommand, line: CommandLine, surroundings: Surroundings) -> DeployCommand:
    """What a call of Lambda's API says; its function stands among the options."""
    found = _deployment(command, line, Given({}), None, surroundings, Workspace())
    made = found["command"]
    assert isinstance(made, DeployCommand)  # noqa: S101 - for the type checker
    return made


def _source(template: str | None, folder: str | None, read: Read, *, is_named: bool) -> str | None:
    """Where a template stands from the root; without a name, it is the folder's default one."""
    if is_named:
        return joined(folder, template)
    paths = (joined(folder, name) for name in _DEFAULT_TEMPLATES)
    return next((path for path in paths if path is not None and read(path) is not None), None)


def _packaged(line: CommandLine, template: Word | None, workspace: Workspace, folder: str | None) -> None:
    output = line.text("output_template_file")
    if output is not None:
        source: str | None = template.text if template is not None else None
        if source is None or source.startswith((".aws-sam/", "./.aws-sam/")):
            source = workspace.built
        workspace.products[posixpath.basename(output)] = source
        origin = workspace.built_source if source == workspace.built else joined(folder, source)
        if origin is not None:
            workspace.sources[posixpath.basename(output)] = origin


def _deployment(  # noqa: PLR0913, PLR0917
    command: ShellCommand,
    line: CommandLine,
    given: Given,
    template: Word | None,
    surroundings: Surroundings,
    workspace: Workspace,
    *,
    keeps: bool = True,
    stack: Sequence[Word] = (),
) -> dict[str, object]:
    """The fields of a step that deploys."""
    workspace.problems += given.problems
    options = options_of(
        (name, words[0] if words else None, line.switches[name])
        for name, words in line.options.items()
        if name not in ("parameter_overrides", "parameters", "params")
    )
    for several in ("capabilities", "tags"):
        if len(line.options.get(several, ())) > 1:
            text = " ".join(word.pieces for word in line.options[several])
            known = None if UNKNOWN in text else text
            options[several] = ParameterValue(known, ParameterSource.PIPELINE, options[several].place)
    if not given.is_complete:
        options["parameter_overrides"] = ParameterValue(None, ParameterSource.PIPELINE, command.place)
    stack_word = line.word("stack_name") or (stack[0] if stack else None)
    if stack_word is not None:
        options["stack_name"] = ParameterValue(stack_word.text, ParameterSource.PIPELINE, stack_word.place)
    stack_name = None if stack_word is None else stack_word.text
    region = line.text("region") if line.has("region") else _region(command, surroundings)
    written = None if template is None else template.text
    hints = _hints(stack_word, line, surroundings, written)
    config_env = line.text("config_env")
    name = environment_name(
        surroundings.environment, config_env, given.parameters, stack_name, surroundings.branches, hints
    )
    made = DeployCommand(
        environment=name or UNNAMED,
        template=_source_template(written, workspace),
        stack_name=stack_name,
        region=region,
        parameters=given.parameters,
        options=options,
        place=command.place,
        deploys_with_previous_values=keeps,
    )
    return {"command": made, "names_environment": name is not None}


def _source_template(written: str | None, workspace: Workspace) -> str | None:
    """The template that a deployed one was made of, as far as the pipeline tells."""
    if written is None or written.startswith((".aws-sam/", "./.aws-sam/")):
        return workspace.built
    if written.startswith("file://"):
        written = written.removeprefix("file://")
    return workspace.products.get(posixpath.basename(written), written)


def _region(command: ShellCommand, surroundings: Surroundings) -> str | None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        found = command.variables.get(name)
        if found is not None:
            return None if UNKNOWN in found or not found else found
    return surroundings.region


def _hints(stack: Word | None, line: CommandLine, surroundings: Surroundings, template: str | None) -> tuple[str, ...]:
    """Names that may speak of an environment, the nearest first."""
    near = [] if stack is None else [stack.pieces.replace(UNKNOWN, " "), *stack.names]
    for option in ("role_arn", "profile", "s3_bucket", "config_file", "region"):
        word = line.word(option)
        if word is not None:
            near += [word.pieces.replace(UNKNOWN, " "), *word.names]
    return (*near, *surroundings.hints, template or "")
