"""A thread's rseq area: the struct rseq it registered with the kernel."""

import errno

import gdb

from . import context, kernel, server, tls

# struct rseq of include/uapi/linux/rseq.h up to mm_cid (Linux 6.3); the original one
# ends after flags and is 32 bytes long as well, with the rest zero.
_FIELDS = (("cpu_id_start", "I", 0), ("cpu_id", "I", 4), ("rseq_cs", "Q", 8),
           ("flags", "I", 16), ("node_id", "I", 20), ("mm_cid", "I", 24))
SIZE = 32

# Why there is no area, besides reasons why it is not known.
NONE, RUNNING = "not registered", "running"


class Area:
    """One registered area, as it was when read.

    address     of struct rseq, in the process
    size        bytes the kernel (or glibc) says it has, 0 when the source does not know
    signature   the 4 bytes expected before an abort handler, None when unknown
    flags       field flags
    rseq_cs     field rseq_cs: address of the armed descriptor, 0 for none
    cpu_id_start, cpu_id, node_id, mm_cid   fields; None where size has no room
    source      who told: "kernel", "server", "glibc" (__rseq_offset), "symbol" (__rseq_abi)
    """

    def __init__(self, address, size, signature, source):
        self.address, self.size, self.signature, self.source = address, size, signature, source
        data = context.memory(address, min(size or SIZE, SIZE))
        if data is None:
            raise gdb.MemoryError("the rseq area at %#x cannot be read" % address)
        for name, kind, at in _FIELDS:
            end = at + (8 if kind == "Q" else 4)
            setattr(self, name, context.unpack(kind, data[at:end])[0] if end <= len(data) else None)


def area(thread):
    """Area of a gdb.InferiorThread, None when it has registered none (or nobody
    can tell: find says which). The thread must be stopped; gdb's selected thread
    is unchanged."""
    return find(thread)[0]


def find(thread):
    """(Area, "") or (None, why there is none) of a gdb.InferiorThread."""
    if thread.is_running():
        return None, RUNNING
    with context.on_thread(thread):
        try:
            return _find(thread)
        except gdb.MemoryError as e:
            return None, str(e).rstrip(".")


def _find(thread):
    asked, source = _ask(thread)
    if asked is not None:
        address, size, signature = asked
        return (Area(address, size, signature, source), "") if address else (None, NONE)
    known = tls.glibc()
    if known is not None and tls.registered(known[0]):
        # glibc 2.40 and later say how many bytes are in use, 20 and more; the fields
        # up to flags are always there. Its signature is the architecture's.
        return Area(known[0], max(known[1], SIZE), None, "glibc"), ""
    address = tls.abi()
    if address is not None and tls.registered(address):
        return Area(address, 0, None, "symbol"), ""
    if known is None and address is None:
        return None, "neither __rseq_offset nor __rseq_abi can be read"
    return None, "neither glibc nor __rseq_abi has one; the program may have another"


def _ask(thread):
    """((address, size, signature), source) by somebody who knows; (None, "") where
    nobody does, as for a core file."""
    connection = thread.inferior.connection
    if connection is not None and connection.type == "native":
        try:
            return kernel.configuration(thread.ptid[1]), "kernel"
        except OSError as e:
            if e.errno not in (errno.EIO, errno.EINVAL):  # those: a kernel before 5.13
                raise gdb.MemoryError(str(e)) from e
            return None, ""
    return server.configuration(thread), "server"
