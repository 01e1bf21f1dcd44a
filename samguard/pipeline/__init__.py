"""How a commit reaches production: GitHub Actions, GitLab CI, CodePipeline and others. Knows nothing of templates."""

from samguard.pipeline.model import (
    ActionUse,
    Concurrency,
    Credential,
    CredentialKind,
    Gate,
    GateKind,
    IgnoredFailure,
    Job,
    Pinning,
    Pipeline,
    PipelineProblem,
    PipelineSystem,
    Said,
    Step,
    StepKind,
    Timeout,
    Trigger,
)
from samguard.pipeline.reading import is_code_path, is_pipeline_path, pipelines
from samguard.pipeline.shell import Read
from samguard.pipeline.template_configuration import is_template_configuration, read_template_configuration

__all__ = [
    "ActionUse",
    "Concurrency",
    "Credential",
    "CredentialKind",
    "Gate",
    "GateKind",
    "IgnoredFailure",
    "Job",
    "Pinning",
    "Pipeline",
    "PipelineProblem",
    "PipelineSystem",
    "Read",
    "Said",
    "Step",
    "StepKind",
    "Timeout",
    "Trigger",
    "is_code_path",
    "is_pipeline_path",
    "is_template_configuration",
    "pipelines",
    "read_template_configuration",
]
