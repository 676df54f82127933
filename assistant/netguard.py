"""A guard that lets nothing of this process leave the machine, and counts what tried."""

import sys
from ipaddress import ip_address

_NAMING = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_SENDING = {"socket.connect", "socket.sendto", "socket.sendmsg"}


def guard_network(allowed: str | None = None) -> list[str]:
    """Refuse this process, from now until it ends, every address and every name outside of it but host `allowed`.

    The list that is returned fills with what was refused. Python code and libraries that use its sockets are seen;
    what compiled libraries do by themselves is not.
    """
    attempts: list[str] = []

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event in _NAMING:
            host = arguments[0]
        elif event in _SENDING and isinstance(address := arguments[-1], tuple) and address:
            host = address[0]
        else:
            return  # not of the network, or a socket in a file
        if not _is_here(host) and host != allowed:
            attempts.append(f"{event.removeprefix('socket.')} {host}")
            raise PermissionError(f"connection to {host} refused")

    sys.addaudithook(refuse)
    return attempts


def _is_here(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in {None, "", "localhost"}:
        return True
    try:
        return ip_address(str(host)).is_loopback
    except ValueError:
        return False
