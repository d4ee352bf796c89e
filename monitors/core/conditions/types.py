"""What may be compared with what, so that a comparison which can never hold is refused when it is written."""

import json

from monitors.core.conditions.tree import Compare, Literal, Operand, Path, Type

_HINTS = {
    (Type.DURATION, Type.NUMBER): " Write a unit, as in 800ms.",
    (Type.NUMBER, Type.DURATION): " Leave out the unit.",
    (Type.NUMBER, Type.TEXT): " Leave out the quotes.",
    (Type.TEXT, Type.NUMBER): " Write it in double quotes.",
}
# What a text can be at all, where that is few things: another can never hold.
_ONLY = {
    "http_version": ("HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/3"),
    "tls_version": ("TLSv1.2", "TLSv1.3"),
}
_ORDERED = (Type.NUMBER, Type.DURATION, Type.ANY)


def judge_types(compared: Compare) -> str:
    """Return what is wrong with a comparison, or an empty text."""
    left, right = _type(compared.left), _type(compared.right)
    if compared.operator == "contains":
        if left not in (Type.TEXT, Type.ANY):
            return f"{_name(compared.left)} is {left}, which contains nothing."
        return (
            "" if left == Type.ANY or right in (Type.TEXT, Type.ANY) else f"A text contains texts, and this is {right}."
        )
    if compared.operator not in ("==", "!="):
        for type_, side in ((left, compared.left), (right, compared.right)):
            if type_ not in _ORDERED:
                number = f" Or write number({_name(side)})." if isinstance(side, Path) and side.name == "header" else ""
                return f"{_name(side)} is {type_}, which is neither more nor less than another. Use == or !=.{number}"
    if only := _judge_only(compared):
        return only
    if Type.ANY in (left, right) or left == right:
        return (
            ""
            if {left, right} != {Type.ANY, Type.DURATION}
            else f"{_name(compared.left)} is a plain value. Compare it with a number."
        )
    return f"{_name(compared.left)} is {left}, and this is {right}.{_HINTS.get((left, right), '')}"


def _judge_only(compared: Compare) -> str:
    """Return what a text can be, where it is compared with something that it never is."""
    known = _ONLY.get(_name(compared.left), ())
    if not known or not isinstance(compared.right, Literal) or compared.right.value in known:
        return ""
    return f"{_name(compared.left)} is one of {json.dumps(known)[1:-1]}."


def _type(operand: Operand) -> Type:
    return Type.TEXT if operand.type == Type.BODY else operand.type


def _name(operand: Operand) -> str:
    return getattr(operand, "source", "") or "This"
