"""Reports and plans as text: for people, for scripts, for code scanning. Knows nothing of how findings are found.

Each format is a module, imported by who asks for it: `rich` and `json` are loaded for nothing else.
"""
