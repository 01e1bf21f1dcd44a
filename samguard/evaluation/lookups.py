"""The names that one expression looks up, whatever they are worth: of Ref, GetAtt and Sub."""

from __future__ import annotations

from samguard.evaluation.substitution import variables
from samguard.source import Node, Scalar, Sequence
from samguard.template import Intrinsic, intrinsic


def lookups(node: Node) -> tuple[str, ...]:
    """What a node itself looks up, nodes below it apart: `Orders`, `Orders.Arn`, `AWS::Region`."""
    match intrinsic(node):
        case Intrinsic(name="Ref" | "Fn::GetAtt", argument=Scalar() as name):
            return (name.text,)
        case Intrinsic(name="Fn::GetAtt", argument=Sequence(items=(Scalar() as first, Scalar() as second))):
            return (f"{first.text}.{second.text}",)
        case Intrinsic(name="Fn::Sub", argument=Scalar() as text):
            return variables(text.text)
        case Intrinsic(name="Fn::Sub", argument=Sequence(items=(Scalar() as text, *_))):
            return variables(text.text)
        case _:
            return ()
