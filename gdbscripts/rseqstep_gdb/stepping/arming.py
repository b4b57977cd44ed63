"""Arming stores: the instruction that tells the kernel of a section."""

import struct

import gdb

from .. import area, sections
from . import body, insn, operand

RSEQ_CS = 8  # offset of rseq_cs in struct rseq (include/uapi/linux/rseq.h)
_DESCRIPTOR = struct.Struct("<IIQQQ")  # struct rseq_cs: version, flags, start_ip, post_commit_offset, abort_ip


def arms(thread, i):
    """The Section that the selected thread is about to arm by instruction i, or
    None: i stores something other than 0 to rseq_cs of its registered area."""
    if not body.stores(i):
        return None
    at = operand.address(i.operands[1], i.next)
    registered = area.area(thread)
    if registered is None or at != registered.address + RSEQ_CS:
        return None
    descriptor = operand.value(i.operands[0], i.next)
    if descriptor == 0:
        return None
    return by_descriptor(descriptor)


def at(thread, pc):
    """arms() for the instruction at pc."""
    return arms(thread, insn.decode(pc))


def by_descriptor(descriptor):
    """The Section of a descriptor, one that no file declares read from memory;
    None where there is none."""
    declared = sections.read().by_descriptor(descriptor)
    if declared is not None:
        return declared
    try:
        raw = bytes(gdb.selected_inferior().read_memory(descriptor, _DESCRIPTOR.size))
    except gdb.MemoryError:
        return None  # the kernel kills a thread that arms this
    _, flags, start, length, abort = _DESCRIPTOR.unpack(raw)
    return sections.Section(start, start + length, abort, (), flags, descriptor, None)
