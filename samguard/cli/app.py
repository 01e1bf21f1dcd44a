"""The commands and their options. Exit codes: 0 clean, 1 findings, 2 samguard could not do its job."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from samguard import __version__
from samguard.errors import SamguardError

if TYPE_CHECKING:
    from samguard.cli.fix import FixRequest
    from samguard.project import Options

_FAILED: Final = 2

app = typer.Typer(
    name="samguard",
    help="Checks AWS SAM projects: if a commit ships a bad version, will the deployment catch it?",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class CheckFormat(StrEnum):
    """How findings are written."""

    TEXT = "text"
    CONCISE = "concise"
    JSON = "json"
    SARIF = "sarif"


class PlanFormat(StrEnum):
    """How a plan is written."""

    TEXT = "text"
    JSON = "json"


class FailOn(StrEnum):
    """The least level of a finding that makes the run fail."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATH]...",
        help="Files and folders; the current folder by default. - reads a template from stdin.",
        show_default=False,
    ),
]
Env = Annotated[
    list[str] | None,
    typer.Option("--env", metavar="NAME", help="Only this environment. Repeatable.", show_default=False),
]
Parameter = Annotated[
    list[str] | None,
    typer.Option(
        "--parameter",
        metavar="K=V",
        help="A parameter's value; wins over every other source. Repeatable.",
        show_default=False,
    ),
]
Region = Annotated[
    str | None,
    typer.Option("--region", metavar="NAME", help="The region, where an environment names none.", show_default=False),
]
Config = Annotated[
    str | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="samguard's configuration, instead of the nearest samguard.toml or pyproject.toml.",
        show_default=False,
    ),
]
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write there instead of to stdout.", show_default=False),
]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No summary, only findings.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Tell what was read and what was not.")]
Fix = Annotated[bool, typer.Option("--fix", help="Apply safe fixes to the files; then report what is left.")]
UnsafeFixes = Annotated[
    bool, typer.Option("--unsafe-fixes", help="With --fix or --diff: also fixes that may change what works.")
]
Diff = Annotated[bool, typer.Option("--diff", help="Show what --fix would change, and write nothing.")]
StdinFilename = Annotated[
    str, typer.Option("--stdin-filename", metavar="NAME", help="What the template on stdin is called.")
]


def _version(value: bool) -> None:
    if value:
        typer.echo(f"samguard {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What stands before the command."""


@app.command()
def check(
    paths: Paths = None,
    env: Env = None,
    parameter: Parameter = None,
    region: Region = None,
    config: Config = None,
    format: Annotated[CheckFormat, typer.Option("--format", help="How findings are written.")] = CheckFormat.TEXT,
    output: Output = None,
    select: Annotated[
        list[str] | None,
        typer.Option(
            "--select",
            metavar="RULE",
            help="Only these rules: identifiers, names or families (SG3). Repeatable, or with commas.",
            show_default=False,
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="RULE", help="Not these rules.", show_default=False)
    ] = None,
    fail_on: Annotated[
        FailOn | None,
        typer.Option("--fail-on", help="The least level that makes the run fail.", show_default="warning"),
    ] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 even with findings.")] = False,
    fix: Fix = False,
    unsafe_fixes: UnsafeFixes = False,
    diff: Diff = False,
    no_color: NoColor = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    stdin_filename: StdinFilename = "template.yaml",
) -> None:
    """Lint templates, their environments and their pipelines."""
    from samguard.cli.check import run_check

    options = _project_options(parameter, env, region, config, stdin_filename, paths)
    code = run_check(
        tuple(paths or ()),
        options,
        form=format.value,
        output=output,
        select=_words(select),
        ignore=_words(ignore),
        fail_on=fail_on.value if fail_on is not None else None,
        exit_zero=exit_zero,
        no_color=no_color,
        quiet=quiet,
        verbose=verbose,
        fix=_fix_request(fix, unsafe_fixes, diff, paths),
    )
    raise typer.Exit(code)


@app.command()
def plan(
    paths: Paths = None,
    env: Env = None,
    parameter: Parameter = None,
    region: Region = None,
    config: Config = None,
    format: Annotated[PlanFormat, typer.Option("--format", help="How the plan is written.")] = PlanFormat.TEXT,
    output: Output = None,
    no_color: NoColor = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    stdin_filename: StdinFilename = "template.yaml",
) -> None:
    """Show what CodeDeploy will do with each function and state machine, per environment."""
    from samguard.cli.plan import run_plan

    options = _project_options(parameter, env, region, config, stdin_filename, paths)
    code = run_plan(
        tuple(paths or ()), options, form=format.value, output=output, no_color=no_color, quiet=quiet, verbose=verbose
    )
    raise typer.Exit(code)


@app.command()
def rule(
    name: Annotated[
        str | None, typer.Argument(metavar="[ID|NAME]", help="A rule; without one, all are listed.", show_default=False)
    ] = None,
    format: Annotated[PlanFormat, typer.Option("--format", help="How the rule is written.")] = PlanFormat.TEXT,
    no_color: NoColor = False,
) -> None:
    """Explain one rule (what goes wrong, bad, good, fix, source), or list all."""
    from samguard.cli.rule import run_rule

    run_rule(name, form=format.value, no_color=no_color)


def _project_options(
    parameter: list[str] | None,
    env: list[str] | None,
    region: str | None,
    config: str | None,
    stdin_filename: str,
    paths: list[str] | None,
) -> Options:
    from samguard.project import Options
    from samguard.source.limits import MAX_BYTES

    values: dict[str, str] = {}
    for item in parameter or ():
        key, equals, text = item.partition("=")
        if not equals or not key:
            message = f"--parameter {item!r} is not of the form KEY=VALUE"
            raise SamguardError(message)
        values[key] = text
    stdin = sys.stdin.buffer.read(MAX_BYTES + 1) if paths and "-" in paths and sys.stdin is not None else None
    return Options(values, tuple(env or ()), region, config, stdin, stdin_filename)


def _fix_request(fix: bool, unsafe: bool, diff: bool, paths: list[str] | None) -> FixRequest | None:
    if not fix and not diff:
        if unsafe:
            message = "--unsafe-fixes says which fixes to take; add --fix to apply them or --diff to see them"
            raise SamguardError(message)
        return None
    from samguard.cli.fix import FixRequest

    if paths and "-" in paths and not diff:
        message = "--fix cannot change what comes from stdin; --diff shows what it would change"
        raise SamguardError(message)
    return FixRequest(diff=diff, unsafe=unsafe)


def _words(given: list[str] | None) -> tuple[str, ...]:
    return tuple(word.strip() for item in given or () for word in item.split(",") if word.strip())


def main() -> None:
    """The console script."""
    try:
        app(prog_name="samguard")
    except SamguardError as error:
        _fail(f"error: {error}")
    except Exception as error:
        if {"-v", "--verbose"} & set(sys.argv):
            raise
        _fail(f"internal error: {type(error).__name__}: {error}. Please report this; -v shows where it arose.")


def _fail(message: str) -> NoReturn:
    from samguard.cli.terminal import tell

    tell(f"samguard: {message}")
    sys.exit(_FAILED)
