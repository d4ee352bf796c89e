"""The product as its user starts it, and a browser as its user has one."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MINUTES = 10  # in which the demo plays its day: as fast as `make demo`, so that a busy machine keeps up
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Without these, Chromium calls its maker's servers at every start.
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


class Running:
    """A demo that runs: where it is, its log, and the owner's one-time password."""

    def __init__(self, process: subprocess.Popen[bytes], site: str, outside: str, environment: dict[str, str]) -> None:
        self.process, self.site, self.outside, self.environment = process, site, outside, environment
        self.log: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.log.append(line.decode(errors="replace").rstrip())

    def close(self) -> None:
        """Read the log to its end and close it, once the process is over."""
        self._reader.join(10)
        self.process.stdout.close()

    def waits_for(self, pattern: str, within_s: float) -> str:
        """Return what the group in `pattern` matched in the log. Fails with the log's end."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline and self.process.poll() is None:
            for line in list(self.log):
                if match := re.search(pattern, line):
                    return match[1]
            time.sleep(0.1)
        pytest.fail(f"no {pattern!r} in the log, which ends: " + "\n".join(self.log[-30:]))

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True)
        return done.stdout


def free_pair() -> int:
    """Return a port that is free, as the next one is, below those that outgoing connections take."""
    for port in range(8790, 32_000, 2):
        with socket.socket() as one, socket.socket() as other, suppress(OSError):
            one.bind(("127.0.0.1", port))
            other.bind(("127.0.0.1", port + 1))
            return port
    raise RuntimeError("No two ports in a row are free below 32000. Stop what listens there.")


@pytest.fixture(scope="session")
def demo():
    """Start `manage.py up --demo`, as `make demo` does, in a folder of its own; stop it as Ctrl-C does."""
    # Not below pytest's own folder: the data services may run as another user, and any pytest closes that folder to others.
    folder = Path(tempfile.mkdtemp(prefix="swd-"))
    folder.chmod(0o755)
    names = ("DATABASE_URL", "VALKEY_URL", "BROKER_URL", "CHANNEL_URL", "CACHE_URL", "EMAIL_URL", "VAR_DIR")
    environment = {key: value for key, value in os.environ.items() if key not in (*names, "DJANGO_SETTINGS_MODULE")}
    port = free_pair()
    environment |= {"PORT": str(port), "DEMO_MINUTES": str(MINUTES), "DEMO_DIR": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--demo"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    running = Running(process, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}", environment)
    running.environment["VAR_DIR"] = str(folder)
    yield running
    process.send_signal(signal.SIGINT)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    finally:
        running.close()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def page():
    """A page in a real browser; skips, loudly, where there is none."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("There is no browser. Install it to run this: sudo apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        browser.close()


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()
