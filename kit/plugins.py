"""Find plugins: modules of one package that each define one constant."""

import importlib
import pkgutil
from functools import cache
from typing import TypeVar

T = TypeVar("T")


@cache
def plugins(package: str, constant: str, kind: type[T]) -> dict[str, T]:
    """Return {module name: its `constant`} for the modules of `package` that define it.

    Raises TypeError when a module's constant is not a `kind`.
    """
    found: dict[str, T] = {}
    for info in pkgutil.iter_modules(importlib.import_module(package).__path__):
        module = importlib.import_module(f"{package}.{info.name}")
        plugin = getattr(module, constant, None)
        if plugin is None:
            continue
        if not isinstance(plugin, kind):
            raise TypeError(f"{module.__name__}.{constant} must be a {kind.__name__}, not {plugin!r}")
        found[info.name] = plugin
    return found
