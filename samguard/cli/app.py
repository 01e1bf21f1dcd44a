"""The commands and their options. Exit codes: 0 clean, 1 findings, 2 samguard could not do its job."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from copy import copy
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from samguard import __version__
from samguard.errors import SamguardError

if TYPE_CHECKING:
    from typer.models import CommandInfo

    from samguard.cli.fix import FixRequest
    from samguard.project import Options

_FAILED: Final = 2
_ALLOCATIONS: Final = 50_000
"""Objects made before garbage is looked for among the youngest (Python: 700)."""

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
    GITHUB = "github"
    MARKDOWN = "markdown"
    GITLAB = "gitlab"
    JUNIT = "junit"
    CHECKSTYLE = "checkstyle"
    RDJSON = "rdjson"


class PlanFormat(StrEnum):
    """How a plan is written."""

    TEXT = "text"
    JSON = "json"


class RehearsalFormat(StrEnum):
    """How a rehearsal is written."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"
    SVG = "svg"


class FleetFormat(StrEnum):
    """How a report of many repositories is written."""

    HTML = "html"
    MARKDOWN = "markdown"
    JSON = "json"


class FailOn(StrEnum):
    """The least level of a finding that makes the run fail."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


def _rule_words(incomplete: str) -> Iterator[str]:
    from samguard.cli.completion import rule_words

    return rule_words(incomplete)


def _environment_names(incomplete: str) -> Iterator[str]:
    from samguard.cli.completion import environment_names

    return environment_names(incomplete)


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
    typer.Option(
        "--env",
        metavar="NAME",
        help="Only this environment. Repeatable.",
        show_default=False,
        autocompletion=_environment_names,
    ),
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
Select = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        metavar="RULE",
        help="Only these rules: identifiers, names or families (SG3). Repeatable, or with commas.",
        show_default=False,
        autocompletion=_rule_words,
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option("--ignore", metavar="RULE", help="Not these rules.", show_default=False, autocompletion=_rule_words),
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
    format: Annotated[
        CheckFormat | None,
        typer.Option(
            "--format",
            help="How findings are written. Without it, GitHub Actions gets annotations and a summary beside the text.",
            show_default="text",
        ),
    ] = None,
    output: Output = None,
    also: Annotated[
        list[str] | None,
        typer.Option(
            "--also",
            metavar="FORMAT=FILE",
            help="The same findings in another format, to a file. Repeatable.",
            show_default=False,
        ),
    ] = None,
    select: Select = None,
    ignore: Ignore = None,
    fail_on: Annotated[
        FailOn | None,
        typer.Option("--fail-on", help="The least level that makes the run fail.", show_default="warning"),
    ] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 even with findings.")] = False,
    show_suppressed: Annotated[
        bool,
        typer.Option(
            "--show-suppressed",
            help="Write suppressed findings and those of the baseline, too, marked as such (json, sarif).",
        ),
    ] = False,
    whole_project: Annotated[
        bool,
        typer.Option(
            "--whole-project",
            help="Read all of the current folder; the paths only select what is told: what stands there or comes of it.",
        ),
    ] = False,
    baseline: Annotated[
        str | None,
        typer.Option(
            "--baseline",
            metavar="FILE",
            help="Findings that are in this file, written by `samguard baseline`, do not fail.",
            show_default=False,
        ),
    ] = None,
    changed_since: Annotated[
        str | None,
        typer.Option(
            "--changed-since",
            metavar="REV",
            help="Only what changes since this revision of git can have caused.",
            show_default=False,
        ),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Check again whenever a file changes, until Ctrl-C.")] = False,
    cfn_lint: Annotated[
        bool, typer.Option("--cfn-lint", help="Ask cfn-lint too; its findings stand in the same report.")
    ] = False,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            "--policy",
            metavar="FILE|PACK",
            help="Policies of your own, of a package or a pack (course, strict). Repeatable.",
            show_default=False,
        ),
    ] = None,
    fix: Fix = False,
    unsafe_fixes: UnsafeFixes = False,
    diff: Diff = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Neither take up nor keep what a run on the same files found.")
    ] = False,
    no_color: NoColor = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    stdin_filename: StdinFilename = "template.yaml",
) -> None:
    """Lint templates, their environments and their pipelines."""
    from samguard.cli.check import Question, run_check
    from samguard.cli.reports import wanted

    if watch and "-" in (paths or ()):
        raise SamguardError("--watch cannot look at a template from stdin", hint="name its file.")
    reports = wanted(format.value if format is not None else "text", output, tuple(also or ()))
    question = Question(
        tuple(paths or ()),
        _project_options(parameter, env, region, config, stdin_filename, paths),
        select=_words(select),
        ignore=_words(ignore),
        policies=tuple(policy or ()),
        baseline=baseline,
        changed_since=changed_since,
        whole_project=whole_project,
        cfn_lint=cfn_lint,
        with_line_hashes=any(report.form == "sarif" for report in reports),
    )
    once = partial(
        run_check,
        question,
        reports,
        fail_on=fail_on.value if fail_on is not None else None,
        exit_zero=exit_zero,
        show_suppressed=show_suppressed,
        no_color=no_color,
        no_cache=no_cache,
        quiet=quiet,
        verbose=verbose,
        says_form=format is not None or output is not None,
        fix=_fix_request(fix, unsafe_fixes, diff, paths),
    )
    if watch:
        from samguard.cli.watch import run_watching

        raise typer.Exit(run_watching(once, tuple(paths or ()), output=output))
    raise typer.Exit(once())


@app.command()
def baseline(
    paths: Paths = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The file to write; by default the configured one, or .samguard-baseline.json. - is stdout.",
            show_default=False,
        ),
    ] = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Only take out what is gone; new findings are not added.")
    ] = False,
    env: Env = None,
    parameter: Parameter = None,
    region: Region = None,
    config: Config = None,
    select: Select = None,
    ignore: Ignore = None,
    quiet: Quiet = False,
) -> None:
    """Write today's findings to a file; `samguard check --baseline` then fails on new ones only."""
    from samguard.cli.baseline import run_baseline

    if "-" in (paths or ()):
        raise SamguardError("a template from stdin has no place in a baseline", hint="name its file.")
    options = _project_options(parameter, env, region, config, "template.yaml", None)
    code = run_baseline(
        tuple(paths or ()),
        options,
        output=output,
        select=_words(select),
        ignore=_words(ignore),
        prune=prune,
        quiet=quiet,
    )
    raise typer.Exit(code)


