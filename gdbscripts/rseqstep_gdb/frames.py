"""A frame filter that marks the frames of a backtrace that are inside a section.

`disable frame-filter global rseqstep` is gdb's own way to switch it off.
"""

import gdb
from gdb.FrameDecorator import FrameDecorator

from . import area as areas
from . import live, sections

# How many of the innermost frames are looked at: mostly it is the thread itself that
# stands inside a section, for nothing may be called from one, and a signal's handler
# is entered after the kernel has moved the thread to the abort handler.
_DEPTH = 32


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
    """The frame filter; gdb.frame_filters names it.

    It is enabled only for threads with something to mark. With any filter enabled gdb
    prints backtraces by other code of its own, which in gdb 13 breaks a line off where
    an argument cannot be read.
    """

    name = "rseqstep"
    priority = 100  # as good as any: no other filter is expected to look at the mark

    def __init__(self):
        self._wanted = True

    @property
    def enabled(self):
        """Whether the user wants it and one of the innermost frames is inside a section."""
        return self._wanted and any(_marks())

    @enabled.setter
    def enabled(self, wanted):
        self._wanted = wanted

    def filter(self, frames):
        """The same frames, those inside a section Marked."""
        return map(_decorate, frames)


def _decorate(decorated):
    try:
        mark = _mark(decorated.inferior_frame())
    except gdb.error:  # a backtrace must come out whatever cannot be read
        mark = None
    return Marked(decorated, mark) if mark else decorated


def _marks():
    """What _mark says of each of the innermost frames, as far as they can be read."""
    try:
        frame = gdb.newest_frame()
        for _ in range(_DEPTH):
            if frame is None:
                return
            yield _mark(frame)
            frame = frame.older()
    except gdb.error:
        return


def _mark(frame):
    """What to say of a gdb.Frame, None for one outside of all sections."""
    pc, newer = frame.pc(), frame.newer()
    if newer is not None and newer.type() == gdb.INLINE_FRAME:
        return None  # the same place in the program as the frame before
    if newer is not None and newer.type() != gdb.SIGTRAMP_FRAME:
        pc -= 1  # a return address: the call is before it
    section = sections.read().at(pc)
    if newer is not None:
        return section and " [rseq section %s]" % section.name()
    thread = gdb.selected_thread()
    area, why = areas.find(thread)
    armed = area and live.section_of(thread, area)
    if armed and armed.inside(pc):
        return " [rseq section %s, live]" % armed.name()
    if section is None:
        return None
    known = area is not None or why == areas.NONE
    return " [rseq section %s%s]" % (section.name(), ", not armed" if known else "")


def install():
    """Registers the filter for all programs."""
    gdb.frame_filters[Filter.name] = Filter()
