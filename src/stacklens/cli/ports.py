"""Ports that are free, or a clear word that they are not."""

import errno
import socket

from stacklens.cli.terminal import Failure


def must_be_free(host: str, port: int, option: str) -> None:
    """Raises Failure when nothing could listen there; `option` is what to change."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"port {port} on {host} is taken: stop what uses it, or choose {option}"
        else:
            reason = f"cannot listen on {host}, port {port} ({error.strerror}): choose {option}"
        raise Failure(reason) from error
