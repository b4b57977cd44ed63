"""The ways out of a source line, found without running it."""

import gdb

from .. import sections
from . import insn

_HANDLER = 32    # instructions of an abort handler that are looked at
_LONGEST = 20000  # instructions of a line that are looked at


class Ways:
    """targets: addresses outside that the line can go on to. calls: addresses it
    calls. indirect: addresses of its indirect branches (calls only where asked
    for). passed: the sections it goes through. handlers: abort handlers that
    count as ways out, which may have no frame that gdb understands."""

    def __init__(self):
        self.targets, self.calls, self.indirect, self.handlers = set(), set(), set(), set()
        self.passed, self.inside = {}, {}


def find(start, covered, into):
    """Ways out of the code reached from start through addresses that covered()
    accepts. into: indirect calls count."""
    ways, pending, declared = Ways(), [start], sections.read()
    while pending and len(ways.inside) < _LONGEST:
        at = pending.pop()
        if at in ways.inside:
            continue
        try:
            i = insn.decode(at)
        except gdb.MemoryError:
            continue
        ways.inside[at] = i
        through = declared.at(at)
        if through is not None and through.start not in ways.passed:
            ways.passed[through.start] = through
            _handler(through, ways, pending, covered)
        _calls(i, ways, into)
        for to in successors(i):
            if covered(to):
                pending.append(to)
            else:
                ways.targets.add(to)
    ways.targets -= set(ways.inside)
    return ways


def successors(i):
    """Where an instruction leads to in its own function, as far as it says."""
    out = []
    if i.kind in (insn.BRANCH, insn.JUMP):
        out.append(i.target)
    if i.kind in (insn.FALLS, insn.BRANCH, insn.CALL, insn.INDIRECT_CALL, insn.SYSCALL):
        out.append(i.next)
    return out


def _calls(i, ways, into):
    if i.kind == insn.INDIRECT_JUMP or into and i.kind == insn.INDIRECT_CALL:
        ways.indirect.add(i.address)
    if i.kind == insn.CALL:
        ways.calls.add(i.target)


def _handler(section, ways, pending, covered):
    """An abort handler without lines of its own that leads back by a jump belongs
    to the line: aborts are then taken at native speed."""
    if covered(section.abort):
        pending.append(section.abort)
        return
    run, at = [], section.abort
    while len(run) < _HANDLER:
        i = insn.decode(at)
        if run and gdb.find_pc_line(at).pc == at and gdb.find_pc_line(at).line:
            break
        run.append(i)
        if i.kind == insn.JUMP:
            for passed in run:
                ways.inside[passed.address] = passed
            (pending.append if covered(i.target) else ways.targets.add)(i.target)
            return
        if i.kind != insn.FALLS:
            break
        at = i.next
    ways.handlers.add(section.abort)
