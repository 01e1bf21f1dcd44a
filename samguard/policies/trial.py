"""A policy's own examples, run: a bad one must give a finding of the policy, a good one none."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from samguard.errors import SamguardError
from samguard.linting import Example, Level, Selection, lint
from samguard.policies.policy_file import Policy
from samguard.policies.rules import policy_rules
from samguard.project import Options, load_project
from samguard.value import value


@value
class Trial:
    """One example of a policy, and what came of it; `problem` is empty where it came out right."""

    policy: Policy
    kind: str
    number: int
    problem: str
    messages: tuple[str, ...] = ()


def tried(policy: Policy) -> tuple[Trial, ...]:
    """All examples of a policy, each in a folder of its own."""
    return tuple(
        _tried(policy, kind, number, example)
        for kind, examples in (("bad", policy.bad), ("good", policy.good))
        for number, example in enumerate(examples, start=1)
    )


def _tried(policy: Policy, kind: str, number: int, example: Example) -> Trial:
    with TemporaryDirectory(prefix="samguard-policy-") as name:
        folder = Path(name).resolve()
        _lay_out(example, folder, policy)
        project = load_project((str(folder),), Options(config=str(_empty(folder))))
        report = lint(project, Selection(select=(policy.id,), more=policy_rules((policy,))))
    messages = tuple(finding.message for finding in report.findings)
    failed = [note.message for note in report.notifications if note.level is Level.ERROR]
    if failed:
        problem = failed[0]
    elif not report.templates and not project.pipelines:
        problem = "there is no template in it"
    elif kind == "bad" and not messages:
        problem = "nothing is found in it"
    elif kind == "good" and messages:
        problem = f"something is found in it: {messages[0]}"
    else:
        problem = ""
    return Trial(policy, kind, number, problem, messages)


def _empty(folder: Path) -> Path:
    """A configuration that says nothing, so that none round the folder does."""
    path = folder / "samguard.toml"
    path.touch()
    return path


def _lay_out(example: Example, folder: Path, policy: Policy) -> None:
    files = [("template.yaml", example.template), *example.files]
    if example.samconfig:
        files.append(("samconfig.toml", example.samconfig))
    for path, text in files:
        target = (folder / path).resolve()
        if folder not in target.parents:
            raise SamguardError(f"an example's file lies outside: {path!r}", path=policy.path, line=policy.line)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
