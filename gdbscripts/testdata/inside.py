"""Stops the program in the middle of its first section, natively and live."""

import gdb
from rseqstep_gdb import sections

gdb.execute("set print frame-arguments none")
gdb.execute("break main", to_string=True)
gdb.execute("run", to_string=True)
gdb.execute("delete")
section = sections.read().all()[0]
# The second instruction: a hardware breakpoint there aborts the section only on the way on.
second = gdb.selected_frame().architecture().disassemble(section.start, count=2)[1]["addr"]
gdb.execute("hbreak *%#x" % second, to_string=True)
gdb.execute("continue", to_string=True)
