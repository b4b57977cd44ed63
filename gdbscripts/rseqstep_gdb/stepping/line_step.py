"""Line steps at native speed: traps on the ways out of a line, and continue.

A loop of ten million rounds in one line costs what it costs natively: no
instruction of it is walked. What an address belongs to is asked of gdb
(find_pc_line, block_for_pc), so lines end where gdb's own step would end.
"""

import gdb

from .. import sections
from . import callee, frames, insn, operand, running, settings, trap, unit, ways_out
from .lines import Lines, chain, function, of

_BARE = 64  # instructions without lines that are stepped to come back to one


class Walk:
    """The line being left: frame (cfa; chain, the function and the calls inlined
    into each other that gdb shows), and the lines that count as the one left."""

    def __init__(self, into):
        self.into = into
        self.back = None      # first and last address of what until does not go back to
        self.table = Lines()
        self.begin()

    def begin(self):
        """Begins at the newest frame as gdb shows it."""
        self.depth, self.cfa = frames.depth(), frames.cfa()
        self.chain = chain(frames.pc())[:self.depth + 1]
        self.lines = {of(gdb.newest_frame().find_sal())}  # with those that are gone on with in their middle
        self.rows = set()     # rows of other lines that are no statement of their own, by address
        self.calls = set()    # chains of calls inlined on this line
        here = chain(frames.pc())[:self.depth + 2]
        if len(here) > len(self.chain):
            self.calls.add(tuple(here))

    def covers(self, address):
        """Whether an address still belongs to the line."""
        here = chain(address)
        if here[:len(self.chain)] != self.chain:
            return False
        if self.back is not None and self.back[0] <= address <= self.back[1]:
            return True
        if len(here) > len(self.chain):
            return not self.into and tuple(here[:len(self.chain) + 1]) in self.calls
        sal = gdb.find_pc_line(address)
        if of(sal) in self.lines or sal.pc in self.rows:
            return True
        if sal.line and sal.pc == address and not self.table.begins(address):
            self.rows.add(address)
            return True
        return False

    def deeper(self, address):
        """The chain of a call inlined in the frame at an address, None for none."""
        here = chain(address)
        if here[:len(self.chain)] == self.chain and len(here) > len(self.chain):
            return tuple(here[:len(self.chain) + 1])
        return None


def step(traveller, into):
    """One step (into) or next of a Traveller's thread. Returns running.Stopped;
    STEPPED where the step ends as it should."""
    stop = traveller.past_arming()
    if stop is not None:
        return stop
    frame = gdb.newest_frame()
    sal = frame.find_sal()
    if sal.line == 0 or sal.symtab is None:
        return _out_of_bare(traveller, frame)
    if into and frames.depth() < len(chain(frames.pc())) - 1:
        return _unhide()
    walk = Walk(into)
    while True:
        stop = _leave(traveller, walk)
        if stop.kind != running.ARRIVED:
            return stop
        stop = _arrive(traveller, walk)
        if stop is not None:
            return stop


def back(traveller):
    """`until` without a place: a next that does not go back in the function."""
    walk = Walk(False)
    walk.back = (function(frames.pc())[0], gdb.find_pc_line(frames.pc()).last or frames.pc())
    while True:
        stop = _leave(traveller, walk)
        if stop.kind != running.ARRIVED:
            return stop
        stop = _arrive(traveller, walk)
        if stop is not None:
            return stop


def _leave(traveller, walk):
    """Runs the thread out of the line."""
    ways = ways_out.find(frames.pc(), walk.covers, walk.into)
    thread, cfa = traveller.thread, walk.cfa
    places = {}
    same = lambda: frames.cfa() >= cfa  # noqa: E731

    def plant(address, decide):
        section = declared.at(address)
        for a in unit.exits_of(section) if section is not None else (address,):
            if a not in ways.inside:
                places.setdefault(a, []).append(decide)

    declared = sections.read()
    for address in ways.targets:
        plant(address, same)
    for address in ways.handlers:
        plant(address, None)
    enter = callee.Callees(walk.cfa)
    if walk.into:
        for address in ways.calls:
            for body in enter.bodies(address):
                plant(body, enter.called)
    caller = frames.caller()
    if caller is not None and caller.pc():
        places.setdefault(caller.pc(), []).append(lambda: frames.returned(cfa))
    for address in ways.indirect:
        if declared.at(address) is None:
            places.setdefault(address, []).append(same)
    traps = [trap.Trap(a, thread, _any(decide)) for a, decide in places.items()]
    with settings.line_step(), trap.planted(traps):
        return _through_indirect(traveller, walk, ways, enter, traps)


