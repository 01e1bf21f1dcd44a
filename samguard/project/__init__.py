"""A folder as a project: which files belong together. Knows nothing of contents beyond detection."""

from samguard.project.discovery import NotRead
from samguard.project.project import Options, Orphan, Project, SamConfigFile, TemplateFile, load_project

__all__ = ["NotRead", "Options", "Orphan", "Project", "SamConfigFile", "TemplateFile", "load_project"]
