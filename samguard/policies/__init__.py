"""Rules that an organisation writes without Python: YAML with CEL expressions over what a deployment will do."""

from samguard.policies.loading import load_policies
from samguard.policies.policy_file import Policy, read_policies
from samguard.policies.rules import policy_rules
from samguard.policies.trial import Trial, tried

__all__ = ["Policy", "Trial", "load_policies", "policy_rules", "read_policies", "tried"]
