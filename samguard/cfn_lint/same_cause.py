"""Which rules of cfn-lint and of samguard tell the same cause, so that a reader is told it once.

Found by asking both about the bad examples of samguard's rules and about a thousand real templates, and reading what
fell on one line. Where a pair is missing, the cause is told twice; a wrong pair would swallow a finding.
"""

from __future__ import annotations

from typing import Final

ON_ONE_LINE: Final[dict[str, frozenset[str]]] = {
    identifier: frozenset(rules.split())
    for identifier, rules in {
        "E1001": "SG014 SG018 SG034",  # sections of the template
        "E1010": "SG003",  # Fn::GetAtt
        "E1011": "SG003 SG023 SG614",  # Fn::FindInMap
        "E1019": "SG003",  # Fn::Sub
        "E1020": "SG003",  # Ref
        "E1028": "SG003 SG008 SG017 SG036",  # Fn::If
        "E1029": "SG310",  # ${Name} in a text that is no Fn::Sub
        "E1041": "SG801",  # a role's name where its ARN is due
        "E3001": "SG018 SG019 SG027 SG030",  # what stands beside Properties
        "E3002": "SG005 SG011 SG014 SG026 SG030 SG031 SG113",  # properties that there are not
        "E3003": "SG208",  # properties that have to be there
        "E3005": "SG003",  # DependsOn
        "E3006": "SG032",  # Type
        "E3012": "SG008 SG009 SG012 SG018 SG028 SG030 SG203 SG204 SG207 SG322 SG338",  # a value of another type
        "E3015": "SG003",  # Condition of a resource
        "E3016": "SG115",  # UpdatePolicy
        "E3017": "SG008 SG012 SG030 SG203 SG204",  # none of the shapes that a value may have
        "E3020": "SG322",  # properties that exclude each other
        "E3030": "SG208 SG338",  # none of the words that a value may be
        "E3031": "SG322",  # a pattern
        "E3034": "SG338",  # a range
        "E3615": "SG338",  # Period of an alarm
        "E3724": "SG014 SG017 SG019",  # Globals
        "E6101": "SG003",  # Outputs
        "E7001": "SG018 SG037",  # Mappings
        "E8001": "SG003 SG036",  # Conditions
        "E8003": "SG036",
        "E8004": "SG036",
        "E8005": "SG036",
        "E8006": "SG036",
        "E8007": "SG036",
        "W1101": "SG016",  # YAML aliases
        "W3001": "SG030",
    }.items()
}
"""Rules of samguard's by a rule of cfn-lint's, where both fire on one line."""

IN_ONE_FILE: Final[dict[str, frozenset[str]]] = {
    "E0000": frozenset({"SG001", "SG002", "SG025"}),  # the reading ends there, or at the other half of two equal keys
    "E1032": frozenset({"SG013"}),  # each Fn::ForEach without its transform
    "E3038": frozenset({"SG033", "SG038"}),  # each resource of SAM's without its transform
}
"""The same, wherever in the file."""
