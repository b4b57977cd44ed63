"""One unit: from an arming store to the first exit of its section, at native
speed, the other threads held."""

import gdb

from .. import area
from . import body, frames, running, settings, show, trap

COMMITTED = "committed"
ABORTED = "was aborted, went to its abort handler "
ASIDE = "left by its side exit to "
AT_END = "left at its post-commit address"  # which a branch of its leads to as well
BROKEN = "was interrupted at "


def run(thread, section):
    """Runs the selected thread from where it is (its arming store, or anywhere
    inside) to an exit. Returns running.Stopped and how it ended, one of above."""
    what = body.Body(section)
    with settings.held(), exits(thread, what) as planted:
        stop = planted.go()
    if stop.kind == running.GONE:
        return stop, None
    return stop, outcome(section, what)


def outcome(section, what):
    """How the section ended, by the selected thread's PC."""
    pc = frames.pc()
    if pc == section.abort:
        return ABORTED
    if pc == section.end:
        return AT_END if what.skips else COMMITTED
    return ASIDE if pc in what.exits else BROKEN


def report(thread, section, end, how="", passes=1):
    """Prints how the unit of the selected thread ended."""
    at = show.place(frames.pc()) if end in (ABORTED, ASIDE, BROKEN) else ""
    registered = area.area(thread)
    show.unit(section, end + at, registered.cpu_id if registered else None, passes, how)


class exits:
    """Traps on a section's exits, in debug registers where enough are free."""

    def __init__(self, thread, what):
        self._thread, self._addresses = thread, what.exits
        self.traps = []

    def __enter__(self):
        self._plant(hardware=trap.spare_registers() >= len(self._addresses))
        return self

    def __exit__(self, *_):
        for t in self.traps:
            if t.is_valid():
                t.delete()
        self.traps = []

    def _plant(self, hardware):
        self.traps = [trap.Trap(a, self._thread, hardware=hardware) for a in self._addresses]

    def go(self, command="continue"):
        """running.go. Debug registers that somebody else took are done without:
        outside of a section an int3 is as harmless."""
        try:
            return running.go(command)
        except gdb.error as error:
            if "hardware" not in str(error):
                raise
            self.__exit__()
            self._plant(hardware=False)
            return running.go(command)


def exits_of(section):
    """Addresses outside that a section can leave to."""
    return body.Body(section).exits
