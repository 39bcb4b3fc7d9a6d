"""Nothing beyond loopback: a guard on the sockets of this process.

with loopback_only() as attempts:
    work()
assert attempts == []

An attempt raises :class:`NetworkBlocked` and is remembered, so that code which swallows every
error and goes on is found out too. A library that opens sockets in C is not seen.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

__all__ = ["NetworkBlocked", "loopback_only"]

_CONNECTING = ("connect", "connect_ex", "sendto", "sendmsg")


class NetworkBlocked(RuntimeError):
    """Something tried to leave this machine. No OSError, so that it does not pass for a refused one."""


@contextmanager
def loopback_only() -> Iterator[list[str]]:
    """Block every other address while the block runs; yields the attempts so far."""
    attempts: list[str] = []
    before = {name: socket.socket.__dict__.get(name) for name in _CONNECTING}
    look_up = socket.getaddrinfo
    for name in _CONNECTING:
        setattr(socket.socket, name, _guarded(getattr(socket.socket, name), attempts))
    socket.getaddrinfo = _guarded_look_up(look_up, attempts)
    try:
        yield attempts
    finally:
        socket.getaddrinfo = look_up
        for name, own in before.items():
            if own is None:
                delattr(socket.socket, name)
            else:
                setattr(socket.socket, name, own)


def _guarded(method: Callable[..., Any], attempts: list[str]) -> Callable[..., Any]:
    @wraps(method)
    def guarded(self: socket.socket, *args: Any) -> Any:
        address = next((part for part in reversed(args) if isinstance(part, tuple)), None)
        if self.family in (socket.AF_INET, socket.AF_INET6) and address and not _is_local(address[0]):
            _refuse(f"{method.__name__} to {address[0]}:{address[1]}", attempts)
        return method(self, *args)

    return guarded


def _guarded_look_up(look_up: Callable[..., Any], attempts: list[str]) -> Callable[..., Any]:
    def guarded(host: Any, *args: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and not _is_local(name) and not _is_number(name) and name != socket.gethostname():
            _refuse(f"look-up of {name}", attempts)
        return look_up(host, *args, **more)

    return guarded


def _refuse(what: str, attempts: list[str]) -> None:
    attempts.append(what)
    raise NetworkBlocked(f"only loopback may be reached here, got a {what}")


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return not host
    return address.is_loopback or address.is_unspecified


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
