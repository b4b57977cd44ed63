"""What gdb calls an address: the symbol at or before it.

gdb's `info symbol` says the same, but in gdb 16.3 and 18.1 it ends gdb with an
internal error where the program has no section headers. Asked here is what gdb
adds to a pointer that it prints.
"""

import re

import gdb

# "0x401136 <main+4>"; a name may have any character, as in "operator+". A part of
# a function that lies before its entry is "<main-45>".
_PRINTED = re.compile(r"0x[0-9a-f]+ <(.*?)([+-]\d+)?>$")


def at(address):
    """(name, signed offset in bytes) of the symbol that an address of the selected inferior
    belongs to; None where gdb knows none."""
    pointer = gdb.Value(address).cast(gdb.lookup_type("void").pointer())
    m = _PRINTED.match(pointer.format_string(symbols=True, address=True))
    return (m.group(1), int(m.group(2) or 0)) if m else None
