"""cfn-lint, asked about the same templates: a process of its own, whose findings stand in samguard's report."""

from samguard.cfn_lint.asking import Asked, ask

__all__ = ["Asked", "ask"]
