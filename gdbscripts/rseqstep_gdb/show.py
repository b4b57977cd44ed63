"""Text for gdb's console: tables, and what sections and threads are called.

gdb.write goes through gdb's pager, so `set height` and `set pagination` hold.
"""

import os

import gdb

from . import live


def table(header, rows, spare=()):
    """Writes rows of strings under a header, columns two spaces apart. Where gdb's
    width is too small, columns are left out in the order of spare, a tuple of their
    indexes; a line says what all rows say in them, or that they are missing."""
    widths = [max(len(line[i]) for line in [header] + rows) for i in range(len(header))]
    left, width = [], gdb.parameter("width") or 0
    for i in spare:
        room = sum(w + 2 for n, w in enumerate(widths) if n not in left) - 2
        if width and room > width:
            left.append(i)
    for line in [header] + rows:
        gdb.write("  ".join(cell.ljust(widths[i]) for i, cell in enumerate(line) if i not in left).rstrip() + "\n")
    same, missing = [], []
    for i in sorted(left):
        values = {row[i] for row in rows} - {""}
        if len(values) > 1:
            missing.append(header[i])
        elif values - {"-", "0x0"}:
            same.append("%s %s" % (header[i], values.pop()))
    if same:
        gdb.write("In all rows: %s.\n" % ", ".join(same))
    if missing:
        gdb.write("No room for: %s (\"set width 0\" shows all).\n" % ", ".join(missing))


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
