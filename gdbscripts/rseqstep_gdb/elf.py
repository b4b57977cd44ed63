"""An ELF file's headers: sections, segments, symbols. No gdb in it.

All addresses are file addresses, in bytes. See elf(5). The file is read, not
mapped: one that is cut short while mapped kills its reader by SIGBUS, and gdb
is the reader here.
"""

import collections
import os
import struct

ET_REL = 1
PT_LOAD, PT_TLS = 1, 7
SHT_SYMTAB, SHT_RELA, SHT_NOBITS, SHT_REL, SHT_DYNSYM = 2, 4, 8, 9, 11
SHF_ALLOC, SHF_COMPRESSED = 0x2, 0x800
STT_TLS = 6

Header = collections.namedtuple("Header", "name type flags address offset size link info entsize")
Segment = collections.namedtuple("Segment", "type offset address file_size memory_size align")
Symbol = collections.namedtuple("Symbol", "name kind section value size")


class FormatError(Exception):
    """The bytes are not those of an ELF file, or contradict themselves."""


class File:
    """One open ELF file; use it in a `with` block. Raises OSError or FormatError."""

    def __init__(self, path):
        self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._size = os.fstat(self._fd).st_size
            self._read_headers()
        except BaseException:
            os.close(self._fd)
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._fd)

    def read(self, offset, size):
        """size bytes at a file offset; raises FormatError past the end."""
        if offset + size > self._size:
            raise FormatError("%#x bytes at %#x are not in the file" % (size, offset))
        return os.pread(self._fd, size, offset)

    def unpack(self, fields, offset):
        """struct.unpack of fields at a file offset."""
        record = struct.Struct(self.order + fields)
        data = self.read(offset, record.size)
        if len(data) < record.size:
            raise FormatError("cut short")
        return record.unpack(data)

    def data(self, header):
        """The bytes of a section."""
        return self.read(header.offset, header.size)

    def records(self, header, fields):
        """struct.iter_unpack of a section, without a rest at its end."""
        record = struct.Struct(self.order + fields)
        data = self.data(header)
        return record.iter_unpack(data[:len(data) // record.size * record.size])

    def _read_headers(self):
        ident = self.read(0, 16)
        if ident[:4] != b"\x7fELF" or ident[4] not in (1, 2) or ident[5] not in (1, 2):
            raise FormatError("not an ELF file")
        self.wide = ident[4] == 2
        self.order = "<" if ident[5] == 1 else ">"
        (self.type, self.machine, _, _, phoff, shoff, _, _, phentsize, phnum, shentsize, shnum,
         shstrndx) = self.unpack("HHIQQQIHHHHHH" if self.wide else "HHIIIIIHHHHHH", 16)
        self.sections = self._sections(shoff, shentsize, shnum, shstrndx)
        if phnum == 0xffff and self.sections:  # PN_XNUM: section 0 says
            phnum = self.sections[0].info
        self._fits(phnum, phentsize, "program")
        self.segments = [self._segment(phoff + i * phentsize) for i in range(phnum)]

    def _fits(self, number, entsize, kind):
        """Refuses headers that the file has no room for; a size of 0 would fit any number."""
        if number * max(entsize, 32) > self._size:
            raise FormatError("%d %s headers do not fit into the file" % (number, kind))

    def _sections(self, shoff, entsize, number, names):
        if shoff == 0:  # sstrip took them
            return []
        first = self._section(shoff)
        number = number or first.size  # too many for the field: section 0 says
        if names == 0xffff:  # SHN_XINDEX
            names = first.link
        self._fits(number, entsize, "section")
        raw = [self._section(shoff + i * entsize) for i in range(number)]
        strings = self.data(raw[names]) if names < len(raw) else b""
        return [h._replace(name=string(strings, h.name)) for h in raw]

    def _section(self, at):
        name, kind, flags, address, offset, size, link, info, _, entsize = self.unpack(
            "IIQQQQIIQQ" if self.wide else "IIIIIIIIII", at)
        return Header(name, kind, flags, address, offset, size, link, info, entsize)

    def _segment(self, at):
        if self.wide:
            kind, _, offset, address, _, file_size, memory_size, align = self.unpack("IIQQQQQQ", at)
        else:
            kind, offset, address, _, file_size, memory_size, _, align = self.unpack("IIIIIIII", at)
        return Segment(kind, offset, address, file_size, memory_size, align)

    def at(self, address, size):
        """size bytes at a file address, None where the file has none."""
        for s in self.segments:
            if s.type == PT_LOAD and s.address <= address and address + size <= s.address + s.file_size:
                return self.read(s.offset + address - s.address, size)
        return None

    def extent(self):
        """(lowest, highest + 1) of the addresses the file occupies; (0, 0) for none."""
        loads = [s for s in self.segments if s.type == PT_LOAD]
        if not loads:
            return 0, 0
        return min(s.address for s in loads), max(s.address + s.memory_size for s in loads)

    def symbols(self, table):
        """The Symbols of a symbol table's Header, in order; name is an offset."""
        if self.wide:
            for name, info, _, section, value, size in self.records(table, "IBBHQQ"):
                yield Symbol(name, info & 0xf, section, value, size)
        else:
            for name, value, size, info, _, section in self.records(table, "IIIBBH"):
                yield Symbol(name, info & 0xf, section, value, size)

    def find_symbol(self, name, kind):
        """The defined Symbol of a name and an STT_ kind, or None."""
        for table in self.sections:
            if table.type in (SHT_SYMTAB, SHT_DYNSYM) and table.link < len(self.sections):
                strings = self.data(self.sections[table.link])
                for s in self.symbols(table):
                    if s.kind == kind and s.section and string(strings, s.name) == name:
                        return s
        return None


def string(strings, at):
    """The string at an offset of a string table's bytes."""
    end = strings.find(b"\0", at)
    return strings[at:end].decode("utf-8", "replace") if end >= at else ""
