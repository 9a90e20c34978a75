"""A network namespace in which one machine can be reached by name, and nothing else.

Connections that are made in it arrive here through listening sockets that were opened in it, and
are passed on to servers of this machine; no packet leaves the namespace.
"""

import contextlib
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from fcntl import ioctl

ADDRESS = "192.0.2.1"
"""Of a block that is kept for examples; what the names in the container's hosts file stand for."""

_SET_ADDRESS, _SET_FLAGS, _UP_AND_RUNNING = 0x8916, 0x8914, 0x41


class Network:
    """The namespace, and the passing on of its connections, until it is closed.

    Args:
        ports: of servers at 127.0.0.1, to be reached at the same ports of `ADDRESS`.
    """

    def __init__(self, ports: Sequence[int]) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self._holder = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", sys.executable, __file__]
                + [str(port) for port in ports],
                stdin=theirs,
            )
            ours.settimeout(30)
            _, descriptors, _, _ = socket.recv_fds(ours, 1, len(ports))
        self._open = [socket.socket(fileno=descriptor) for descriptor in descriptors]
        self._threads = [
            threading.Thread(target=self._accept, args=pair, daemon=True)
            for pair in zip(self._open[:], ports, strict=True)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def path(self) -> str:
        """Where the kernel shows the namespace, for `nsenter --net=`."""
        return f"/proc/{self._holder.pid}/ns/net"

    def close(self) -> None:
        """End the passing on, and the namespace."""
        for connection in self._open[:]:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self._holder.kill()
        self._holder.wait()

    def _accept(self, listener: socket.socket, port: int) -> None:
        with listener, contextlib.suppress(OSError):
            while True:
                theirs, _ = listener.accept()
                thread = threading.Thread(target=self._pass_on, args=(theirs, port), daemon=True)
                self._threads.append(thread)
                self._open.append(theirs)
                thread.start()

    def _pass_on(self, theirs: socket.socket, port: int) -> None:
        with theirs, socket.create_connection(("127.0.0.1", port)) as ours:
            back = threading.Thread(target=_copy, args=(ours, theirs), daemon=True)
            back.start()
            _copy(theirs, ours)
            back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(1 << 18):
            target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _hold(ports: list[int]) -> None:
    """Bring the namespace up, hand out its listening sockets, and keep it until killed."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for name in (b"lo", b"lo:0"):
            if name == b"lo:0":
                packed = struct.pack(
                    "16sHH4s8x", name, socket.AF_INET, 0, socket.inet_aton(ADDRESS)
                )
                ioctl(control, _SET_ADDRESS, packed)
            ioctl(control, _SET_FLAGS, struct.pack("16sH14x", name, _UP_AND_RUNNING))
    listeners = [socket.create_server((ADDRESS, port), backlog=128) for port in ports]
    with socket.socket(fileno=0) as parent:
        socket.send_fds(parent, [b"\1"], [listener.fileno() for listener in listeners])
        for listener in listeners:
            listener.close()
        threading.Event().wait()


if __name__ == "__main__":
    _hold([int(port) for port in sys.argv[1:]])