@app.command()
def init(
    folder: Annotated[
        str, typer.Argument(metavar="[FOLDER]", help="The project's folder; the current one by default.")
    ] = ".",
    write: Annotated[
        bool, typer.Option("--write", help="Write the snippets too, where their files do not exist yet.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; show what would be written.")] = False,
) -> None:
    """Write a commented configuration, and show how to run samguard in pre-commit and CI. Never overwrites."""
    from samguard.cli.init import run_init

    raise typer.Exit(run_init(folder, write=write, dry_run=dry_run))


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
def rehearse(
    paths: Paths = None,
    env: Env = None,
    parameter: Parameter = None,
    region: Region = None,
    config: Config = None,
    format: Annotated[
        RehearsalFormat, typer.Option("--format", help="How the rehearsal is written: html is a page, svg a picture.")
    ] = RehearsalFormat.TEXT,
    output: Output = None,
    failure: Annotated[
        str,
        typer.Option(
            "--failure",
            metavar="KIND",
            help="errors, poisoned, cold-start, timeout, latency, throttling or handled-errors.",
        ),
    ] = "errors",
    error_share: Annotated[
        float | None,
        typer.Option(
            "--error-share",
            metavar="SHARE",
            help="The share (0 to 1) of the new version's requests that is affected.",
            show_default="0.05 of errors, 0.01 poisoned, else all",
        ),
    ] = None,
    latency_factor: Annotated[
        float, typer.Option("--latency-factor", metavar="FACTOR", help="How much slower, for --failure latency.")
    ] = 10.0,
    requests_per_minute: Annotated[
        float, typer.Option("--requests-per-minute", metavar="RATE", help="Requests that reach the alias.")
    ] = 60.0,
    traffic: Annotated[
        str,
        typer.Option("--traffic", metavar="SHAPE", help="constant, daily, or a CSV file of invocations by minute."),
    ] = "constant",
    base_error_share: Annotated[
        float,
        typer.Option("--base-error-share", metavar="SHARE", help="The share (0 to 1) that fails in healthy versions."),
    ] = 0.0,
    duration_ms: Annotated[
        float, typer.Option("--duration-ms", metavar="MS", help="The median duration of a healthy request.")
    ] = 100.0,
    metric_delay_seconds: Annotated[
        float,
        typer.Option("--metric-delay-seconds", metavar="S", help="From a minute's end until alarms are judged by it."),
    ] = 60.0,
    polling_seconds: Annotated[
        float, typer.Option("--polling-seconds", metavar="S", help="From an alarm until CodeDeploy has acted on it.")
    ] = 30.0,
    hook_minutes: Annotated[
        float, typer.Option("--hook-minutes", metavar="MIN", help="How long each deployment hook takes.")
    ] = 1.0,
    objective: Annotated[
        str | None,
        typer.Option(
            "--objective",
            metavar="SENTENCE",
            help="Exit 1 where production misses it: 'catch 5 % errors at 60 requests a minute with 95 %'.",
            show_default="that of the configuration",
        ),
    ] = None,
    deployments: Annotated[
        int, typer.Option("--deployments", metavar="N", help="Simulated deployments, where it takes a simulation.")
    ] = 10_000,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="What simulations begin with.")] = 0,
    metrics: Annotated[
        str | None,
        typer.Option(
            "--metrics",
            metavar="FILE",
            help="Instead: would deployments of the time of exported metrics (get-metric-data) have been turned back?",
        ),
    ] = None,
    metrics_query: Annotated[
        bool, typer.Option("--metrics-query", help="Instead: print the query for get-metric-data that exports them.")
    ] = False,
    deployment: Annotated[
        str | None,
        typer.Option(
            "--deployment",
            metavar="FILE",
            help="Instead: what a deployment (get-deployment) did, against what is planned.",
        ),
    ] = None,
    no_color: NoColor = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    stdin_filename: StdinFilename = "template.yaml",
) -> None:
    """Rehearse shipping a bad version through each rollout: is it caught, when, at what cost."""
    from samguard.cli.rehearse import Asked, run_rehearse

    options = _project_options(parameter, env, region, config, stdin_filename, paths)
    asked = Asked(
        failure,
        error_share,
        latency_factor,
        requests_per_minute,
        traffic,
        base_error_share,
        duration_ms,
        metric_delay_seconds,
        polling_seconds,
        hook_minutes,
        objective,
        deployments,
        seed,
        metrics,
        metrics_query,
        deployment,
    )
    code = run_rehearse(
        tuple(paths or ()),
        options,
        asked,
        form=format.value,
        output=output,
        no_color=no_color,
        quiet=quiet,
        verbose=verbose,
    )
    raise typer.Exit(code)


