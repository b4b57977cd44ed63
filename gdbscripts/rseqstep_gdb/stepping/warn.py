"""A word to the user whose breakpoint lies where gdb's own target mishandles it."""

import gdb

from .. import sections
from . import safe, show

INSIDE = ("gdb steps the instruction under a breakpoint out of line. The kernel then takes the section for left and no longer "
          "protects its rest: updates get lost, even when the condition is false.")
ARMING = ("stepped over by gdb, the section it arms is restarted each time: the program may never get past.")
REMEDY = "Go on with `rseq continue`, `rseq next` and their like, which keep the breakpoint safe, or use `rseq on`."


class Warner:
    """Warns once of each place of each breakpoint, when it is made, or found in a
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
        if not native():
            return
        now = safe.addresses(breakpoint)
        if self._places.get(breakpoint.number) == now:
            return
        self._places[breakpoint.number] = now
        for address in now:
            self._warn(breakpoint.number, address)

    def _warn(self, number, address):
        section, inside = safe.where(sections.read(), address)
        if section is None:
            return
        key = (number, section.name(), address - section.start)
        if key in self._told:
            return
        self._told.add(key)
        gdb.write("warning: breakpoint %d lies %s the critical section %s %s: %s\n%s\n" % (
            number, "inside" if inside else "on the instruction that arms", show.name(section), show.span(section),
            INSIDE if inside else ARMING, REMEDY))


def native():
    """Whether breakpoints are, or will be, gdb's own target's."""
    connection = gdb.selected_inferior().connection
    return connection is None or connection.type == "native"
