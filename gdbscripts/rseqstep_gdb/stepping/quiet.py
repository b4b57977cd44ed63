"""Quiet passes: through a section with its rseq_cs cleared.

With rseq_cs cleared the kernel does not restart the section, so a debugger can
stop in it. What made it safe is made up for: every other thread is held, and
the thread is held on its CPU. The arming store is skipped, not executed: a
stop behind it would restart the section at once.

A thread that stops inside for its user has its rseq_cs put back there: a
command that knows nothing of this lets the kernel restart the section, which
is right too. Only while nothing ran since may the next command go on quietly.
"""

import gdb

from .. import area
from . import arming, body, frames, hold, insn, running, settings, unit

HOW = " in a quiet pass"


class Standing:
    """Threads that their user stopped inside a section on a quiet pass."""

    def __init__(self):
        self._of = {}       # ptid of a thread: (section, PC, value of _ran then)
        self._ran = 0       # counts what ran the program, calls made in it too
        gdb.events.cont.connect(self._on_cont)

    def _on_cont(self, _):
        self._ran += 1

    def note(self, thread, section):
        """The selected thread stands inside section and nothing ran since."""
        self._of[thread.ptid] = (section, frames.pc(), self._ran)

    def section(self, thread):
        """The Section the selected thread stands inside and may be taken through
        quietly; None for none. A thread whose chance is gone is armed still."""
        found = self._of.get(thread.ptid)
        if found is None:
            return None
        section, pc, ran = found
        if ran != self._ran or pc != frames.pc():
            del self._of[thread.ptid]
            # A function called in the program disarmed the section unseen.
            if section.inside(frames.pc()) and pc == frames.pc():
                set_armed(thread, section.descriptor)
            return None
        return section

    def forget(self, thread):
        """The thread left."""
        self._of.pop(thread.ptid, None)


def set_armed(thread, descriptor):
    """Writes rseq_cs of the thread's area: a descriptor's address, or 0."""
    at = area.area(thread).address + arming.RSEQ_CS
    gdb.selected_inferior().write_memory(at, descriptor.to_bytes(8, "little"))


def enter(thread, section, standing, command="continue"):
    """Takes the selected thread, which is at section's arming store, through."""
    behind = insn.decode(frames.pc()).next
    gdb.execute("set $pc = %#x" % behind, to_string=True)
    return go_on(thread, section, standing, command)


def go_on(thread, section, standing, command="continue"):
    """Takes the selected thread, which is inside section, on quietly: to an exit,
    to a breakpoint inside, or by the command given. Returns running.Stopped and
    how it ended, None while it is inside."""
    what = body.Body(section)
    cpu = area.area(thread).cpu_id
    standing.forget(thread)
    with settings.held(), hold.on_cpu(thread.ptid[1], cpu), unit.exits(thread, what) as planted:
        set_armed(thread, 0)
        try:
            stop = planted.go(command)
        finally:
            inside = thread.is_valid() and section.inside(_pc(thread))
            if inside:
                set_armed(thread, section.descriptor)
    if stop.kind == running.GONE:
        return stop, None
    if inside:
        standing.note(thread, section)
        return stop, None
    return stop, unit.outcome(section, what)


def _pc(thread):
    thread.switch()
    return frames.pc()
