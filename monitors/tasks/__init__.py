"""The tasks of the monitors app, one file per source; Celery imports this package to find all of them."""

import pkgutil
from importlib import import_module

for _module in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
