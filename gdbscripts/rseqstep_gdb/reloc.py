"""The bytes of an ELF file's sections as they are once it is loaded at its own
addresses. No gdb in it.

On disk the words may be wrong: lld leaves those of position-independent files
zero and writes R_…_RELATIVE. RELR keeps its addends in place, so those words are
right already.
"""

import collections
import struct

from . import elf
from .declared import Block

# e_machine: its relative relocations and its absolute ones, each with the size in
# bytes of what it fills. From <elf.h>. MIPS is missing: its REL words are right
# as they are in the file.
_KINDS = {
    3: ({8: 4}, {1: 4}),  # EM_386
    62: ({8: 8, 38: 8}, {1: 8, 10: 4}),  # EM_X86_64
    40: ({23: 4}, {2: 4}),  # EM_ARM
    183: ({1027: 8}, {257: 8, 258: 4}),  # EM_AARCH64
    20: ({22: 4}, {1: 4, 24: 4}),  # EM_PPC
    21: ({22: 8}, {38: 8, 43: 8, 1: 4}),  # EM_PPC64
    22: ({12: 8}, {22: 8, 4: 4}),  # EM_S390
    243: ({3: 8}, {2: 8, 1: 4}),  # EM_RISCV
    258: ({3: 8}, {2: 8, 1: 4}),  # EM_LOONGARCH
}

_Relocation = collections.namedtuple("_Relocation", "offset kind symbol addend")  # addend None: REL


def blocks(file, names):
    """List of Block: the sections of an open elf.File of these names, relocated."""
    headers = [h for h in file.sections if h.name in names and h.size
               and h.type != elf.SHT_NOBITS and not h.flags & elf.SHF_COMPRESSED]
    ranges = [(h.address, bytearray(file.data(h))) for h in headers]
    _relocate(file, ranges)
    return [Block(h.name, address, bytes(data)) for h, (address, data) in zip(headers, ranges)]


def at(file, address, size):
    """size relocated bytes at a file address, or None."""
    data = file.at(address, size)
    if data is None:
        return None
    data = bytearray(data)
    _relocate(file, [(address, data)])
    return bytes(data)


def _relocate(file, ranges):
    """Applies the file's dynamic relocations to ranges, a list of (address, bytearray)."""
    if not ranges or file.machine not in _KINDS:
        return
    low = min(address for address, _ in ranges)
    high = max(address + len(data) for address, data in ranges)
    for header in file.sections:
        if header.flags & elf.SHF_ALLOC and header.type in (elf.SHT_RELA, elf.SHT_REL):
            for r in _relocations(file, header, low, high):
                _apply(file, header, ranges, r)


def _relocations(file, header, low, high):
    """The _Relocations of a section that fill something in [low, high)."""
    rela = header.type == elf.SHT_RELA
    fields = ("QQ" if file.wide else "II") + (("q" if file.wide else "i") if rela else "")
    shift = 32 if file.wide else 8
    for r in file.records(header, fields):
        if low <= r[0] < high:
            yield _Relocation(r[0], r[1] & (1 << shift) - 1, r[1] >> shift, r[2] if rela else None)


def _apply(file, header, ranges, r):
    relative, absolute = _KINDS[file.machine]
    size, value = relative.get(r.kind), 0
    if size is None:
        size, value = absolute.get(r.kind), _value(file, header, r.symbol)
    if size is None or value is None:
        return
    size = min(size, 8 if file.wide or r.kind == 38 else 4)  # 38: R_X86_64_RELATIVE64, for x32
    fields = file.order + ("Q" if size == 8 else "I")
    for address, data in ranges:
        off = r.offset - address
        if 0 <= off <= len(data) - size:
            addend = struct.unpack_from(fields, data, off)[0] if r.addend is None else r.addend
            struct.pack_into(fields, data, off, (value + addend) & (1 << 8 * size) - 1)


def _value(file, header, number):
    """The file address of a relocation's symbol; None for one that the file does not define."""
    if number == 0:
        return 0
    if header.link >= len(file.sections):
        return None
    for n, symbol in enumerate(file.symbols(file.sections[header.link])):
        if n == number:
            return symbol.value if symbol.section else None
    return None
