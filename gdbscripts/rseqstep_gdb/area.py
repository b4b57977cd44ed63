"""A thread's rseq area: the struct rseq it registered with the kernel."""

import errno
import re

import gdb

from . import context, kernel, output, server, tls

# The time slice extension (Linux 7.0): bits of flags, and the bytes request and granted
# of slice_ctrl. An area of the original size has no such fields.
_SLICE_AVAILABLE, _SLICE_ENABLED, _SLICE_CTRL = 1 << 4, 1 << 5, 28

# struct rseq of include/uapi/linux/rseq.h up to mm_cid (Linux 6.3); the original one
# ends after flags and is 32 bytes long as well, with the rest zero.
_FIELDS = (("cpu_id_start", "I", 0), ("cpu_id", "I", 4), ("rseq_cs", "Q", 8),
           ("flags", "I", 16), ("node_id", "I", 20), ("mm_cid", "I", 24))
SIZE = 32

_AT_RSEQ_FEATURE_SIZE = 27  # include/uapi/linux/auxvec.h

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
    slice       the time slice extension: "none", "off", "on", "on, requested", "on, granted"
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
        self.slice = self._slice(data)

    def _slice(self, data):
        if self.size <= SIZE or not self.flags & _SLICE_AVAILABLE:
            return "none"
        request, granted = bytes(data[_SLICE_CTRL:_SLICE_CTRL + 2])
        return ", ".join(["on" if self.flags & _SLICE_ENABLED else "off"] + ["requested"] * (request != 0) +
                         ["granted"] * (granted != 0))

    def mode(self):
        """The rules that the kernel has for the area: "legacy" or "optimized", "-" where
        its size is not known. See Documentation/userspace-api/rseq.rst."""
        if not self.size:
            return "-"
        return "optimized" if self.size > SIZE and features() > SIZE else "legacy"


def features():
    """How many bytes of struct rseq the kernel of the selected inferior has fields for
    (AT_RSEQ_FEATURE_SIZE, Linux 6.3), 0 where it does not say."""
    try:
        text = output.of("info auxv")
    except gdb.error:
        return 0
    found = re.search(r"^%d\s.*?(0x[0-9a-f]+|\d+)$" % _AT_RSEQ_FEATURE_SIZE, text, re.MULTILINE)
    return int(found.group(1), 0) if found else 0


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
