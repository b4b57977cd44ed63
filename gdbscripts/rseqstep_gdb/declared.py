"""What the sections of one file declare, from their relocated bytes. No gdb in it.

The descriptors in __rseq_table (2017 to 2019) and __rseq_cs are the truth; the
pointer array adds what it alone knows of, the exit point array the side exits.
See RSEQ_ASM_DEFINE_TABLE and RSEQ_ASM_DEFINE_EXIT_POINT in librseq's
include/rseq/arch/generic/common.h.
"""

import collections
import struct

DESCRIPTORS = ("__rseq_table", "__rseq_cs")
POINTERS = "__rseq_cs_ptr_array"
EXITS = "__rseq_exit_point_array"
NAMES = DESCRIPTORS + (POINTERS, EXITS)

# struct rseq_cs of include/uapi/linux/rseq.h: 32 bytes.
DESCRIPTOR = "IIQQQ"
DESCRIPTOR_SIZE = 32

# More than that in one file is no honest file; workerd has 177.
LIMIT = 1 << 18

# One ELF section: its name, the address of its first byte, its bytes.
Block = collections.namedtuple("Block", "name address data")

# One critical section; addresses in whatever space the bytes had them.
Entry = collections.namedtuple("Entry", "start end abort exits flags descriptor")


def decode(data, order, address):
    """The Entry of the 32 bytes of a descriptor at address, without exits; None
    for padding, which is all zero."""
    _version, flags, start, length, abort = struct.unpack(order + DESCRIPTOR, data)
    if not any(data):
        return None
    return Entry(start, (start + length) & (1 << 64) - 1, abort, (), flags, address)


def entries(blocks, order, more):
    """Sorted list of Entry that the Blocks of one file declare. more(address) gives
    the 32 relocated bytes of a descriptor outside of them, or None."""
    found = {}
    for block in blocks:
        if block.name in DESCRIPTORS:
            for off in range(0, len(block.data) - DESCRIPTOR_SIZE + 1, DESCRIPTOR_SIZE):
                _take(found, block.data[off:off + DESCRIPTOR_SIZE], order, block.address + off)
    for address, in _words(blocks, POINTERS, order, "Q"):
        if address and address not in found:
            data = more(address)
            if data is not None:
                _take(found, data, order, address)
    exits = collections.defaultdict(set)
    for start, out in _words(blocks, EXITS, order, "QQ"):
        exits[start].add(out)
    return sorted(e._replace(exits=tuple(sorted(exits[e.start] - {e.end, e.abort})))
                  for e in found.values())


def _take(found, data, order, address):
    entry = decode(data, order, address)
    if entry is not None and len(found) < LIMIT:
        found[address] = entry


def _words(blocks, name, order, fields):
    """The packed records of all blocks of a name; half a record at an end is left out."""
    record = struct.Struct(order + fields)
    for block in blocks:
        if block.name == name:
            whole = len(block.data) // record.size * record.size
            yield from record.iter_unpack(block.data[:whole])
