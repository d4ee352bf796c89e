"""What may be compared with what, so that a comparison which can never hold is refused when it is written."""

from monitors.core.conditions.tree import Compare, Operand, Type

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
                return f"{_name(side)} is {type_}, which is neither more nor less than another. Use == or !=."
    if Type.ANY in (left, right) or left == right:
        return (
            ""
            if {left, right} != {Type.ANY, Type.DURATION}
            else f"{_name(compared.left)} is a plain value. Compare it with a number."
        )
    hint = " Write a unit, as in 800ms." if (left, right) == (Type.DURATION, Type.NUMBER) else ""
    return f"{_name(compared.left)} is {left}, and this is {right}.{hint}"


def _type(operand: Operand) -> Type:
    return Type.TEXT if operand.type == Type.BODY else operand.type


def _name(operand: Operand) -> str:
    return getattr(operand, "source", "") or "This"
