"""The critical sections that the files of an inferior declare, read only.

read(inferior) -> Sections. All addresses are process addresses (those of gdb
expressions), or file addresses while there is no process.
"""


class Section:
    """One critical section: instructions [start, end).

    start, end  addresses; end is post_commit_ip
    abort       address of the abort handler
    exits       sorted tuple of declared side exits, without end and abort
    flags       of the descriptor
    descriptor  address of its struct rseq_cs
    objfile     gdb.Objfile that declares it, None for one known only by being armed
    """

    def __init__(self, start, end, abort, exits, flags, descriptor, objfile):
        self.start, self.end, self.abort = start, end, abort
        self.exits, self.flags = tuple(exits), flags
        self.descriptor, self.objfile = descriptor, objfile

    def inside(self, pc):
        """Whether pc is one of its instructions."""
        return self.start <= pc < self.end

    def name(self):
        """Function (or symbol) the section begins in, "" for none: "f" or "f+12"."""
        raise NotImplementedError


class Sections:
    """All sections of an inferior at one moment."""

    def all(self):
        """List of Section, sorted by start, then descriptor."""
        raise NotImplementedError

    def at(self, pc):
        """The Section that pc lies inside, or None. Of several, the first."""
        raise NotImplementedError

    def overlapping(self, lo, hi):
        """List of the Sections with an instruction in [lo, hi)."""
        raise NotImplementedError

    def by_descriptor(self, address):
        """The Section of the descriptor at this address, or None."""
        raise NotImplementedError


def read(inferior=None):
    """Sections of an inferior (the selected one by default), cached until its
    list of objfiles changes."""
    raise NotImplementedError
