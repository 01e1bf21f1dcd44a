"""How a commit reaches production: GitHub Actions, GitLab CI, CodePipeline and the others. Knows nothing of templates."""

from samguard.pipeline.model import Job, Pipeline, PipelineSystem, Step, StepKind

__all__ = ["Job", "Pipeline", "PipelineSystem", "Step", "StepKind"]
