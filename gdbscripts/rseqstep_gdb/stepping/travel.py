"""Running a thread of gdb's own process: through kept breakpoints, by
instructions, by units. Each function returns a running.Stopped."""

import contextlib

import gdb

from .. import area
from . import arming, frames, hold, insn, operand, quiet, running, safe, settings, show, trap, unit, vdso

STUCK_LIMIT = 3  # passes of one section in one frame that did not commit, before its function is run to its return


class Traveller:
    """One command under way for one thread: keeper is the safe.Keeper in force,
    standing the quiet.Standing of the session."""

    def __init__(self, thread, keeper, standing, clock):
        self.thread, self.keeper, self.standing, self.vdso = thread, keeper, standing, clock
        self._failed = {}  # (section start, CFA): passes since it committed

    # ---- at native speed ----

    def run(self, command="continue", traps=(), before=None):
        """Runs until the thread arrives at one of traps, or something else stops
        it. before, when given, is called before each try (to select a frame)."""
        while True:
            stop = self.past_arming(traps)
            if stop is not None:
                return stop
            if before is not None:
                before()
            stop = running.go(command, held_back=self.keeper.keeps())
            if not self.thread.is_valid() and stop.kind != running.OTHER:
                return running.Stopped(running.GONE)
            if not stop.only(safe.ArmTrap):
                return stop
            stop = self._take(gdb.selected_thread(), stop.traps[0])
            if stop.kind != running.ARRIVED:
                return stop
            if not self.thread.is_valid():
                return running.Stopped(running.GONE)
            self.thread.switch()
            here = arrived_at(traps)
            if here:
                return running.Stopped(running.ARRIVED, here)

    def past_arming(self, traps=()):
        """Takes the thread off an arming store under a trap, or on from inside a
        section: None when it may go on, else what stopped it."""
        section = self.standing.section(self.thread)
        if section is not None:
            stop, end = self._on(section)
            if end is None or stop.kind != running.ARRIVED:
                return stop
            unit.report(self.thread, section, end, quiet.HOW)
        else:
            kept = self.keeper.here(frames.pc())
            if kept is None or arming.at(self.thread, frames.pc()) is None:
                return None
            stop = self._take(self.thread, kept)
            if stop.kind != running.ARRIVED:
                return stop
        here = arrived_at(traps)
        return running.Stopped(running.ARRIVED, here) if here else None

    def _take(self, thread, kept):
        """Takes the selected thread from an ArmTrap through its section."""
        if arming.at(thread, frames.pc()) is None:
            with settings.held():  # no section of the registered area: an ordinary instruction
                return running.Stopped(running.ARRIVED) if running.go("stepi").kind == running.STEPPED else running.Stopped(running.OTHER)
        section = kept.section
        stop, end = self.keeper.through(thread, kept, self.standing)
        if end is None:
            if stop.kind == running.OTHER:
                show.note("rseq: stopped inside %s %s, kept safe: `rseq continue` and the other rseq commands take the thread on "
                          "quietly from here; gdb's own let the kernel restart the section." % (show.name(section), show.span(section)))
            return stop
        return stop

    def _on(self, section, command="continue"):
        kept = self.keeper.of(section)
        go = lambda: quiet.go_on(self.thread, section, self.standing, command)  # noqa: E731
        return self.keeper.inside(kept, go) if kept is not None else go()

    def to(self, address, condition=None, held=False):
        """Runs the thread to an address, for which condition holds there."""
        with trap.planted([trap.Trap(address, self.thread, condition)]) as traps:
            if not held:
                return self.run(traps=traps)
            with settings.held():
                return self.run(traps=traps)

    # ---- by instructions ----

    def instruction(self, over=False):
        """One instruction, one unit, or (over) one call."""
        pc = frames.pc()
        section = self.standing.section(self.thread)
        if section is not None:
            stop, end = self._on(section, "stepi")
            if end is not None:
                unit.report(self.thread, section, end, quiet.HOW)
            return running.Stopped(running.STEPPED) if stop.kind == running.ARRIVED else stop
        i = insn.decode(pc)
        if over and i.kind in (insn.CALL, insn.INDIRECT_CALL) and not self.vdso.inside(pc):
            sp = operand.register("rsp")
            stop = self.to(i.next, lambda: operand.register("rsp") >= sp)
            return running.Stopped(running.STEPPED) if stop.kind == running.ARRIVED else stop
        registered = area.area(self.thread)
        with self._in_place(registered, i):
            section = arming.arms(self.thread, i)
            if section is not None:
                return self.unit(section)
            section = live(registered)
            if section is not None:
                return self.restart(section)
            if self.vdso.inside(pc):
                return self._out_of_vdso(pc, frames.caller())
            return self._one(pc)

    def _in_place(self, registered, i):
        """Keeps the thread on its CPU for one step: it may have read the CPU's
        number and be about to compare it. Not in a system call, which may wait or
        ask for another CPU."""
        if registered is None or i.kind == insn.SYSCALL:
            return contextlib.nullcontext()
        return hold.on_cpu(self.thread.ptid[1], registered.cpu_id)

    def _one(self, pc):
        while True:
            stop = self.run("stepi")
            if stop.kind not in (running.STEPPED, running.ARRIVED):
                return stop
            now = frames.pc()
            if now != pc or stop.kind == running.STEPPED:
                break
        if self.vdso.inside(now):
            return self._out_of_vdso(now, None)
        return running.Stopped(running.STEPPED)

    def _out_of_vdso(self, pc, caller):
        """Runs a vDSO function to its return: entered just now (caller None: the
        return address is on top of the stack), or stood in before."""
        sp = operand.register("rsp")
        back = caller.pc() if caller is not None else operand.word(sp)
        name = vdso.name(pc)
        stop = self.to(back, lambda: operand.register("rsp") > sp, held=True)
        if stop.kind == running.ARRIVED:
            show.note("vdso: %s returned" % name)
            return running.Stopped(running.STEPPED)
        return stop

    def unit(self, section):
        """The unit of the section that the thread is about to arm."""
        key = (section.start, frames.cfa())
        kept = self.keeper.of(section)
        if kept is not None:
            stop, end = self.keeper.through(self.thread, kept, self.standing)
        else:
            stop, end = unit.run(self.thread, section)
        if end is None:
            return stop
        passes = self._failed.get(key, 0) + 1
        self._failed[key] = 0 if end in (unit.COMMITTED, unit.AT_END) else passes
        unit.report(self.thread, section, end, quiet.HOW if kept else "", passes)
        if stop.kind != running.ARRIVED:
            return stop
        if self._failed[key] >= STUCK_LIMIT:
            return self.escape(section, key)
        return running.Stopped(running.STEPPED)

    def escape(self, section, key):
        """Runs to the return of a function whose section does not commit under a
        debugger."""
        caller = frames.caller()
        if caller is None:
            return running.Stopped(running.STEPPED)
        passes, self._failed[key] = self._failed[key], 0
        show.note("rseq: %s %s did not commit in %d passes: running to the function's return. (Each stop makes Linux 6.18 write "
                  "cpu_id_start anew, and code such as tcmalloc's keeps a pointer of its own there. `rseq on` can help: "
                  "it steps with the registration lifted.)" % (show.name(section), show.span(section), passes))
        cfa = frames.cfa()
        stop = self.to(caller.pc(), lambda: frames.returned(cfa))
        return running.Stopped(running.STEPPED) if stop.kind == running.ARRIVED else stop

    def restart(self, section):
        """Lets the kernel restart the section that the thread stands inside."""
        stop, end = unit.run(self.thread, section)
        if end is not None:
            unit.report(self.thread, section, "was live where the thread stood: " + end)
        return running.Stopped(running.STEPPED) if stop.kind == running.ARRIVED else stop


def live(registered):
    """The Section the selected thread stands inside while armed for it, by its
    Area or None."""
    if registered is None or not registered.rseq_cs:
        return None
    section = arming.by_descriptor(registered.rseq_cs)
    return section if section is not None and section.inside(frames.pc()) else None


def arrived_at(traps):
    """Those of the traps that the selected thread stands at."""
    pc, thread = frames.pc(), gdb.selected_thread()
    return [t for t in traps if t.is_valid() and t.address == pc and t.thread in (None, thread.global_num) and t.holds()]
