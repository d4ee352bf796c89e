"""The parties of bench.probing: how each is started, and what its processes have used."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
CHECK_HTTP = "/usr/lib/nagios/plugins/check_http"


def tree(pid):
    """Return a process and all that have come of it."""
    children = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(folder.name))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def cpu_s(pids):
    """Return the CPU seconds of processes, with those of their children that have ended."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(field) for field in fields[11:15])
    return total / TICK


class Party:
    """Somebody who makes checks. `stores` says whether anything is kept of them, `starting_s` how many seconds pass
    after its first check until all its monitors run."""

    stores = True
    starting_s = 0

    def __init__(self, name, label):
        self.name, self.label = name, label
        self._processes = []

    def run(self, *command, **environment):
        environment = {**os.environ, "PGAPPNAME": f"bench-{self.name}", **environment}
        log = open(Path(os.environ["STATUSWIRE_TEST_VAR"]) / f"bench-{self.name}.log", "ab")  # noqa: SIM115
        with log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self._processes.append(process)
        return process

    def cpu_s(self):
        return cpu_s([pid for process in self._processes for pid in tree(process.pid)])

    def database_cpu_s(self):
        """Return the CPU seconds of the database's processes that serve this party now."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [f"bench-{self.name}"])
            return cpu_s([pid for (pid,) in cursor.fetchall()])

    def stop(self):
        for process in self._processes:
            for pid in reversed(tree(process.pid)):
                try:
                    os.kill(pid, 15)
                except ProcessLookupError:
                    continue
        for process in self._processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()


class Ours(Party):
    def __init__(self, probers=1):
        super().__init__("ours", "StatusWire: `manage.py probe`")
        self._count = probers

    def start(self, target, rate, secure):
        return [self.add() for _ in range(self._count)]

    def add(self):
        return self.run(sys.executable, "manage.py", "probe")


class Naive(Party):
    def __init__(self, monitor_ids):
        super().__init__("naive", "a Celery task per check, httpx, ORM")
        self._ids = [str(id_) for id_ in monitor_ids]

    def start(self, target, rate, secure):
        worker = ["worker", "-Q", "naive", "-c", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        self.run(sys.executable, "-m", "celery", "-A", "bench.naive_probing", "--quiet", *worker, "--loglevel", "error")
        self.run(sys.executable, "-m", "bench.naive_probing", str(rate), *self._ids)


class Blackbox(Party):
    stores = False

    def __init__(self):
        super().__init__("blackbox", "blackbox_exporter (stores nothing)")
        self._stopping = threading.Event()

    missing = staticmethod(lambda: "" if shutil.which("prometheus-blackbox-exporter") else "is not installed")

    def start(self, target, rate, secure):
        config = Path(os.environ["STATUSWIRE_TEST_VAR"]) / "blackbox.yml"
        # It trusts SSL_CERT_FILE's authorities, read once; a file of its own configuration it would read for each check.
        config.write_text("modules: {http_2xx: {prober: http, http: {preferred_ip_protocol: ip4}}}\n")
        port = 18_115
        self.run(
            "prometheus-blackbox-exporter", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}"
        )  # fmt: skip
        for share in range(4):
            asked = target.url(self.name, secure=secure[share % 2])
            url = f"http://127.0.0.1:{port}/probe?module=http_2xx&target={asked}"
            threading.Thread(target=self._scrape, args=(url, rate / 4, share / rate), daemon=True).start()

    def _scrape(self, url, rate, offset):
        """Ask for checks, as Prometheus would; what that costs is not counted."""
        began, sent = time.monotonic() + offset, 0
        while not self._stopping.is_set():
            time.sleep(max(0, began + sent / rate - time.monotonic()))
            sent += 1
            try:
                urllib.request.urlopen(url, timeout=5).read()
            except OSError:
                continue

    def stop(self):
        self._stopping.set()
        super().stop()


class Nagios(Party):
    def __init__(self):
        super().__init__("nagios", "Nagios 4 with check_http")

    @staticmethod
    def missing():
        return "" if shutil.which("nagios4") and Path(CHECK_HTTP).exists() else "is not installed"

    def start(self, target, rate, secure):
        folder = Path(os.environ["STATUSWIRE_TEST_VAR"]) / "nagios"
        folder.mkdir(exist_ok=True)
        interval = 10
        host = target.place.partition(":")[0]
        services = "".join(
            f"define service {{\nhost_name target\nservice_description s{n}\ncheck_command http{n % 2}\nmax_check_attempts 3\n"
            f"check_interval {interval}\nretry_interval {interval}\ncheck_period always\nnotification_period always\n"
            "notifications_enabled 0\ncontacts nobody\n}\n"
            for n in range(int(rate * interval))
        )
        (folder / "objects.cfg").write_text(
            "define timeperiod {\ntimeperiod_name always\nalias always\n"
            + "".join(
                f"{day} 00:00-24:00\n" for day in "sunday monday tuesday wednesday thursday friday saturday".split()
            )
            + "}\ndefine command {\ncommand_name none\ncommand_line /bin/true\n}\n"
            + "".join(
                f"define command {{\ncommand_name http{n}\n"
                f"command_line {CHECK_HTTP} -H {host} -u /{self.name}/0/0 "
                + (
                    f"-S -p {target.secure_place.partition(':')[2]}"
                    if is_secure
                    else f"-p {target.place.partition(':')[2]}"
                )
                + "\n}\n"
                for n, is_secure in enumerate(secure)
            )
            + "define contact {\ncontact_name nobody\nservice_notification_commands none\nhost_notification_commands none\n"
            + "service_notification_period always\nhost_notification_period always\nservice_notification_options n\n"
            + "host_notification_options n\n}\n"
            + f"define host {{\nhost_name target\naddress {host}\nmax_check_attempts 3\ncontacts nobody\n"
            + "check_period always\nnotification_period always\nactive_checks_enabled 0\n}\n"
            + services
        )
        (folder / "resource.cfg").touch()
        (folder / "checkresults").mkdir(exist_ok=True)
        (folder / "nagios.cfg").write_text(
            f"cfg_file={folder}/objects.cfg\nresource_file={folder}/resource.cfg\nlog_file={folder}/nagios.log\n"
            f"status_file={folder}/status.dat\nobject_cache_file={folder}/objects.cache\n"
            f"precached_object_file={folder}/objects.precache\nlock_file={folder}/nagios.pid\n"
            f"temp_file={folder}/tmp\ntemp_path={folder}\ncheck_result_path={folder}/checkresults\n"
            f"state_retention_file={folder}/retention.dat\nquery_socket={folder}/nagios.qh\ncommand_file={folder}/nagios.cmd\n"
            "interval_length=1\nservice_inter_check_delay_method=s\nmax_service_check_spread=1\n"
            "check_external_commands=0\nuse_syslog=0\nlog_rotation_method=n\nstatus_update_interval=10\n"
            "check_for_updates=0\nnagios_user=root\nnagios_group=root\nallow_empty_hostgroup_assignment=1\n"
        )
        self.run("nagios4", str(folder / "nagios.cfg"))


class UptimeKuma(Party):
    """Uptime Kuma with its SQLite database, from the folder that the environment's UPTIME_KUMA names.

        npm install --prefix DIRECTORY uptime-kuma
        npm rebuild --prefix DIRECTORY @louislam/sqlite3  # newer npm leaves out what packages do when installed
        export UPTIME_KUMA=DIRECTORY/node_modules/uptime-kuma
        cp "$UPTIME_KUMA"/db/patch-*.sql "$UPTIME_KUMA"/db/old_migrations/  # 2.0.0-dev.0 has them a folder too high

    Its SQLite driver is built on the spot where no binary can be fetched: that takes a C++ compiler and Node's headers.
    Nobody looks at its dashboard, so it computes no uptimes; with retries and notifications off, this is its least work.
    """

    _INTERVAL_S = 2  # its form asks for 20 or more, but it starts its monitors one by one, in 0.3 to 1 s each
    _PORT = 18_117

    def __init__(self):
        super().__init__("kuma", "Uptime Kuma (SQLite)")

    @staticmethod
    def missing():
        folder = os.environ.get("UPTIME_KUMA", "")
        if not folder:
            return "is not named by UPTIME_KUMA"
        return "" if Path(folder, "extra/cli.js").exists() else f"is not in {folder}"

    def start(self, target, rate, secure):
        folder = Path(os.environ["STATUSWIRE_TEST_VAR"]) / "kuma"
        self._serve(folder, target)  # makes the database
        self.stop()
        count = int(rate * self._INTERVAL_S)
        self.starting_s = count * 0.65
        with sqlite3.connect(folder / "kuma.db") as database:
            database.execute("INSERT INTO user (id, username, password) VALUES (1, 'bench', '')")
            database.executemany(
                "INSERT INTO monitor (name, user_id, type, url, interval, timeout) VALUES (?, 1, 'http', ?, ?, 5)",
                [(f"m{n}", target.url(self.name, secure=secure[n % 2]), self._INTERVAL_S) for n in range(count)],
            )
        database.close()
        self._serve(folder, target)

    def _serve(self, folder, target):
        """Start it, and return once its database is made and it listens."""
        self.run(
            "node",
            str(Path(os.environ["UPTIME_KUMA"], "extra/cli.js")),
            "--run",
            DATA_DIR=f"{folder}/",
            UPTIME_KUMA_DB_TYPE="sqlite",
            UPTIME_KUMA_HOST="127.0.0.1",
            UPTIME_KUMA_PORT=str(self._PORT),
            NODE_EXTRA_CA_CERTS=str(target.authority),
        )
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", self._PORT), 1).close()
            except OSError:
                time.sleep(0.2)
            else:
                return
        raise RuntimeError("Uptime Kuma does not listen: see bench-kuma.log")


PEERS = {"blackbox": Blackbox, "nagios": Nagios, "kuma": UptimeKuma}
