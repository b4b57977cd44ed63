"""A frame filter that marks the frames of a backtrace that stand inside a section.

`disable frame-filter global rseqstep` is gdb's own way to switch it off.
"""

import gdb
from gdb.FrameDecorator import FrameDecorator

from . import live, sections


class Marked(FrameDecorator):
    """A frame with " [rseq section NAME, …]" after its function."""

    def __init__(self, base, mark):
        super().__init__(base)
        self._mark = mark

    def function(self):
        name = super().function()
        if not isinstance(name, str):  # an address: gdb would have looked for a name
            name = self.inferior_frame().name() or "??"
        return name + self._mark


class Filter:
    """The frame filter; gdb.frame_filters names it."""

    name = "rseqstep"
    enabled = True
    priority = 100  # as good as any: no other filter is expected to look at the mark

    def filter(self, frames):
        """The same frames, those inside a section Marked."""
        return map(self._frame, frames)

    def _frame(self, decorated):
        try:
            mark = _mark(decorated.inferior_frame())
        except gdb.error:  # a backtrace must come out whatever cannot be read
            mark = None
        return Marked(decorated, mark) if mark else decorated


def _mark(frame):
    """What to say of a gdb.Frame, None for one outside of all sections."""
    pc, newer = frame.pc(), frame.newer()
    if newer is not None and newer.type() == gdb.INLINE_FRAME:
        return None  # the same place in the program as the frame before
    if newer is not None and newer.type() != gdb.SIGTRAMP_FRAME:
        pc -= 1  # a return address: the call is before it
    armed = live.armed(gdb.selected_thread()) if newer is None else None
    if armed is not None and armed.inside(pc):
        return " [rseq section %s, live]" % armed.name()
    section = sections.read().at(pc)
    return section and " [rseq section %s, not armed]" % section.name()


def install():
    """Registers the filter for all programs."""
    gdb.frame_filters[Filter.name] = Filter()
