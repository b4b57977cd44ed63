"""Where statements begin, as gdb's line tables say.

gdb's Python does not tell which rows of a line table are statements (DWARF 5,
6.2.2: is_stmt) before gdb 14; `maint info line-table` does in all of them. A
step ends only where a statement begins.
"""

import re

import gdb

from .. import output

# Index, line, address (gdb 14 and later: and that of the file), then IS-STMT.
_ROW = re.compile(r"^\d+ +(\d+) +(0x[0-9a-f]+)(?: 0x[0-9a-f]+)? Y\b", re.M)


class Lines:
    """Statements of the files met while a command runs."""

    def __init__(self):
        self._of = {}  # full name of a file: set of addresses

    def begins(self, address):
        """Whether a statement begins at an address."""
        sal = gdb.find_pc_line(address)
        return sal.line != 0 and sal.pc == address and address in self._statements(sal.symtab)

    def _statements(self, symtab):
        key = symtab.fullname()
        if key not in self._of:
            text = output.of("maint info line-table ^%s$" % re.escape(symtab.filename))
            self._of[key] = {int(m.group(2), 16) for m in _ROW.finditer(text) if m.group(1) != "0"}
        return self._of[key]


def of(sal):
    """File and line of a gdb.Symtab_and_line; gdb makes its objects anew each time."""
    return (sal.symtab.fullname() if sal.symtab else None, sal.line)


def chain(address):
    """The function at an address and the calls inlined into it there, outermost
    first, each as (start, end, name)."""
    out, block = [], gdb.block_for_pc(address)
    while block is not None and not block.is_static and not block.is_global:
        if block.function is not None:
            out.append((block.start, block.end, block.function.name))
        block = block.superblock
    return out[::-1]


def function(address):
    """Start and end of the function at an address; of one without a symbol, of
    the address alone."""
    found = chain(address)
    return found[0][:2] if found else (address, address + 1)
