"""SG5: traffic that bypasses the alias, and so the canary."""
