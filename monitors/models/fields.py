"""A state as a column."""

from typing import Any

from django.db import models

from monitors.core.states import State


class StateField(models.SmallIntegerField):  # type: ignore[type-arg]
    """Stores a State as its number and gives it back as a State."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", State.UNKNOWN)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: int | None, expression: object, connection: object) -> State | None:
        return None if value is None else State(value)

    def to_python(self, value: object) -> State | None:
        return None if value is None else State(int(str(value)) if not isinstance(value, int) else value)

    def get_prep_value(self, value: object) -> int | None:
        return None if value is None else int(State(value))  # type: ignore[arg-type]