def _through_indirect(traveller, walk, ways, enter, traps):
    """Runs; at an indirect branch of the line looks where it leads to."""
    while True:
        pc = frames.pc()
        if pc in ways.indirect and frames.cfa() >= walk.cfa:
            stop = _branch(traveller, walk, ways, enter, pc)
            if stop is not None:
                return stop
        stop = traveller.run(traps=traps)
        if stop.kind != running.ARRIVED or frames.pc() not in ways.indirect:
            return stop


def _branch(traveller, walk, ways, enter, pc):
    """Decides for an indirect branch that the thread stands at; None: go on."""
    i = ways.inside[pc]
    to = operand.target(i)
    for body in enter.bodies(to) if walk.into else ():
        return traveller.to(body, enter.called)
    if i.kind == insn.INDIRECT_JUMP and chain(to)[:1] == chain(pc)[:1] and to not in ways.inside and sections.read().at(to) is None:
        return traveller.to(to)
    stop = traveller.run("stepi")
    return None if stop.kind in (running.STEPPED, running.ARRIVED) else stop


def _any(decides):
    if None in decides:
        return None
    return lambda: any(decide() for decide in decides)


def _arrive(traveller, walk):
    """Looks at where a way out has led. None: the walk goes on from here."""
    for _ in range(_BARE):
        sal = gdb.newest_frame().find_sal()
        here = chain(frames.pc())
        if here and sal.line:
            return _judge(walk, here)
        # Code between lines: an abort handler, a return from a signal, the end of
        # a stub. Or a caller that has none: next ends there, as gdb's does, and
        # step goes on.
        returned = frames.cfa() > walk.cfa and not _handler(frames.pc())
        if returned and not walk.into:
            break
        stop = _returned(traveller) if returned else traveller.instruction()
        if stop.kind not in (running.STEPPED, running.ARRIVED):
            return stop
    return running.Stopped(running.STEPPED)


def _judge(walk, here):
    done = running.Stopped(running.STEPPED)
    pc, cfa = frames.pc(), frames.cfa()
    row = gdb.find_pc_line(pc)
    begins = walk.table.begins(pc)
    if here[0] != walk.chain[0] or cfa != walk.cfa:
        if cfa <= walk.cfa or begins:
            return done  # in a function it called, or at a line of a caller
        # Back in the middle of the caller's line: to the end of that.
        walk.begin()
        before = gdb.find_pc_line(pc - 1)
        if before.line and chain(pc - 1) == here:
            walk.lines.add(of(before))
        return None
    inlined = walk.deeper(pc)
    if inlined is not None:
        return _inlined(walk, inlined)
    if here[:len(walk.chain)] != walk.chain:
        if begins:
            return done
        lines = walk.lines
        walk.begin()
        walk.lines |= lines
        return None
    if begins and of(row) not in walk.lines:
        return done
    walk.lines.add(of(row))
    return None


def _inlined(walk, inlined):
    """A call inlined into the frame begins: on the line being left (next goes
    over it, step enters), or on another one."""
    frame, depth = gdb.newest_frame(), frames.depth()
    while depth > walk.depth:
        frame, depth = frame.older(), depth - 1
    sal = frame.find_sal()
    if of(sal) not in walk.lines:
        return running.Stopped(running.STEPPED)
    if walk.into:
        return _unhide() if frames.depth() <= walk.depth else running.Stopped(running.STEPPED)
    walk.calls.add(inlined)
    return None


def _unhide():
    """Shows the call inlined here as a frame: gdb's own step does it where one
    begins, and moves nothing."""
    pc = frames.pc()
    gdb.execute("step", to_string=True)
    if frames.pc() != pc:
        raise gdb.GdbError("rseq: gdb's step moved the thread where an inlined call begins.")
    return running.Stopped(running.STEPPED)


def _returned(traveller):
    """Runs code without lines that was returned to until it returns as well; to
    the program's end where nobody knows to whom."""
    caller, cfa = frames.caller(), frames.cfa()
    if caller is None or not caller.pc():
        return traveller.run()
    return traveller.to(caller.pc(), lambda: frames.returned(cfa))


def _handler(pc):
    """Whether pc is in an abort handler of a section."""
    return any(0 <= pc - s.abort < _BARE for s in sections.read().all())


def _out_of_bare(traveller, frame):
    """Runs a function without lines until it returns, as gdb does."""
    caller = frames.caller(frame)
    if frame.name() is None or caller is None:
        raise gdb.GdbError("Cannot find bounds of current function")
    gdb.write("Single stepping until exit from function %s,\nwhich has no line number information.\n" % frame.name())
    cfa = frames.cfa()
    stop = traveller.to(caller.pc(), lambda: frames.returned(cfa))
    return running.Stopped(running.STEPPED) if stop.kind == running.ARRIVED else stop
