"""What an operand in AT&T syntax stands for, by the selected thread's registers."""

import re

import gdb

WORD = 1 << 64

_MEMORY = re.compile(r"^(?:%(?P<segment>[c-gs]s):)?(?P<disp>-?(?:0x)?[0-9a-f]+)?"
                     r"(?:\((?P<base>%\w+)?(?:,(?P<index>%\w+)(?:,(?P<scale>\d))?)?\))?$")


def address(operand, behind):
    """Effective address of a memory operand; None for a register or immediate.
    behind is the address after the instruction, what %rip stands for."""
    if not operand or operand[0] == "$":
        return None
    m = _MEMORY.match(operand)
    if not m or operand.startswith("%") and not m.group("segment"):
        return None
    value = int(m.group("disp") or "0", 0)
    if m.group("segment") in ("fs", "gs"):
        value += register(m.group("segment") + "_base")
    if m.group("base"):
        value += behind if m.group("base") in ("%rip", "%eip") else register(m.group("base")[1:])
    if m.group("index") and m.group("index") not in ("%riz", "%eiz"):
        value += register(m.group("index")[1:]) * int(m.group("scale") or "1")
    return value % WORD


def value(operand, behind):
    """The 8 bytes an operand holds: a register, an immediate, or memory."""
    if operand.startswith("$"):
        return int(operand[1:], 0) % WORD
    at = address(operand, behind)
    if at is not None:
        return word(at)
    return register(operand[1:])


def target(insn):
    """Where an indirect jump or call of the selected thread leads to now."""
    return value(insn.operands[0].lstrip("*"), insn.next)


def register(name):
    """A register of the newest frame, unsigned; the low 8 bytes of a vector."""
    held = gdb.newest_frame().read_register(name)
    if held.type.strip_typedefs().code == gdb.TYPE_CODE_UNION:
        held = held["v2_int64"][0]
    return int(held.cast(gdb.lookup_type("long"))) % WORD


def word(at):
    """The 8 bytes at a process address, least significant first."""
    return int.from_bytes(bytes(gdb.selected_inferior().read_memory(at, 8)), "little")
