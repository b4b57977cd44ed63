"""Frames of the selected thread, told apart by their CFA.

The CFA is the stack pointer's value in the caller just before its call: the
same in all of a frame's life, lower for every frame that it calls
(DWARF 5, 6.4). settings.quietly() lets gdb see main's caller.
"""

import gdb

from . import operand


def real(frame):
    """The frame itself, or the one that calls inlined into it belong to."""
    while frame is not None and frame.type() == gdb.INLINE_FRAME:
        frame = frame.older()
    return frame


def caller(frame=None):
    """The frame that called the selected thread's newest one, None for none."""
    outer = real(frame or gdb.newest_frame())
    return outer.older() if outer is not None else None


def cfa():
    """CFA of the newest frame; its stack pointer when gdb knows no caller."""
    outer = caller()
    if outer is None:
        return operand.register("rsp")
    return int(outer.read_register("rsp")) % operand.WORD


def pc():
    """The selected thread's PC."""
    return operand.register("rip")


def returned(cfa_then):
    """Whether the frame with that CFA has returned: the stack pointer is at its
    CFA or above. A deeper activation of the same code is below."""
    return operand.register("rsp") >= cfa_then


def depth():
    """How many inlined calls gdb shows as frames of their own here."""
    frame, count = gdb.newest_frame(), 0
    while frame is not None and frame.type() == gdb.INLINE_FRAME:
        frame, count = frame.older(), count + 1
    return count
