"""Which of gdb's files declare critical sections, and where gdb has put them."""

import collections
import re

import gdb

from . import declared, elf, output

# One ELF section as gdb has placed it: address and size in bytes.
Part = collections.namedtuple("Part", "name address size")

# `maint info sections`: "Exec file: `/bin/x', file type …", then lines like
# " [27]     0x4080->0x40e0 at 0x00003080: __rseq_cs ALLOC LOAD DATA HAS_CONTENTS".
_COMMAND = "maint info sections -all-objects " + " ".join(declared.NAMES)
_LINE = re.compile(
    r"^[^\[`]*`(?P<path>.*)', "
    r"|^ *\[ *\d+\] +0x(?P<low>[0-9a-f]+)->0x(?P<high>[0-9a-f]+) at 0x[0-9a-f]+: (?P<name>\S+)", re.M)

# `info files`: "\t`/bin/x', file type …", then lines like
# "\t0x0000000000004080 - 0x00000000000040e0 is __rseq_cs in /lib/y.so", without the
# file's name for the program itself.
_INFO_LINE = re.compile(
    r"^\s*`(?P<path>.*)', "
    r"|^\s*0x(?P<low>[0-9a-f]+) - 0x(?P<high>[0-9a-f]+) is (?P<name>\S+)(?: in (?P<file>.*))?$", re.M)

# Distance in bytes that the instructions of a section can be from its descriptor: in the
# small and medium code models all of a file's code and data lie within 2 GiB.
_REACH = 1 << 31


class File(collections.namedtuple("File", "path parts objfile")):
    """A file with declarations: its path, its Parts and its gdb.Objfile."""

    def bias(self, f):
        """What gdb adds to the file addresses of an open elf.File, in bytes; None
        when that cannot be the file gdb has."""
        there = sorted((h.name, h.size, h.address) for h in f.sections
                       if h.name in declared.NAMES and h.size)
        here = sorted((p.name, p.size, p.address) for p in self.parts)
        if [t[:2] for t in there] != [h[:2] for h in here]:
            return None
        distances = {h[2] - t[2] for h, t in zip(here, there)}
        return distances.pop() if len(distances) == 1 else None

    def bounds(self):
        """(low, high): where the instructions of its sections must lie once they are
        relocated; before that they are at file addresses, or zero."""
        try:
            with elf.File(self.path) as f:
                bias = self.bias(f)
                if bias is not None:
                    return tuple(a + bias for a in f.extent())
        except (OSError, elf.FormatError):
            pass
        return self.parts[0].address - _REACH, self.parts[0].address + _REACH


def read():
    """Tuple of File of the selected inferior: those that declare anything. Two
    answers are equal exactly when nothing came, went or moved."""
    objfiles = [o for o in gdb.objfiles() if o.is_valid()]
    # A file made by a JIT reader plugin has no BFD, and gdb 13's `maint info
    # sections` asserts that every file has one; `info files` shows less of them.
    if any((o.filename or "<<").startswith("<<") for o in objfiles):
        found = _parse(_INFO_LINE, output.of("info files"))
    else:
        found = _parse(_LINE, output.of(_COMMAND))
    files = []
    for path, parts in found:
        objfile = next((o for o in objfiles if o.filename == path), None)
        if objfile is not None:
            objfiles.remove(objfile)  # the next of this name is another one
            if objfile.owner is None:  # not the debug information of another file
                files.append(File(path, parts, objfile))
    return tuple(files)


def _parse(pattern, text):
    """List of (path, tuple of Part) of the files with such sections, in order."""
    files, path = [], None
    for m in pattern.finditer(text):
        if m["path"] is not None:
            path = m["path"]
            files.append((path, []))
            continue
        owner = m.groupdict().get("file") or path
        if m["name"] in declared.NAMES and owner is not None:
            if files[-1][0] != owner:
                files.append((owner, []))
            low, high = int(m["low"], 16), int(m["high"], 16)
            if high > low:
                files[-1][1].append(Part(m["name"], low, high - low))
    return [(p, tuple(parts)) for p, parts in files if parts]
