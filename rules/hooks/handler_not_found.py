"""A deployment hook whose Handler names a file or a function that is not there.

What goes wrong: Lambda imports the file that Handler begins with and calls the function that it ends with. Where one of them
is missing, or called otherwise, the hook fails before its first line: CodeDeploy waits one hour for its answer, and then
the deployment fails.
Silent when: the code is not in the project, cannot be read, or is made by a build or brought by a layer; the module may get
the name in another way (`import *`, `globals()`, `module.exports = require(…)`).
Fix: write Handler as `file.function`, in the spelling of both.
Source: Lambda developer guide, "Define Lambda function handler in Python" and "Define Lambda function handler in Node.js".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.project import Project, TemplateFile
from samguard.rollout.hook_source import hook_facts
from samguard.rules.hooks.example_orders import SAMCONFIG, SOURCE, TEMPLATE, changed
from samguard.source import Mapping, Scalar, Span
from samguard.template import Resource

RULE = Rule("SG422", "handler-not-found", Level.ERROR, since="0.1.0")

_HANDLER = "Handler: check.handler\n"
_MISSPELT = changed(TEMPLATE, (_HANDLER, "Handler: check.lambda_handler  # SG422\n"))
_OTHER_FILE = changed(TEMPLATE, (_HANDLER, "Handler: checks.handler  # SG422\n"))
_NODE = ("Runtime: python3.12\n      Timeout: 30", "Runtime: nodejs22.x\n      Timeout: 30")
_SCRIPT = """
const { CodeDeploy } = require("@aws-sdk/client-codedeploy");
const codedeploy = new CodeDeploy();

exports.main = async (event) => {
  await codedeploy.putLifecycleEventHookExecutionStatus({
    deploymentId: event.DeploymentId,
    lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
    status: process.env.HEALTHY ? "Succeeded" : "Failed",
  });
};
"""
_SPREAD = "module.exports = require('./main');\n"
_WITHOUT = changed(TEMPLATE, (_HANDLER, "Handler: checks.handler\n"))


def _example(template: str, path: str, code: str) -> Example:
    return Example(template=template, samconfig=SAMCONFIG, files=((path, code),))


_INLINE = changed(
    TEMPLATE,
    (
        "      CodeUri: hooks/\n      Handler: check.handler\n",
        "      InlineCode: |\n"
        + "".join(f"        {line}\n" for line in SOURCE.splitlines())
        + "      Handler: index.handler\n",
    ),
)

BAD = (
    Example(  # code that stands in a template is the module index
        template=changed(_INLINE, ("index.handler\n", "check.handler  # SG422\n")), samconfig=SAMCONFIG
    ),
    Example(  # the folder of CodeUri is said twice
        template=changed(TEMPLATE, (_HANDLER, "Handler: hooks/check.handler  # SG422\n")),
        samconfig=SAMCONFIG,
        files=(("hooks/check.py", SOURCE),),
    ),
    _example(_MISSPELT, "hooks/check.py", SOURCE),
    _example(_OTHER_FILE, "hooks/check.py", SOURCE),
    _example(
        changed(TEMPLATE, (_HANDLER, "Handler: check.handler  # SG422\n"), _NODE),
        "hooks/check.js",
        _SCRIPT,
    ),
    _example(changed(_OTHER_FILE, _NODE), "hooks/check.mjs", _SCRIPT.replace("exports.main", "exports.handler")),
)

GOOD = (
    Example(template=_INLINE, samconfig=SAMCONFIG),
    _example(TEMPLATE, "hooks/check.py", SOURCE),
    Example(template=TEMPLATE, samconfig=SAMCONFIG),  # the code is somewhere else
    _example(TEMPLATE, "hooks/check.py", "from checks import *\n"),
    _example(TEMPLATE, "hooks/check.py", "from checks import main as handler\n"),
    _example(changed(TEMPLATE, _NODE), "hooks/check.js", _SPREAD),
    _example(  # a layer may have it
        changed(
            _WITHOUT,
            (
                "      Timeout: 30\n",
                "      Timeout: 30\n      Layers: ['arn:aws:lambda:eu-west-1:111122223333:layer:a:1']\n",
            ),
        ),
        "hooks/check.py",
        SOURCE,
    ),
    _example(  # a build makes it
        changed(
            _WITHOUT,
            (
                "  Check:\n    Type: AWS::Serverless::Function\n",
                "  Check:\n    Type: AWS::Serverless::Function\n    Metadata: {BuildMethod: makefile}\n",
            ),
        ),
        "hooks/check.py",
        SOURCE,
    ),
    _example(changed(_WITHOUT, _NODE), "hooks/check.py", SOURCE),  # nothing of the language is there
)


def check(project: Project) -> Iterator[Finding]:
    """One finding for each hook whose handler is not found."""
    for file in project.templates:
        for logical_id in file.absent_sources:
            yield _finding(file, file.template.resources[logical_id], "no file has the name that it begins with")
        for logical_id, source in file.sources.items():
            function = file.template.resources[logical_id]
            handler = function.properties.get("Handler")
            if _is_inline(function) and isinstance(handler, Scalar) and not handler.text.startswith("index."):
                yield _finding(file, function, "code that stands in a template is the module index")
            facts = hook_facts(source)
            if facts is not None and facts.handler is None and facts.lacks_handler:
                said = f"{source.document.path} has no {source.handler}"
                yield _finding(file, file.template.resources[logical_id], said)


def _is_inline(function: Resource) -> bool:
    code = function.properties.get("Code")
    return "InlineCode" in function.properties or (isinstance(code, Mapping) and "ZipFile" in code)


def _finding(file: TemplateFile, function: Resource, said: str) -> Finding:
    return Finding(
        _place(function),
        f"Lambda does not find the Handler of {function.logical_id}: {said}. The hook fails before its first line, and "
        "CodeDeploy waits one hour before the deployment fails. Correct Handler",
        resource=function.logical_id,
        document=file.document,
    )


def _place(function: Resource) -> Span:
    entry = function.properties.entry("Handler")
    return entry.value.span if entry is not None else function.span
