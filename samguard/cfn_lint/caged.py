"""The program of cfn-lint's process: cfn-lint as its command runs it, kept to the folders that it may read.

It is run as a file, not imported. A template may name other files (`TemplateURL: ../../home/secret.yaml`), and cfn-lint
opens what it names, wherever it lies: a device that never ends, or a file that is nobody's business. Here it can open
what its installation holds, and the folder that samguard made for it.
"""

from __future__ import annotations

import os
import sys

_GUARDED = ("open", "os.listdir", "os.scandir")


def _cage(folder: str) -> None:
    """From now on, nothing is opened outside of Python's own folders and `folder`."""
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH120, PTH100 - pathlib would be a module more to load
    own = (folder, sys.prefix, sys.base_prefix, sys.exec_prefix, here, *sys.path)
    roots = tuple({f"{os.path.abspath(path)}{os.sep}" for path in own if path})  # noqa: PTH100

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event not in _GUARDED or not arguments or isinstance(arguments[0], int):
            return
        named = arguments[0]
        path = os.path.abspath(os.fsdecode(named) if isinstance(named, str | bytes) else os.getcwd())  # noqa: PTH100, PTH109
        if path != os.devnull and not f"{path}{os.sep}".startswith(roots):
            raise PermissionError(13, "outside of the project", path)

    sys.addaudithook(refuse)


if __name__ == "__main__":
    _cage(sys.argv.pop(1))
    from cfnlint.runner import main

    main()
