"""Breakpoints of ours: internal, silent, for one thread or for all."""

import contextlib

import gdb


class Trap(gdb.Breakpoint):
    """A breakpoint at an address that its user never sees.

    decide, when given, is asked at every hit, with the thread that hit it
    selected; the program goes on at once while it answers False. thread is the
    gdb.InferiorThread it is for, None for any. hardware asks for a debug
    register.
    """

    def __init__(self, address, thread=None, decide=None, hardware=False):
        kind = gdb.BP_HARDWARE_BREAKPOINT if hardware else gdb.BP_BREAKPOINT
        super().__init__("*%#x" % address, kind, internal=True)
        self.silent = True
        if thread is not None:
            self.thread = thread.global_num
        self.address, self.decide, self.failed = address, decide, None
        self._hit = False

    def stop(self):
        """gdb asks whether to stop here. An error of decide's stops, to be raised
        where Python may (see raise_failed)."""
        self._hit = self.holds()
        return self._hit

    def holds(self):
        """Whether the selected thread, which is there, has arrived."""
        if self.decide is None:
            return True
        try:
            return bool(self.decide())
        except gdb.error as error:
            self.failed = error
            return True

    def take_hit(self):
        """Whether it stopped the program; asked for once each time."""
        hit, self._hit = self._hit, False
        return hit

    def raise_failed(self):
        """Raises what decide raised in stop()."""
        if self.failed is not None:
            raise self.failed


@contextlib.contextmanager
def planted(traps):
    """Deletes the traps when the block ends. (A thread that ends takes the ones
    for it along.)"""
    try:
        yield traps
    finally:
        for trap in traps:
            if trap.is_valid():
                trap.delete()


def spare_registers():
    """How many of the 4 debug registers the user's own breakpoints and
    watchpoints leave, one counted for each (Intel SDM vol. 3, 18.2)."""
    taking = {gdb.BP_HARDWARE_BREAKPOINT, gdb.BP_HARDWARE_WATCHPOINT, gdb.BP_READ_WATCHPOINT, gdb.BP_ACCESS_WATCHPOINT}
    return 4 - sum(1 for b in gdb.breakpoints() if b.enabled and b.type in taking)
