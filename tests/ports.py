"""Ports for servers of tests: outside the range from which the system takes those of outgoing connections."""

import os
import secrets
import socket

LOWEST, HIGHEST = 15_000, 32_000  # Linux gives connections ports from 32768 on, other systems from 49152 on
SHARES = 16  # tests that run beside each other never choose the same
MINE = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % SHARES


def free_port() -> int:
    """A port nobody listens on now, and that no connection gets while a server on it is restarted."""
    while True:
        port = LOWEST + SHARES * secrets.randbelow((HIGHEST - LOWEST) // SHARES) + MINE
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
