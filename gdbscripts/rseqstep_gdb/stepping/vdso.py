"""The vDSO: where it lies, and what its functions are called.

Its clock functions read a sequence count, the time, and the count again: a
thread that is stopped in between finds it changed and reads once more, for
ever when it is stepped. So a call of one is a unit, from its first instruction
to its return.
"""

import gdb

from .. import symbol


class VDSO:
    """Address range of the vDSO of one process; empty where it has none."""

    def __init__(self):
        self._pid, self._range = None, range(0)

    def inside(self, pc):
        """Whether pc is in the selected inferior's vDSO."""
        pid = gdb.selected_inferior().pid
        if pid != self._pid:
            self._pid, self._range = pid, _mapped(pid)
        return pc in self._range

    def forget(self):
        """The process became another program."""
        self._pid = None


def _mapped(pid):
    """See proc_pid_maps(5)."""
    try:
        with open("/proc/%d/maps" % pid) as maps:
            for line in maps:
                if line.rstrip().endswith("[vdso]"):
                    low, high = line.split()[0].split("-")
                    return range(int(low, 16), int(high, 16))
    except OSError:
        pass  # a core file, or another machine's process
    return range(0)


def name(pc):
    """Name of the function at pc."""
    found = symbol.at(pc)
    return found[0] if found else "%#x" % pc
