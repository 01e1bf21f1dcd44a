"""SG1: alias and versions. Is a new version published, and can traffic be shifted to it."""
