"""The commands `rseq …` for gdb: install() defines them all, once.

sections, area and live read; info shows what they read; switch hands the process
to `rseqstep gdbserver`, and the commands of stepping let it do so; warn looks at breakpoints.
"""

import importlib

import gdb

OLDEST_GDB = 12

# Modules that define commands, in the order in which help should find them.
_PARTS = ("info", "warn", "switch")

_installed = False


def install():
    """Defines the prefix command `rseq` and what belongs under it. Does nothing
    the second time. Raises gdb.GdbError in a gdb that is too old."""
    global _installed
    if _installed:
        return
    if _major(gdb.VERSION) < OLDEST_GDB:
        raise gdb.GdbError("rseqstep needs gdb %d or later; this is gdb %s." % (OLDEST_GDB, gdb.VERSION))
    Rseq()
    for part in _PARTS:
        importlib.import_module("." + part, __name__).install()
    _installed = True
    gdb.set_convenience_variable("rseqstep", 1)  # check.gdb looks for it


def _major(version):
    """The first number of gdb's version: 13 for "13.1" and "Fedora Linux 13.2-1.fc38"."""
    for word in version.replace("-", " ").split():
        if word[0].isdigit():
            return int(word.split(".")[0])
    return OLDEST_GDB  # a name without a number is a build from source


class Rseq(gdb.Command):
    """Restartable sequences (rseq): see them, and step over them as units.

A restartable sequence, or section, is a short run of instructions that the
kernel restarts from the beginning when the thread is interrupted in it.  A
debugger that steps its instructions one by one interrupts it at each of them."""

    def __init__(self):
        super().__init__("rseq", gdb.COMMAND_RUNNING, prefix=True)

    def invoke(self, argument, from_tty):
        if argument:
            raise gdb.GdbError('Undefined rseq command: "%s".  Try "help rseq".' % argument.split()[0])
        gdb.execute("help rseq")
