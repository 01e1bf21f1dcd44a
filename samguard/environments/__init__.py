"""What deployments are given: samconfig, samguard's own configuration, the environments they make. Knows no rules."""

from samguard.environments.config_problem import ConfigProblem, ConfigProblemKind
from samguard.environments.environment import (
    DeployCommand,
    Environment,
    ParameterSource,
    ParameterValue,
    Production,
)
from samguard.environments.known import UNNAMED, environments
from samguard.environments.parameter_overrides import Overrides, Read, parameter_overrides
from samguard.environments.production import DEFAULT_PATTERNS, ProductionNames, is_stage_parameter, names_production
from samguard.environments.samconfig import SamConfig, chosen, read_samconfig
from samguard.environments.settings import EnvironmentSettings, FailOn, Settings, read_settings

__all__ = [
    "DEFAULT_PATTERNS",
    "UNNAMED",
    "ConfigProblem",
    "ConfigProblemKind",
    "DeployCommand",
    "Environment",
    "EnvironmentSettings",
    "FailOn",
    "Overrides",
    "ParameterSource",
    "ParameterValue",
    "Production",
    "ProductionNames",
    "Read",
    "SamConfig",
    "Settings",
    "chosen",
    "environments",
    "is_stage_parameter",
    "names_production",
    "parameter_overrides",
    "read_samconfig",
    "read_settings",
]
