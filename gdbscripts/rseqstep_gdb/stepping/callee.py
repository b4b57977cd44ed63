"""Functions that a step enters: those with lines, found through PLT stubs."""

import re

import gdb

from . import frames, insn, operand

_HOPS = 4  # jumps from a stub to its function


class Callees:
    """What a step may enter from the frame of a walk."""

    def __init__(self, walk):
        self._cfa = walk.cfa

    def body(self, address):
        """Where a step into the function at address stops: behind its prologue.
        None when it has no lines, or its user skips it."""
        entry = _function(address)
        if entry is None:
            return None
        sal = gdb.find_pc_line(entry)
        if sal.symtab is None or not sal.line:
            return None
        return _behind_prologue(entry)

    def called(self):
        """Whether the selected thread's frame was called by the walk's, or has
        taken its place (a tail call)."""
        outer = frames.caller()
        if outer is None:
            return True
        if int(outer.read_register("rsp")) % operand.WORD == self._cfa:
            return True
        older = frames.real(outer).older()
        return older is not None and int(older.read_register("rsp")) % operand.WORD == self._cfa


def _function(address):
    """Follows PLT stubs from address to a function's entry, None for none."""
    for _ in range(_HOPS):
        block = gdb.block_for_pc(address)
        if block is not None and block.function is not None:
            while block.superblock is not None and block.superblock.function is not None:
                block = block.superblock
            return address if block.start == address else None
        try:
            address = _hop(address)
        except gdb.MemoryError:
            return None
        if address is None:
            return None
    return None


def _hop(address):
    """Where a stub's jump leads, by what the dynamic linker has written, or by
    its name where that is still to be looked up."""
    m = re.match(r"(\S+)@plt", gdb.execute("info symbol %#x" % address, to_string=True))
    if m:
        symbol = gdb.lookup_global_symbol(m.group(1))
        if symbol is not None and symbol.symtab is not None:
            return int(symbol.value().address)
    for _ in range(2):  # endbr64 stands before the jump
        i = insn.decode(address)
        if i.kind == insn.INDIRECT_JUMP and "(%rip)" in i.operands[0]:
            return operand.target(i)
        if i.kind == insn.JUMP:
            return i.target
        if not i.mnemonic.startswith("endbr"):
            return None
        address = i.next
    return None


def _behind_prologue(entry):
    """gdb's own choice of where the function's body begins."""
    block = gdb.block_for_pc(entry)
    while block.superblock is not None and block.superblock.function is not None:
        block = block.superblock
    try:
        _, found = gdb.decode_line(block.function.name)
    except gdb.error:
        found = None
    for sal in found or ():
        if block.start <= sal.pc < block.end:
            return sal.pc
    return entry
