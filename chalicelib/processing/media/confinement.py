"""What a worker may ask of the kernel, where the kernel takes such rules (seccomp(2)).

A program that a file took over finds no network, cannot look into other processes, and cannot load
code into the kernel. On Lambda the kernel may refuse the rules: there the bare environment, the
limits and the function's own virtual machine are what holds.
"""

import ctypes
import errno
import platform
import signal
import socket
import struct

_PARENT_DEATH_SIGNAL, _NO_NEW_PRIVILEGES, _SECCOMP, _FILTER_MODE = 1, 38, 22, 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
_LOAD, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_X86_64 = 0xC000003E
_SOCKET = 41
_REFUSED = {
    "ptrace": 101,
    "mount": 165,
    "umount2": 166,
    "init_module": 175,
    "kexec_load": 246,
    "add_key": 248,
    "request_key": 249,
    "keyctl": 250,
    "unshare": 272,
    "perf_event_open": 298,
    "setns": 308,
    "process_vm_readv": 310,
    "process_vm_writev": 311,
    "finit_module": 313,
    "bpf": 321,
    "userfaultfd": 323,
    "io_uring_setup": 425,
}
"""System calls of x86_64 by their numbers (arch/x86/entry/syscalls/syscall_64.tbl)."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def end_with_parent() -> None:
    """Have the kernel kill this process when the one that started it is gone."""
    _LIBRARY.prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


def confine(network: bool) -> bool:
    """Lay the rules on this process and all that it starts; they cannot be taken off again.

    Args:
        network: allow the network, to read from this machine's own server.

    Returns:
        Whether the kernel took them.
    """
    if platform.machine() != "x86_64" or platform.system() != "Linux":
        return False
    if _LIBRARY.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(_LIBRARY.prctl(_SECCOMP, _FILTER_MODE, ctypes.byref(_PROGRAMS[network]), 0, 0) == 0)


def _rules(network: bool) -> bytes:
    """Write the filter in the kernel's classic BPF; a jump says how many instructions to pass."""
    rules = [(_LOAD, 0, 0, _ARCHITECTURE_AT), (_JUMP_EQUAL, 1, 0, _X86_64), (_RETURN, 0, 0, _ALLOW)]
    rules.append((_LOAD, 0, 0, _NUMBER_AT))
    for number in _REFUSED.values():
        rules += [(_JUMP_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    if not network:
        rules += [
            (_JUMP_EQUAL, 0, 3, _SOCKET),
            (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
            (_JUMP_EQUAL, 1, 0, socket.AF_UNIX),
            (_RETURN, 0, 0, _REFUSE),
        ]
    rules.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("<HBBI", *rule) for rule in rules)


def _program(network: bool) -> _Program:
    rules = _rules(network)
    return _Program(len(rules) // 8, rules)


_LIBRARY = ctypes.CDLL(None, use_errno=True)
_PROGRAMS = {network: _program(network) for network in (False, True)}
