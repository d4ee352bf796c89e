"""A small Internet in a network namespace of its own, that a test can cut; run by test_own_network.

Reads one JSON command a line, and answers with one line each: {"check": [addresses]} checks them with the
real engine, {"cut": true|false} takes the network away or gives it back, {"break": host} lets one host fail.
"""

import asyncio
import json
import subprocess
import sys
import threading

from monitors.probes.base import ProbeTask
from monitors.probes.engine import Engine, Settings

PORT = 8080
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


def check(engine, hosts):
    tasks = [ProbeTask("http", f"http://{host}:{PORT}/", {}, 3.0) for host in hosts]
    return [[int(r.state), int(r.reason), r.total_us, r.summary] for r in engine.run_batch(tasks)]


def main():
    link("up")
    ready = threading.Event()
    threading.Thread(target=serve, args=(ready,), daemon=True).start()
    ready.wait(10)
    engine = Engine(Settings("test", allowed=tuple(json.loads(sys.stdin.readline())["allow"]), start_within_s=30))
    for line in sys.stdin:
        command = json.loads(line)
        if "cut" in command:
            link("down" if command["cut"] else "up")
        if "break" in command:
            broken.add(command["break"])
        sys.stdout.write(json.dumps(check(engine, command.get("check", []))) + "\n")
        sys.stdout.flush()
    engine.stop()


if __name__ == "__main__":
    main()
