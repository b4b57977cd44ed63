"""The critical sections that the files of an inferior declare, read only.

read(inferior) -> Sections. All addresses are process addresses (those of gdb
expressions), or file addresses while there is no process.

The words come from the process's memory, which the dynamic linker has relocated.
Where it has not yet (at `starti`, while a library is being loaded), where memory
cannot be read (a core file without the page), and without a process they come
from the file.
"""

import bisect

import gdb

from . import context, declared, elf, listing, reloc, symbol


class Section:
    """One critical section: instructions [start, end).

    start, end  addresses; end is post_commit_ip
    abort       address of the abort handler
    exits       sorted tuple of declared side exits, without end and abort
    flags       of the descriptor
    descriptor  address of its struct rseq_cs
    objfile     gdb.Objfile that declares it, None for one known only by being armed
    """

    def __init__(self, start, end, abort, exits, flags, descriptor, objfile):
        self.start, self.end, self.abort = start, end, abort
        self.exits, self.flags = tuple(exits), flags
        self.descriptor, self.objfile = descriptor, objfile

    def __repr__(self):
        return "<Section %#x-%#x %s>" % (self.start, self.end, self.name())

    def inside(self, pc):
        """Whether pc is one of its instructions."""
        return self.start <= pc < self.end

    def name(self):
        """The function or symbol it begins in, and how many bytes after: "f" or
        "f+12"; its address where there is no symbol."""
        return name_of(self.start)


class Sections:
    """All sections of an inferior at one moment.

    unread      paths of files that declare sections which could not be read
    """

    def __init__(self, sections, unread=()):
        self.unread = tuple(unread)
        self._all = sorted(sections, key=lambda s: (s.start, s.descriptor))
        self._starts = [s.start for s in self._all]
        self._longest = max((s.end - s.start for s in self._all), default=0)
        self._descriptors = {s.descriptor: s for s in self._all}

    def all(self):
        """List of Section, sorted by start, then descriptor."""
        return list(self._all)

    def at(self, pc):
        """The Section that pc lies inside, or None. Of several, the first."""
        return next(iter(self.overlapping(pc, pc + 1)), None)

    def overlapping(self, lo, hi):
        """List of the Sections with an instruction in [lo, hi)."""
        first = bisect.bisect_right(self._starts, lo - self._longest)
        last = bisect.bisect_left(self._starts, hi)
        return [s for s in self._all[first:last] if s.end > lo]

    def by_descriptor(self, address):
        """The Section of the descriptor at this address, or None."""
        return self._descriptors.get(address)


_held = {}  # number of the inferior: (what gdb listed, its Sections)


def read(inferior=None):
    """Sections of an inferior (the selected one by default). Kept until gdb's list
    of files, or where they lie, changes."""
    inferior = inferior or gdb.selected_inferior()
    with context.on_inferior(inferior):
        files = listing.read()
        key = (inferior.pid, files)
        if inferior.num in _held and _held[inferior.num][0] == key:
            return _held[inferior.num][1]
        found, unread, settled = [], [], True
        for file in files:
            entries, good = _entries(file, live=inferior.pid != 0)
            if entries is None:
                unread.append(file.path)
            found += [Section(*e, objfile=file.objfile) for e in entries or ()]
            settled = settled and good
        sections = Sections(found, unread)
        _held.pop(inferior.num, None)
        if settled:
            _held[inferior.num] = (key, sections)
        return sections


def _entries(file, live):
    """The declared.Entry list of a listing.File, None when it cannot be read, and
    whether that will stay true."""
    if not live:
        return _from_file(file), True
    entries = _from_memory(file)
    if entries is not None:
        low, high = file.bounds()
        if all(low <= e.start < high for e in entries):
            return entries, True
    on_disk = _from_file(file)
    if on_disk is not None:
        return on_disk, True
    return entries, False


def _from_memory(file):
    """Entries as the process has them, None where it cannot be read."""
    blocks = []
    for part in file.parts:
        data = context.memory(part.address, part.size)
        if data is None:
            return None
        blocks.append(declared.Block(part.name, part.address, data))
    return declared.entries(blocks, context.byte_order(),
                            lambda a: context.memory(a, declared.DESCRIPTOR_SIZE))


def _from_file(file):
    """Entries as the file will have them where gdb has put it, None where there is
    no such file, or another one by now."""
    try:
        with elf.File(file.path) as f:
            bias = file.bias(f)
            if bias is None or f.type == elf.ET_REL:
                return None
            found = declared.entries(reloc.blocks(f, declared.NAMES), f.order,
                                     lambda a: reloc.at(f, a, declared.DESCRIPTOR_SIZE))
    except (OSError, elf.FormatError):
        return None
    return [e._replace(start=e.start + bias, end=e.end + bias, abort=e.abort + bias,
                       exits=tuple(x + bias for x in e.exits), descriptor=e.descriptor + bias)
            for e in found]


def described(address):
    """The Section of the descriptor at an address of the selected inferior: a declared
    one, or what memory says; None where it says nothing."""
    known = read().by_descriptor(address)
    if known is not None:
        return known
    data = context.memory(address, declared.DESCRIPTOR_SIZE)
    entry = declared.decode(data, context.byte_order(), address) if data else None
    return Section(*entry, objfile=None) if entry else None


def name_of(address):
    """gdb's name for an address in the selected inferior: "f", "f+12" or "0x401000"."""
    found = symbol.at(address)
    if found is None:
        return "%#x" % address
    name, offset = found
    return "%s%+d" % (name, offset) if offset else name
