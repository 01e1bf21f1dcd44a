"""SG9: house-keeping."""
