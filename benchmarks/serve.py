"""How many patients a second `predictor serve` scores, one per request, on loopback.

    python benchmarks/serve.py [MODEL] [--requests 10000] [--clients 32] [--rate 300]

The client is a few sockets in one process, beside the server on the same processors; it speaks no
more HTTP than it needs, so that it takes little of their time. Three runs: as fast as it goes; at a
steady rate, where the time of an answer counts from when it was due; and good requests mixed with
bad ones, with the server's memory before, between and after.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

STORED = Path(__file__).parents[1] / "tests/saved/stored/format_2"
PATIENT = {
    "course": 1, "pain_t0": 7.5, "age_years": 44, "sex": "female", "allodynia": True,
    "onset": "2019-05-01", "visit_t0": "2020-01-01",
}  # fmt: skip
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/")


def good(rng: random.Random) -> bytes:
    patient = PATIENT | {"pain_t0": round(rng.uniform(0, 10), 1), "age_years": rng.randint(18, 99)}
    return request(json.dumps({"patients": [patient]}).encode())


def request(body: bytes, path: str = "/score", kind: str = "application/json") -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def bad(rng: random.Random) -> bytes:
    patient = dict(PATIENT)
    match rng.randrange(12):
        case 0:
            patient["pain_t0"] = rng.randint(11, 99)
        case 1:
            patient["sex"] = "x" * rng.randint(1, 2000)
        case 2:
            del patient["age_years"]
        case 3:
            return request(json.dumps({"patients": [patient]}).encode()[:-3])
        case 4:
            return request(b'{"patients": [{"pain_t0": NaN}]}')
        case 5:
            return request(b"[" * 5000)
        case 6:
            return request(bytes(rng.randrange(256) for _ in range(200)))
        case 7:
            return request(json.dumps({"patients": [patient]}).encode(), kind="text/plain")
        case 8:
            return request(b"{}", path=f"/{rng.random()}")
        case 9:
            return request(
                json.dumps({"patients": [patient, patient | {"onset": "never"}]}).encode()
            )
        case 10:
            patient["patient_id"] = "same"
            return request(json.dumps({"patients": [patient, patient]}).encode())
        case 11:
            return request(json.dumps({"patients": [patient] * 20, "lenient": True}).encode())
    return request(json.dumps({"patients": [patient]}).encode())


async def answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    assert length is not None
    await reader.readexactly(int(length[1]))
    return int(head[9:12])


async def run(
    port: int, requests: list[bytes], clients: int, rate: float | None
) -> tuple[list[float], Counter[int], float]:
    """Seconds of each answer, how many of each status, seconds in all."""
    seconds: list[float] = []
    statuses: Counter[int] = Counter()
    began = time.perf_counter()
    waiting = iter(enumerate(requests))

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number, sent in waiting:
            due = began + number / rate if rate else time.perf_counter()
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            writer.write(sent)
            try:
                status = await answer(reader)
            except (
                asyncio.IncompleteReadError,
                ConnectionResetError,
            ):  # the server closed the connection before
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(sent)
                status = await answer(reader)
            statuses[status] += 1
            seconds.append(time.perf_counter() - due)
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return seconds, statuses, time.perf_counter() - began


def memory(process: int) -> float:
    """Resident megabytes."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def computed(process: int) -> float:
    """Seconds that processors have worked for it."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(name: str, server: int, *how: Any) -> None:
    """Run and print: rate, times, statuses, and what the server computed for a request."""
    before = computed(server)
    seconds, statuses, total = asyncio.run(run(*how))
    each = (computed(server) - before) / len(seconds)
    ordered = sorted(seconds)
    median, high = (1000 * ordered[int(len(ordered) * share)] for share in (0.5, 0.99))
    said = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))
    print(
        f"{name}: {len(seconds) / total:.0f} per second, median {median:.0f} ms, "
        f"p99 {high:.0f} ms, longest {1000 * ordered[-1]:.0f} ms, {1000 * each:.1f} ms of a "
        f"processor each; {said}",
        flush=True,
    )
    assert not any(status >= 500 for status in statuses)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model", nargs="?", default=str(STORED / "ridge"))
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--rate", type=float, default=300.0)
    asked = parser.parse_args()
    command = [sys.executable, "-m", "predictor", "serve", asked.model, "--port", "0"]
    server = subprocess.Popen(
        [*command, "--rate", "100000"], stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert server.stderr is not None
    port = next(int(found[1]) for line in server.stderr if (found := ADDRESS.search(line)))
    sink = subprocess.Popen(["cat"], stdin=server.stderr, stdout=subprocess.DEVNULL)
    rng = random.Random(1)
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
    try:
        few = asked.requests // 5
        clients = asked.clients
        some = [good(rng) for _ in range(few)]
        measure("at first", server.pid, port, some[:200], clients, None)
        measure("as fast as it goes", server.pid, port, some, clients, None)
        measure(f"{asked.rate:.0f} per second", server.pid, port, some, clients, asked.rate)
        mixed = [(good if rng.random() < 0.5 else bad)(rng) for _ in range(asked.requests)]
        used = [memory(server.pid)]
        for part in range(5):
            measure(f"mixed, part {part + 1}", server.pid, port, mixed[part::5], clients, None)
            used.append(memory(server.pid))
        print("memory, MB:", ", ".join(f"{each:.0f}" for each in used))
    finally:
        server.send_signal(signal.SIGINT)
        print("exit code", server.wait(30))
        sink.terminate()


if __name__ == "__main__":
    main()
