"""SG6: environments and parameters."""
