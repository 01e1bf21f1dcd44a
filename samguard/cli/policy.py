"""`samguard policy`: policies checked, with their examples run; and their schema."""

from __future__ import annotations

from pathlib import Path

from samguard import policies
from samguard.cli.terminal import tell, write_out


def run_policy_test(named: tuple[str, ...]) -> int:
    """Runs the examples of policies; gives the exit code: 1 where one does not come out right.

    Raises SamguardError for a file that is not right.
    """
    failures = examples = 0
    lines: list[str] = []
    found = policies.load_policies(named, Path.cwd())
    for policy in found:
        trials = policies.tried(policy)
        examples += len(trials)
        wrong = [trial for trial in trials if trial.problem]
        failures += len(wrong)
        mark = "FAILED" if wrong else "ok" if trials else "no examples"
        lines.append(f"{policy.path}:{policy.line}: {mark} {policy.id}[{policy.name}]")
        lines += [f"  {trial.kind} example {trial.number}: {trial.problem}" for trial in wrong]
    write_out("\n".join([*lines, ""]), None)
    count, ran = len(found), f"{examples} example{'' if examples == 1 else 's'}"
    tell(f"{count} polic{'y' if count == 1 else 'ies'}, {ran}, {failures} failed.")
    return int(bool(failures))


def run_policy_schema() -> None:
    """Writes the JSON Schema of policies to stdout."""
    path = Path(policies.__file__).parent / "policy_schema.json"
    write_out(path.read_text(encoding="utf-8"), None)
