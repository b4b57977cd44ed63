"""Warns of breakpoints at places where gdb's own target mishandles them."""

import re

import gdb

from . import output, sections

INSIDE = ("gdb executes a copy of the instruction under a breakpoint at another address. The kernel then disarms the section, "
          "and updates get lost, even if the condition is false.")
ARMING = ("each time gdb steps over it, the section that it arms restarts: the program may never get past.")
REMEDY = "\"rseq on\" makes such breakpoints safe, and so do \"rseq continue\", \"rseq next\" and their like, which turn it on."

_LONGEST = 15  # bytes of an instruction (Intel SDM vol. 2, 2.3.11)
_PLACE = re.compile(r"^\d+(?:\.\d+)?\s.*?\b[yn]-?\s+(0x[0-9a-f]+)\b", re.M)
# A store of 8 bytes in the AT&T flavor: the destination last, in memory.
_STORE = re.compile(r"^(?:movq?|xchg|movnti|movabs)\s+[^,]+,\s*(?:%\ws:)?(?:-?0x[0-9a-f]+)?(?:\(.*\))?\s*(?:[#<].*)?$")


def install():
    """Starts watching for new breakpoints."""
    Warner()


class Warner:
    """Warns once of each place of each breakpoint, when it is set, or found in a
    library that is loaded later."""

    def __init__(self):
        self._places = {}   # breakpoint's number: addresses looked at
        self._told = set()  # (number, section's name, distance in it): what relocation keeps
        gdb.events.breakpoint_created.connect(self._look)
        gdb.events.breakpoint_modified.connect(self._look)
        gdb.events.breakpoint_deleted.connect(lambda b: self._places.pop(b.number, None))

    def _look(self, breakpoint):
        if breakpoint.number <= 0 or breakpoint.pending or breakpoint.type not in (gdb.BP_BREAKPOINT, gdb.BP_HARDWARE_BREAKPOINT):
            return
        if not _native():
            return
        now = _addresses(breakpoint)
        if self._places.get(breakpoint.number) == now:
            return
        self._places[breakpoint.number] = now
        for address in now:
            self._warn(breakpoint.number, address)

    def _warn(self, number, address):
        section, inside = _where(sections.read(), address)
        if section is None:
            return
        key = (number, section.name(), address - section.start)
        if key in self._told:
            return
        self._told.add(key)
        gdb.write("warning: breakpoint %d is %s the critical section %s [%#x,%#x): %s\n%s\n" % (
            number, "inside" if inside else "on the instruction that arms", section.name() or "%#x" % section.start,
            section.start, section.end, INSIDE if inside else ARMING, REMEDY))


def _native():
    """Whether breakpoints are, or will be, gdb's own target's."""
    connection = gdb.selected_inferior().connection
    return connection is None or connection.type == "native"


def _addresses(breakpoint):
    """Where a breakpoint is, as a tuple of addresses. (gdb 12 has only the text.)"""
    places = getattr(breakpoint, "locations", None)
    if places is not None:
        return tuple(place.address for place in places)
    text = output.of("info breakpoints %d" % breakpoint.number)
    return tuple(int(m.group(1), 16) for m in _PLACE.finditer(text))


def _where(declared, address):
    """(Section, True) for an address inside one of the declared Sections, (Section,
    False) on its arming store, (None, False) elsewhere."""
    section = declared.at(address)
    if section is not None:
        return section, True
    for section in declared.overlapping(address + 1, address + _LONGEST + 1):
        if _arms(address, section.start):
            return section, False
    return None, False


def _arms(address, start):
    """Whether the instruction at address is the last store of 8 bytes before a section
    begins at start: the instruction that arms it, as far as code alone can show."""
    flavor = gdb.parameter("disassembly-flavor")
    gdb.execute("set disassembly-flavor att", to_string=True)
    try:
        found = gdb.selected_inferior().architecture().disassemble(address, start - 1)
    except gdb.error:  # nothing can be read there
        return False
    finally:
        gdb.execute("set disassembly-flavor " + flavor, to_string=True)
    stores = [i["addr"] for i in found if _STORE.match(i["asm"])]
    return stores == [address] and found[-1]["addr"] + found[-1]["length"] == start
