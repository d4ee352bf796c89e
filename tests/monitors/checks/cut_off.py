"""A small Internet in a network namespace of its own, that a test can cut; run by test_own_network.

Reads one JSON command a line, and answers with one line each: {"check": [addresses]} checks them with the
real engine, {"cut": true|false} takes the network away or gives it back, {"break": host} lets one host fail.

What is there has all the time it needs, on however busy a machine; what is cut off never answers, so little is waited.
"""

import asyncio
import json
import subprocess
import sys
import threading

from monitors.probes.base import ProbeTask, Reason
from monitors.probes.engine import Engine, Settings

PORT = 8080
TIMEOUT_S, CUT_TIMEOUT_S = 60.0, 0.5
TRIES = 20
broken: set[str] = set()


class Host(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        host = self.transport.get_extra_info("sockname")[0]
        status = b"503 Broken" if host in broken else b"200 OK"
        self.transport.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        self.transport.close()


def serve(ready):
    async def main():
        server = await asyncio.get_running_loop().create_server(Host, "0.0.0.0", PORT, backlog=1024)
        ready.set()
        await server.serve_forever()

    asyncio.run(main())


def link(state):
    subprocess.run(["ip", "link", "set", "lo", state], check=True)


def check(engine, hosts, timeout_s):
    """Check hosts; those again whose results say only that this machine was too busy for them."""
    found, missing = {}, list(hosts)
    for _ in range(TRIES):
        tasks = [ProbeTask("http", f"http://{host}:{PORT}/", {}, timeout_s) for host in missing]
        found |= dict(zip(missing, engine.run_batch(tasks), strict=True))
        missing = [host for host in missing if found[host].reason == Reason.OVERLOADED]
        if not missing:
            break
    return [[int(r.state), int(r.reason), r.total_us, r.summary] for r in (found[host] for host in hosts)]


def main():
    link("up")
    ready = threading.Event()
    threading.Thread(target=serve, args=(ready,), daemon=True).start()
    ready.wait(10)
    engine = Engine(Settings("test", allowed=tuple(json.loads(sys.stdin.readline())["allow"]), start_within_s=30))
    timeout_s = TIMEOUT_S
    for line in sys.stdin:
        command = json.loads(line)
        if "cut" in command:
            link("down" if command["cut"] else "up")
            timeout_s = CUT_TIMEOUT_S if command["cut"] else TIMEOUT_S
        if "break" in command:
            broken.add(command["break"])
        sys.stdout.write(json.dumps(check(engine, command.get("check", []), timeout_s)) + "\n")
        sys.stdout.flush()
    engine.stop()


if __name__ == "__main__":
    main()
