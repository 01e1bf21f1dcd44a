"""What a run found, kept in the user's cache folder for the next run on the same files. Knows no rule and no format."""
