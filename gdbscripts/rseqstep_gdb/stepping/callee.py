"""Functions that a step enters: those with lines, found through PLT stubs."""

import re

import gdb

from .. import output, symbol
from . import frames, insn, lines, operand

_HOPS = 4  # jumps from a stub to its function


class Callees:
    """What a step may enter from the frame with a CFA."""

    def __init__(self, cfa):
        self._cfa = cfa

    def bodies(self, address):
        """Where a step into the function at address stops: behind its prologue.
        Empty when it has no lines; several for a stub whose function is still to
        be looked up, of which there may be more than one."""
        for _ in range(_HOPS):
            known = lines.chain(address)
            name, offset = symbol.at(address) or (None, 0)
            if known:
                return _bodies(known[0][2], known[0]) if name is None or offset == 0 else []
            if name is not None and name.endswith("@plt"):
                return _bodies(name[:-len("@plt")], None)
            address = _hop(address)
            if address is None:
                break
        return []

    def called(self):
        """Whether the selected thread's frame was called by that frame, or has
        taken its place (a tail call)."""
        outer = frames.caller()
        if outer is None:
            return True
        if int(outer.read_register("rsp")) % operand.WORD == self._cfa:
            return True
        older = frames.real(outer).older()
        return older is not None and int(older.read_register("rsp")) % operand.WORD == self._cfa


def _hop(address):
    """Where a stub's jump leads, None when it is no stub."""
    for _ in range(2):  # endbr64 may stand before the jump
        try:
            i = insn.decode(address)
            if i.kind == insn.INDIRECT_JUMP and "(%rip)" in i.operands[0]:
                return operand.target(i)
        except gdb.MemoryError:
            return None
        if i.kind == insn.JUMP:
            return i.target
        if not i.mnemonic.startswith("endbr"):
            return None
        address = i.next
    return None


def _bodies(name, within):
    """gdb's own choice of where a function's body begins: that of its breakpoints.
    within: what lines.chain begins with for the function meant, None for all of
    that name. (The parts of a function may lie apart, with others in between.)"""
    try:
        if within is None and "gnu-indirect-function" in str(gdb.parse_and_eval("'%s'" % name).type):
            return []  # gdb 13 makes a breakpoint on the resolver that Python cannot take back
        probe = gdb.Breakpoint("-qualified -function %s" % name, internal=True)
    except gdb.error:
        return []
    try:
        text = output.of("maint info breakpoints %d" % probe.number)
    finally:
        probe.delete()
    found = {int(a, 16) for a in re.findall(r"^-\d+(?:\.\d+)?\s.*?\s(0x[0-9a-f]+) in ", text, re.M)}
    return sorted(a for a in found if within is None or lines.chain(a)[:1] == [within])