@app.command()
def rule(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID|NAME]",
            help="A rule; without one, all are listed.",
            show_default=False,
            autocompletion=_rule_words,
        ),
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            "--policy", metavar="FILE|PACK", help="Policies besides those of the configuration.", show_default=False
        ),
    ] = None,
    format: Annotated[PlanFormat, typer.Option("--format", help="How the rule is written.")] = PlanFormat.TEXT,
    no_color: NoColor = False,
) -> None:
    """Explain one rule (what goes wrong, bad, good, fix, source), or list all."""
    from samguard.cli.rule import run_rule

    run_rule(name, policies=tuple(policy or ()), form=format.value, no_color=no_color)


@app.command()
def report(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE|FOLDER...",
            help="What `samguard check --format json` or sarif wrote, and folders of it.",
            show_default=False,
        ),
    ],
    format: Annotated[FleetFormat, typer.Option("--format", help="How the report is written.")] = FleetFormat.HTML,
    output: Output = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="DATE", help="The day to compare with; the oldest by default.", show_default=False
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="The day to report; the newest by default.", show_default=False),
    ] = None,
    before: Annotated[
        list[str] | None,
        typer.Option(
            "--before",
            metavar="FILE|FOLDER",
            help="Earlier reports to compare with, whatever their date. Repeatable.",
            show_default=False,
        ),
    ] = None,
    team_from: Annotated[
        str | None,
        typer.Option(
            "--team-from",
            metavar="PATTERN",
            help="Where in a file's path the team stands, such as {team}/{repo}/{date}.",
            show_default=False,
        ),
    ] = None,
    teams: Annotated[
        str | None,
        typer.Option(
            "--teams", metavar="FILE", help="A map of teams in YAML: payments: [orders, 'bill-*'].", show_default=False
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Report many repositories together: how safely each team deploys, and whether it gets better."""
    from samguard.cli.report import FleetQuestion, run_report

    question = FleetQuestion(tuple(paths), tuple(before or ()), since, until, team_from, teams)
    raise typer.Exit(run_report(question, form=format.value, output=output, quiet=quiet))


@app.command()
def lsp(
    env: Env = None,
    parameter: Parameter = None,
    region: Region = None,
    config: Config = None,
    stdio: Annotated[  # noqa: ARG001 - there is nothing else to choose
        bool, typer.Option("--stdio", hidden=True, help="What some editors say.")
    ] = True,
) -> None:
    """Serve an editor: the Language Server Protocol on stdin and stdout."""
    from samguard.cli.lsp import run_lsp

    run_lsp(_project_options(parameter, env, region, config, "template.yaml", None))


policy_app = typer.Typer(
    help="Rules that an organisation writes itself, in YAML and CEL.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(policy_app, name="policy")


@policy_app.command("test")
def policy_test(
    named: Annotated[list[str], typer.Argument(metavar="FILE|PACK...", help="Files of policies, packages or packs.")],
) -> None:
    """Check policies, and run their examples: a bad one must be found, a good one not."""
    from samguard.cli.policy import run_policy_test

    raise typer.Exit(run_policy_test(tuple(named)))


@policy_app.command("schema")
def policy_schema() -> None:
    """Print the JSON Schema of policies, for editors."""
    from samguard.cli.policy import run_policy_schema

    run_policy_schema()


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
    stdin = _stdin(MAX_BYTES + 1) if paths and "-" in paths else None
    return Options(values, tuple(env or ()), region, config, stdin, stdin_filename)


def _stdin(most: int) -> bytes:
    """The template that is piped in. Raises SamguardError where there is nothing to read from."""
    if sys.stdin is None:
        raise SamguardError("- reads a template from stdin, which is closed")
    try:
        return sys.stdin.buffer.read(most)
    except OSError as error:
        message = f"stdin cannot be read: {error.strerror or error}"
        raise SamguardError(message) from error


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


def run() -> None:
    """Runs the command that was typed. What stops it is told in a sentence."""
    # What is read has no cycles and lives until the end: looking for garbage among it took a third of a run.
    gc.set_threshold(_ALLOCATIONS, 20, 20)
    try:
        _with_asked_command(sys.argv[1:2])(prog_name="samguard")
    except SamguardError as error:
        _fail(f"error: {error}")
    except Exception as error:
        why = _of_the_system(error)
        if why is not None:
            _fail(f"error: {why}")
        if {"-v", "--verbose"} & set(sys.argv):
            raise
        _fail(f"internal error: {type(error).__name__}: {error}. Please report this; -v shows where it arose.")


def _of_the_system(error: Exception) -> str | None:
    """What is wrong round samguard, where it is that: no bug of samguard's."""
    import errno

    if isinstance(error, OSError) and error.filename is None:
        if error.errno in {errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EBADF}:
            from samguard.cli.terminal import give_up

            give_up(sys.stdout)  # of what the command line's library writes itself: its help, the version
            return f"stdout cannot be written: {error.strerror}"
        if error.errno == errno.ENOENT:
            return "the current folder is not there any more"
    return None


def _with_asked_command(words: list[str]) -> typer.Typer:
    """The application with only the command that is asked for: typer looks at each that it has, 1 ms a command.

    Where the first word is no command, it has all, for help, completion and the hint at the nearest name.
    """
    named = [command for command in app.registered_commands if [_name(command)] == words]
    if not named:
        return app
    only = copy(app)
    only.registered_commands, only.registered_groups = named, []
    return only


def _name(command: CommandInfo) -> str:
    return command.name or str(getattr(command.callback, "__name__", ""))


def _fail(message: str) -> NoReturn:
    from samguard.cli.terminal import tell

    tell(f"samguard: {message}")
    sys.exit(_FAILED)
