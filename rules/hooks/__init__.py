"""SG4: hooks. Do they run, and do they report."""
