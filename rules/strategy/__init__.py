"""SG2: strategy. How fast users get a new version."""
