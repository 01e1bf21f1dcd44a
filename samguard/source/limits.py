"""How much of a file samguard reads: an untrusted repository is data, and data has bounds.

CloudFormation takes a template body of 1 MB at the most, so nothing that can be deployed comes near these.
"""

from __future__ import annotations

from typing import Final

MAX_BYTES: Final = 4 * 1024 * 1024
"""Bytes of a file."""
MAX_DEPTH: Final = 100
"""Nesting of mappings and lists."""
MAX_NODES: Final = 400_000
"""Nodes of a document, aliases counted each time they are used."""
