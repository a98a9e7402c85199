"""The crowd at the door: a process of its own that posts prepared requests over kept-alive connections.

It does nothing but write, read and note the time, so that it is never what is measured. Requests stand in a file, each
behind its length (4 bytes, big-endian). With --rate they are sent at fixed moments, whether answers have come or not.
"""

import argparse
import json
import selectors
import socket
import struct
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass
from pathlib import Path

PATIENCE = 60.0  # seconds without any answer until we give up


@dataclass
class Crowd:
    """What was seen: monotonic instants of the first byte out and the last answer, answers by status, times in ms."""

    began: float
    ended: float
    statuses: dict[str, int]
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return sum(self.statuses.values()) / (self.ended - self.began)


class _Line:
    """One connection: what it waits for, and since when."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.since = 0.0
        self.got = b""


def post(port: int, requests: list[bytes], *, connections: int, rate: float | None = None) -> Crowd:
    """Send every request once and wait for all answers. Raises TimeoutError when the server falls silent."""
    lines = [_Line(port) for _ in range(min(connections, len(requests)))]
    free = deque(lines)
    waiting = deque(requests)
    statuses: Counter[str] = Counter()
    times: list[float] = []
    selector = selectors.DefaultSelector()
    for line in lines:
        selector.register(line.socket, selectors.EVENT_READ, line)
    began = ended = time.monotonic()
    sent = 0
    while len(times) < len(requests):
        now = time.monotonic()
        while free and waiting:
            planned = began + sent / rate if rate else now
            if planned > now:
                break
            line = free.popleft()
            line.since = planned
            line.socket.sendall(waiting.popleft())
            sent += 1
        pause = began + sent / rate - now if rate and waiting and free else PATIENCE
        events = selector.select(max(pause, 0.0))
        if not events and pause == PATIENCE:
            raise TimeoutError(f"no answer for {PATIENCE:.0f} s; {len(times)} of {len(requests)} were answered")
        for key, _ in events:
            line = key.data
            status = _answer(line)
            if status is not None:
                ended = time.monotonic()
                times.append(ended - line.since)
                statuses[status] += 1
                free.append(line)
    for line in lines:
        line.socket.close()
    times.sort()
    return Crowd(began, ended, dict(statuses), _share(times, 0.50), _share(times, 0.99))


def _answer(line: _Line) -> str | None:
    """The status of a whole answer, or None while some of it is missing."""
    received = line.socket.recv(65536)
    if not received:
        raise ConnectionError("the server closed a connection that should be kept")
    line.got += received
    head, gap, body = line.got.partition(b"\r\n\r\n")
    if not gap:
        return None
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    if len(body) < int(length or 0):
        return None
    line.got = b""
    return head[9:12].decode()


def _share(times: list[float], share: float) -> float:
    return times[min(int(len(times) * share), len(times) - 1)] * 1000


def pack(requests: list[bytes]) -> bytes:
    """Requests as the file holds them."""
    return b"".join(struct.pack(">I", len(request)) + request for request in requests)


def unpack(raw: bytes) -> list[bytes]:
    """Requests from a file's bytes."""
    found, at = [], 0
    while at < len(raw):
        (length,) = struct.unpack_from(">I", raw, at)
        found.append(raw[at + 4 : at + 4 + length])
        at += 4 + length
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--rate", type=float)
    given = parser.parse_args()
    requests = unpack(given.file.read_bytes())
    print(json.dumps(asdict(post(given.port, requests, connections=given.connections, rate=given.rate))))
