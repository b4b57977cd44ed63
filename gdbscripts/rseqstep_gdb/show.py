"""Text for gdb's console: tables, and what sections and threads are called.

gdb.write goes through gdb's pager, so `set height` and `set pagination` hold.
"""

import os

import gdb

from . import live


def table(header, rows):
    """Writes rows of strings under a header, columns two spaces apart."""
    lines = [header] + rows
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    for line in lines:
        gdb.write("  ".join(cell.ljust(w) for cell, w in zip(line, widths)).rstrip() + "\n")


def source(address):
    """"file.c:12" of an address, "-" where no line is known."""
    line = gdb.find_pc_line(address)
    if line.symtab is None or not line.line:
        return "-"
    return "%s:%d" % (os.path.basename(line.symtab.filename), line.line)


def file(section):
    """The path of the file that declares a Section."""
    if section.objfile is None or not section.objfile.is_valid():
        return "(no file declares it)"
    return section.objfile.filename


def armed(thread, area, pc):
    """What the rseq_cs field of a thread's Area says: "no", "f+12, live",
    "f+12, not inside" or an address that is not a descriptor's."""
    if not area.rseq_cs:
        return "no"
    section = live.section_of(thread, area)
    if section is None:
        return "%#x, not a descriptor" % area.rseq_cs
    return "%s, %s" % (section.name(), "live" if pc is not None and section.inside(pc) else "not inside")
