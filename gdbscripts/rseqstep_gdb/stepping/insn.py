"""One instruction of amd64, as a function of gdb's disassembly.

gdb disassembles in the flavor that its user chose; settings.quietly() makes it
AT&T, which decode() expects: the destination last, a `*` before an indirect
target, immediates with a `$`.
"""

import re

import gdb

FALLS = "falls"        # goes on to the next instruction
BRANCH = "branch"      # may go to target, or on
JUMP = "jump"          # goes to target
CALL = "call"          # calls target, and comes back
INDIRECT_JUMP = "indirect jump"  # goes to what its operand holds
INDIRECT_CALL = "indirect call"
RETURN = "return"
SYSCALL = "syscall"
ENDS = "ends"          # never goes on: hlt, ud2, bytes that are no instruction

_PREFIXES = {"bnd", "notrack", "lock", "rep", "repz", "repe", "repnz", "repne", "data16", "addr32",
             "cs", "ds", "es", "ss", "fs", "gs", "xacquire", "xrelease", "rex", "rex.W"}
_RETURNS = {"ret", "retq", "lret", "iret", "iretq"}
_ENDS = {"hlt", "ud2", "ud1", "ud0", "ud2a", "ud2b", "(bad)"}
_SYSCALLS = {"syscall", "sysenter", "int"}
_COUNTED = {"loop", "loope", "loopne", "loopz", "loopnz", "xbegin"}


class Insn:
    """An instruction: address and length in bytes; mnemonic without prefixes;
    operands as written, the destination last; kind as above; target, an
    address, for BRANCH, JUMP and CALL."""

    def __init__(self, address, length, mnemonic, operands, kind, target):
        self.address, self.length = address, length
        self.mnemonic, self.operands = mnemonic, operands
        self.kind, self.target = kind, target

    @property
    def next(self):
        """Address behind the instruction."""
        return self.address + self.length


def decode(pc):
    """The Insn at process address pc. Raises gdb.MemoryError where nothing can
    be read."""
    found = _architecture().disassemble(pc, count=1)[0]
    return parse(found["addr"], found["length"], found["asm"])


def decode_range(start, end):
    """The Insns from start up to end (exclusive), one after the other."""
    out = []
    for found in _architecture().disassemble(start, end - 1) if end > start else ():
        out.append(parse(found["addr"], found["length"], found["asm"]))
    return out


def parse(address, length, text):
    """The Insn of one line of AT&T disassembly."""
    words = re.sub(r"\s*(#.*|<.*>)?\s*$", "", text).split(None, 1)
    while len(words) > 1 and words[0].split(",")[0] in _PREFIXES:
        words = words[1].split(None, 1)
    mnemonic = words[0].split(",")[0] if words else "(bad)"
    operands = split(words[1]) if len(words) > 1 else []
    kind, target = _kind(mnemonic, operands)
    return Insn(address, length, mnemonic, operands, kind, target)


def split(text):
    """Operands between commas, but for the commas in parentheses."""
    return [part.strip() for part in re.findall(r"(?:[^,(]|\([^)]*\))+", text)]


def _kind(mnemonic, operands):
    target = operands[0] if operands else ""
    if mnemonic in _RETURNS:
        return RETURN, None
    if mnemonic in _ENDS:
        return ENDS, None
    if mnemonic in _SYSCALLS:
        return SYSCALL, None
    if mnemonic.startswith("call"):
        return (INDIRECT_CALL, None) if target.startswith("*") else (CALL, int(target, 16))
    if mnemonic in ("jmp", "jmpq", "ljmp"):
        return (INDIRECT_JUMP, None) if target.startswith("*") else (JUMP, int(target, 16))
    if mnemonic[0] == "j" or mnemonic in _COUNTED:
        return BRANCH, int(target, 16)
    return FALLS, None


def _architecture():
    try:
        return gdb.selected_frame().architecture()
    except gdb.error:
        return gdb.selected_inferior().architecture()
