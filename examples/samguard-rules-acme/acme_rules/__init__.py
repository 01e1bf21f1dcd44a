"""ACME's rules for samguard: each module with a RULE is one."""
