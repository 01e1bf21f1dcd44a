"""SG7: pipelines."""

NEEDS = "pipelines"
"""What of a project this family speaks of; without it, no module of the family is loaded."""
