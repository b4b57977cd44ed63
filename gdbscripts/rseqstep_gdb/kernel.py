"""PTRACE_GET_RSEQ_CONFIGURATION, asked by gdb of its own tracees.

gdb traces from its main thread and runs Python on it, so a ptrace call made here
is made by the tracer. See ptrace(2); Linux commit 90f093fa8ea4 "rseq, ptrace: Add
PTRACE_GET_RSEQ_CONFIGURATION request" (v5.13). Its number and struct are the same
on every architecture.
"""

import ctypes
import errno
import struct

# include/uapi/linux/ptrace.h
PTRACE_GET_RSEQ_CONFIGURATION = 0x420f
_CONFIGURATION = "=QIIII"  # rseq_abi_pointer, rseq_abi_size, signature, flags, pad


def configuration(tid):
    """(address, size in bytes, signature) of the area that a stopped thread of gdb's
    native target has registered; (0, 0, 0) for none. Raises OSError: ESRCH for a
    thread that runs, EIO or EINVAL from a kernel without the request."""
    ptrace = ctypes.CDLL(None, use_errno=True).ptrace
    ptrace.restype = ctypes.c_long
    ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    data = ctypes.create_string_buffer(struct.calcsize(_CONFIGURATION))
    got = ptrace(PTRACE_GET_RSEQ_CONFIGURATION, tid, len(data), ctypes.addressof(data))
    if got < 0:
        e = ctypes.get_errno()
        raise OSError(e, "PTRACE_GET_RSEQ_CONFIGURATION of thread %d: %s" % (tid, errno.errorcode.get(e, e)))
    address, size, signature, _flags, _pad = struct.unpack(_CONFIGURATION, data.raw)
    return address, size, signature
