"""SG7: pipelines."""
