"""The user's breakpoints inside sections, kept safe while a command runs.

gdb steps an instruction under a breakpoint out of line. Inside a section that
makes the kernel see a PC outside, disarm the section and leave its rest
unprotected: updates are lost. So gdb's breakpoint there is disabled for the
while, and a trap is put on the section's arming store. A thread that comes to
it is taken through in a quiet pass, in which the breakpoint is enabled: gdb
itself meets it there, decides its condition, counts, and tells of it.

A breakpoint on the arming store itself stays, with a trap beside it: stepped
over by gdb, it would abort the section each time.
"""

import re

import gdb

from .. import output, sections
from . import body, quiet, show, trap

_LONGEST = 15  # bytes of an instruction (Intel SDM vol. 2, 2.3.11)
_LOCATION = re.compile(r"^(\d+)(?:\.(\d+))?\s.*?\b([yn])-?\s+(0x[0-9a-f]+)\b", re.M)


class ArmTrap(trap.Trap):
    """A trap on the arming store of a section with breakpoints inside."""

    def __init__(self, address, section, places):
        super().__init__(address)
        self.section, self.places = section, places


class Location:
    """One place of a user's breakpoint: its number "3.1", its address."""

    def __init__(self, number, address):
        self.number, self.address = number, address

    def enable(self):
        """A breakpoint that is gone meanwhile (a temporary one) is no error."""
        self._set("enable")

    def disable(self):
        self._set("disable")

    def _set(self, verb):
        try:
            gdb.execute("%s %s" % (verb, self.number), to_string=True)
        except gdb.error:
            pass


def addresses(breakpoint):
    """Where a breakpoint is, as a tuple of addresses. (gdb 12 tells in text only.)"""
    places = getattr(breakpoint, "locations", None)
    if places is not None:
        return tuple(place.address for place in places)
    text = output.of("info breakpoints %d" % breakpoint.number)
    return tuple(int(m.group(4), 16) for m in _LOCATION.finditer(text))


def where(declared, address):
    """(Section, True) for an address inside one of the declared Sections, (Section,
    False) on its arming store, (None, False) elsewhere."""
    section = declared.at(address)
    if section is not None:
        return section, True
    for section in declared.overlapping(address + 1, address + _LONGEST + 1):
        if body.arming_store(section) == address:
            return section, False
    return None, False


def locations():
    """The enabled places of the user's breakpoints."""
    out = []
    for m in _LOCATION.finditer(output.of("info breakpoints")):
        if m.group(3) == "y":
            out.append(Location("%s.%s" % (m.group(1), m.group(2) or "1"), int(m.group(4), 16)))
    return out


class Keeper:
    """Keeps breakpoints safe between __enter__ and __exit__. told: places that
    the user knows of, by number and address."""

    def __init__(self, told):
        self._told, self._traps = told, {}

    def __enter__(self):
        try:
            self._move()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for t in self._traps.values():
            for place in t.places:
                place.enable()
            if t.is_valid():
                t.delete()
        self._traps = {}

    def _move(self):
        every = locations()
        if not every:
            return
        declared = sections.read()
        for place in every:
            section, inside = where(declared, place.address)
            if inside:
                self._keep(place, section)
            elif section is not None:
                self._trap(place.address, section)

    def _keep(self, place, section):
        store = body.arming_store(section)
        first = (place.number, place.address) not in self._told
        self._told.add((place.number, place.address))
        if store is None:
            if first:
                show.note("rseq: breakpoint %s lies inside the critical section %s %s, whose arming store is not found: "
                          "it is disabled while this command runs." % (_number(place), show.name(section), show.span(section)))
            place.disable()
            return
        self._trap(store, section).places.append(place)
        place.disable()
        if first:
            show.note("rseq: breakpoint %s lies inside the critical section %s %s: kept safe by a trap at %#x, where that is armed; "
                      "a thread is taken inside from there with rseq_cs cleared, its CPU and the other threads held."
                      % (_number(place), show.name(section), show.span(section), store))

    def _trap(self, store, section):
        if store not in self._traps:
            self._traps[store] = ArmTrap(store, section, [])
        return self._traps[store]

    def keeps(self):
        """Whether any breakpoint is kept."""
        return bool(self._traps)

    def here(self, pc):
        """The ArmTrap at pc, or None."""
        return self._traps.get(pc)

    def of(self, section):
        """The ArmTrap of a section, or None."""
        for t in self._traps.values():
            if t.section.start == section.start:
                return t
        return None

    def through(self, thread, kept, standing):
        """Takes the selected thread, which stands at an ArmTrap, through its
        section. Returns as quiet.go_on."""
        return self.inside(kept, lambda: quiet.enter(thread, kept.section, standing))

    def inside(self, kept, go):
        """Carries out a quiet pass with the breakpoints of a section enabled."""
        try:
            for place in kept.places:
                place.enable()
            return go()
        finally:
            for place in kept.places:
                place.disable()


def _number(place):
    return place.number[:-2] if place.number.endswith(".1") else place.number
