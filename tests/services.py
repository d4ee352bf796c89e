"""Throw-away data services for the whole test run: an early pytest plugin (see addopts in pyproject.toml)."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# Before Django reads its settings: services of our own in a folder that goes away, whatever the shell has set.
# A worker of a parallel run uses the services that its parent started.
if "STATUSWIRE_TEST_VAR" not in os.environ:
    folder = Path(tempfile.mkdtemp(prefix="swt-"))
    folder.chmod(0o755)  # the services may run as another user
    os.environ["STATUSWIRE_TEST_VAR"] = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)

    from kit import embedded

    place = embedded.place(folder)
    for process in (embedded.start_postgres(place, fast=True), embedded.start_valkey(place, fast=True)):
        atexit.register(embedded.stop, process)

for name in ("DATABASE_URL", "VALKEY_URL", "BROKER_URL", "CHANNEL_URL", "CACHE_URL", "EMAIL_URL"):
    os.environ.pop(name, None)
os.environ["VAR_DIR"] = os.environ["STATUSWIRE_TEST_VAR"]
