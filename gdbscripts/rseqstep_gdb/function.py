"""The convenience function $_rseq_section."""

import gdb

from . import live, sections


class RseqSection(gdb.Function):
    """The name of the critical section that an address lies inside, or "".
Usage: $_rseq_section ([ADDRESS])

Without ADDRESS: of the selected frame's own.  Of use in conditions:

  break helper if $_strlen ($_rseq_section ()) > 0

The name is the function in which the section begins and how far behind its
first byte, such as "count_one+48"; a section without a symbol is called by its
address."""

    def __init__(self):
        super().__init__("_rseq_section")

    def invoke(self, *address):
        if len(address) > 1:
            raise gdb.GdbError("$_rseq_section takes one address.")
        try:
            pc = (int(address[0].cast(gdb.lookup_type("unsigned long"))) if address
                  else gdb.selected_frame().pc())
        except gdb.error as e:
            raise gdb.GdbError(str(e))
        section = sections.read().at(pc)
        thread = gdb.selected_thread()
        if section is None and thread is not None:
            armed = live.armed(thread)
            section = armed if armed is not None and armed.inside(pc) else None
        return section.name() if section is not None else _empty()


def _empty():
    """The string "": of Python's own, gdb 13 makes an array that prints as 0x0."""
    try:
        return gdb.Value(b"\0", gdb.lookup_type("char").array(0))
    except gdb.error:  # a language without that type
        return ""


def install():
    """Defines the function."""
    RseqSection()
