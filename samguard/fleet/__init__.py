"""Many repositories together: what their reports say of how safely each team deploys."""

from samguard.fleet.coverage import Change, Fleet, Group, RuleUse, Standing, fleet
from samguard.fleet.gathering import Gathered, gather
from samguard.fleet.reading import ReadReport, Unusable, read_report
from samguard.fleet.teams import PathPattern, TeamMap, path_pattern, read_team_map

__all__ = [
    "Change",
    "Fleet",
    "Gathered",
    "Group",
    "PathPattern",
    "ReadReport",
    "RuleUse",
    "Standing",
    "TeamMap",
    "Unusable",
    "fleet",
    "gather",
    "path_pattern",
    "read_report",
    "read_team_map",
]
