"""SG3: alarms. Are they wired, and can they fire in time."""
