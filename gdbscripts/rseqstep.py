"""gdb steps over Linux restartable sequences (rseq): the entry.

Either `source rseqstep.py` in gdb, or `python import rseqstep` with this folder
on sys.path. It defines the commands under `rseq`; nothing of the debugged
program changes before one of them is used. Reading it again does nothing.
"""

import os
import sys


def _folder():
    """The directory of this file; gdb sets __file__ for both ways of reading it."""
    return os.path.dirname(os.path.abspath(os.path.expanduser(__file__)))


if _folder() not in sys.path:
    sys.path.insert(0, _folder())

import gdb  # noqa: E402: the next import is found through the line above
import rseqstep_gdb  # noqa: E402

try:
    rseqstep_gdb.install()
except gdb.GdbError as e:  # a sentence, not a trace of calls
    gdb.write("%s\n" % e, gdb.STDERR)
