"""What a section's instructions say: where it can leave to, and what arms it."""

import gdb

from . import insn

BRANCHING = (insn.BRANCH, insn.JUMP)
_SEARCH = 8      # instructions before a section that are looked at for its arming store
_LEAD = 96       # bytes before it from where disassembly finds its feet (an instruction has 15 at most)


class Body:
    """exits: sorted addresses outside where the section can leave to, by its
    end, to its abort handler, or by a branch. skips: an instruction branches to
    the end, so that arriving there proves no commit."""

    def __init__(self, section):
        exits = {section.end, section.abort} | set(section.exits)
        self.skips = False
        for i in insn.decode_range(section.start, section.end):
            if i.kind in BRANCHING and not section.inside(i.target):
                exits.add(i.target)
                self.skips = self.skips or i.target == section.end
        self.exits = sorted(exits)


def arming_store(section):
    """Address of the instruction that arms a section, None when none is found:
    the last 8-byte store before its start. It can only be told for certain by a
    thread that is about to execute it (arming.arms)."""
    before = _before(section.start)
    for i in reversed(before[-_SEARCH:]):
        if stores(i):
            return i.address
        if i.kind not in (insn.FALLS, insn.BRANCH):
            return None
    return None


def stores(i):
    """Whether an instruction can store a register or a number of 8 bytes."""
    if i.mnemonic not in ("mov", "movq", "xchg", "movnti", "movabs") or len(i.operands) != 2:
        return False
    source, destination = i.operands
    return "(" in destination or ":" in destination or destination[:2] == "0x"


def _before(address):
    """The instructions that end at address."""
    start = _function_start(address)
    if start is not None:
        return insn.decode_range(start, address)
    # No symbol: begun at any byte, disassembly falls into step after a few
    # instructions; what most beginnings agree on is taken.
    votes = {}
    for lead in range(_LEAD - 15, _LEAD + 1):
        try:
            run = insn.decode_range(address - lead, address)
        except gdb.MemoryError:
            continue
        if run and run[-1].next == address:
            votes.setdefault(run[-1].address, []).append(run)
    return max(votes.values(), key=len)[0] if votes else []


def _function_start(address):
    block = gdb.block_for_pc(address)
    while block is not None and not (block.function and (block.superblock is None or block.superblock.is_static)):
        block = block.superblock
    if block is not None and block.start < address:
        return block.start
    return None
