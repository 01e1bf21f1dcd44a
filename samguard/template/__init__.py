"""A document as a template: parameters, conditions, resources with Globals merged. Knows nothing of environments."""

from samguard.template.build import is_template, template
from samguard.template.calls import Call, calls
from samguard.template.intrinsic import NO_VALUE, Intrinsic, intrinsic, is_no_value
from samguard.template.mentions import Mention, Naming, loop_identifiers, mentions
from samguard.template.refusal import Refusal, RefusalKind
from samguard.template.template import HIDDEN, LANGUAGE_EXTENSIONS, SAM_TRANSFORM, Parameter, Resource, Template

__all__ = [
    "HIDDEN",
    "LANGUAGE_EXTENSIONS",
    "NO_VALUE",
    "SAM_TRANSFORM",
    "Call",
    "Intrinsic",
    "Mention",
    "Naming",
    "Parameter",
    "Refusal",
    "RefusalKind",
    "Resource",
    "Template",
    "calls",
    "intrinsic",
    "is_no_value",
    "is_template",
    "loop_identifiers",
    "mentions",
    "template",
]
