"""What a command of gdb's prints, for code that reads it."""

import re

import gdb

# An output record of GDB/MI: ~"console", @"target" or &"log", a C string each.
_RECORD = re.compile(r'^[~@&]"((?:[^"\\\n]|\\.)*)"\n', re.M)

# What tells a front end of the program and of gdb meanwhile: a result ("^running"),
# an asynchronous record ("*stopped,…", "=breakpoint-modified,…") or the prompt.
_NEWS = re.compile(r'^(?:[*^=+][a-z-]+(?:,.*)?|\(gdb\) )\n', re.M)

# The escapes of gdb's ui_file::printchar (gdb/ui-file.c): these letters, the
# octal number of a byte, and the character itself.
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
_LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f", b"e": b"\x1b", b"a": b"\a"}


def of(command):
    """The text that a command prints, whoever reads gdb's own output. Raises
    gdb.error when the command fails.

    Under a front end gdb 18.1 gives the records that it would have sent to that
    (gdb 16.3 gives plain text), for some of the lines: those that a command prints
    by way of a table are plain text in both."""
    return unwrapped(gdb.execute(command, to_string=True))


def unwrapped(text):
    """text with the contents of its MI output records in their places, and without
    its other records."""
    return _RECORD.sub(lambda m: _plain(m.group(1)), _NEWS.sub("", text))


def _plain(string):
    """What the inside of an MI C string stands for; a byte that is no UTF-8 becomes
    the replacement character."""
    return _ESCAPE.sub(_escaped, string.encode("utf-8", "surrogateescape")).decode("utf-8", "replace")


def _escaped(m):
    said = m.group(1)
    if len(said) == 3:
        return bytes([int(said, 8) & 0xff])
    return _LETTERS.get(said, said)
