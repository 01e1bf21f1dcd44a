"""How the documentation is built: `make docs`. Markdown by MyST; pages about rules and commands come from the code."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

from samguard import __version__

project = "samguard"
copyright = "samguard developers"
release = version = __version__

extensions = ["myst_parser", "from_code"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "samguard"
html_static_path = ["_static"]
html_css_files = ["samguard.css"]
html_theme_options = {"top_of_page_buttons": []}
html_show_sourcelink = False
html_copy_source = False
highlight_language = "none"
nitpicky = True
smartquotes = False  # `--fail-on` is no dash
