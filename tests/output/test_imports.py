"""What a format loads is loaded when it is asked for."""

import subprocess
import sys


def test_importing_the_room_loads_no_format() -> None:
    code = "import sys, samguard.output; print(*(name for name in sys.modules if name.startswith('samguard.output.')))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""


def test_text_is_drawn_without_rich_and_json() -> None:
    code = (
        "import sys; from samguard.output import findings_text, plan_text; "
        "print({'rich', 'jsonschema'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
