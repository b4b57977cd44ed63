"""What the commands print: where a thread stands, and how units ended."""

import re

import gdb

from .. import output, symbol
from . import frames


class Place:
    """Where the selected thread stood when a command began."""

    def __init__(self):
        self.function, self.cfa, self.depth = _function(), frames.cfa(), frames.depth()

    def same(self):
        """Whether the thread is still in that frame."""
        return self.function == _function() and self.cfa == frames.cfa() and self.depth == frames.depth()


def position(place=None):
    """Prints where the selected thread stands, as gdb does at the end of a step:
    the line alone in the frame it began in, else the frame with it."""
    gdb.newest_frame().select()
    text = output.of("frame")
    text = re.sub(r"^#\d+ +", "", text)
    first, _, rest = text.partition("\n")
    sal = gdb.find_pc_line(frames.pc())
    if place is None or not rest.strip() or not place.same():
        gdb.write(text)
    elif sal.line and sal.pc != frames.pc():
        gdb.write("%#018x\t%s" % (frames.pc(), rest))
    else:
        gdb.write(rest)


def can_tell():
    """Whether stop() can tell of any stop there may be: a watchpoint's values,
    say, only gdb knows."""
    return all(b.type in (gdb.BP_BREAKPOINT, gdb.BP_HARDWARE_BREAKPOINT) for b in gdb.breakpoints() if b.enabled)


def stop(hit):
    """Prints what gdb was kept from printing: the breakpoint that was hit (its
    number, temporary, silent; None for none), and the frame."""
    if hit is not None:
        number, temporary, silent = hit
        if silent:
            return
        thread, many = gdb.selected_thread(), len(gdb.selected_inferior().threads()) > 1
        who = 'Thread %s "%s" hit ' % (thread.num, thread.name) if many else ""
        gdb.write("\n%s%s %d, " % (who, "Temporary breakpoint" if temporary else "Breakpoint", number))
    position()


def unit(section, end, cpu, passes, how):
    """Prints how a unit ended: "rseq: f+4 [start,end) committed on CPU 1 (1 pass)"."""
    where = " on CPU %d" % cpu if cpu is not None else ""
    note("rseq: %s %s %s%s%s (%s)" % (name(section), span(section), end, where, how, plural(passes, "pass", "passes")))


def note(text):
    """Prints a line of our own."""
    gdb.write(text + "\n")


def name(section):
    """The section's name, its address for want of one."""
    return section.name() or "%#x" % section.start


def span(section):
    """The section's half-open range of addresses."""
    return "[%#x,%#x)" % (section.start, section.end)


def place(address):
    """"<main+0x12>", or the address itself."""
    found = symbol.at(address)
    if found is None:
        return "%#x" % address
    return "<%s%s>" % (found[0], "%+#x" % found[1] if found[1] else "")


def plural(n, one, many):
    """"1 pass", "2 passes"."""
    return "%d %s" % (n, one if n == 1 else many)


def _function():
    function = gdb.newest_frame().function()
    return str(function) if function is not None else gdb.newest_frame().name()
