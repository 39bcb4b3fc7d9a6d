"""Tests reach loopback only, and the guard that sees to it works."""

from __future__ import annotations

import socket
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from afs_core.testing import NetworkBlocked, loopback_only

OUTSIDE = "192.0.2.1"  # reserved for documentation: nobody answers there


def test_a_connection_to_elsewhere_is_blocked(network_attempts: list[str]) -> None:
    for family, address in ((socket.AF_INET, OUTSIDE), (socket.AF_INET6, "2001:db8::1")):
        with socket.socket(family) as plug, pytest.raises(NetworkBlocked, match="only loopback"):
            plug.connect((address, 80))
    with socket.socket() as plug, pytest.raises(NetworkBlocked):
        plug.connect_ex((OUTSIDE, 443))
    assert len(network_attempts) == 3
    network_attempts.clear()


def test_datagrams_and_look_ups_are_blocked(network_attempts: list[str]) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as plug:
        with pytest.raises(NetworkBlocked):
            plug.sendto(b"x", (OUTSIDE, 53))
        with pytest.raises(NetworkBlocked):
            plug.sendmsg([b"x"], [], 0, (OUTSIDE, 53))
    with pytest.raises(NetworkBlocked, match=r"look-up of example\.com"):
        urllib.request.urlopen("http://example.com/", timeout=1)
    assert network_attempts[-1] == "look-up of example.com"
    network_attempts.clear()


def test_loopback_works_by_every_name() -> None:
    class Hello(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Hello) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            for host in ("127.0.0.1", "localhost"):
                with urllib.request.urlopen(f"http://{host}:{server.server_port}/", timeout=10) as answer:
                    assert answer.read() == b"hello"
        finally:
            server.shutdown()
            thread.join()


def test_the_guard_leaves_sockets_as_they_were() -> None:
    methods = ("connect", "connect_ex", "sendto", "sendmsg")
    before = [getattr(socket.socket, name) for name in methods]
    with loopback_only() as attempts:
        assert [getattr(socket.socket, name) for name in methods] != before
        with socket.socket() as plug, pytest.raises(NetworkBlocked):
            plug.connect((OUTSIDE, 80))
        assert attempts == [f"connect to {OUTSIDE}:80"]
    assert [getattr(socket.socket, name) for name in methods] == before
