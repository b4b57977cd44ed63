"""Pretty printers for struct rseq and struct rseq_cs, under all their names."""

import gdb
import gdb.printing

from . import sections

# The kernel's and glibc's name, librseq's, tcmalloc's.
_AREA = ("rseq", "rseq_abi", "kernel_rseq")
_DESCRIPTOR = ("rseq_cs", "rseq_abi_cs", "kernel_rseq_cs")

# enum rseq_cpu_id_state of include/uapi/linux/rseq.h.
_STATES = {-1: "not registered", -2: "registration failed"}


class AreaPrinter:
    """struct rseq: whether it is armed and for which section, then its fields."""

    def __init__(self, value):
        self._value = _plain(value)

    def to_string(self):
        """One clause: "cpu 3, armed for f+12"."""
        cpu = int(self._value["cpu_id"].cast(gdb.lookup_type("int")))
        where = _STATES.get(cpu, "cpu %d" % cpu)
        address = _word(self._value["rseq_cs"])
        if not address:
            return where + ", not armed"
        section = sections.described(address)
        return "%s, armed for %s" % (where, section.name() if section else "the descriptor at %#x" % address)

    def children(self):
        """The fields, rseq_cs as the pointer that it is."""
        for field in self._value.type.fields():
            if field.name == "rseq_cs":
                yield field.name, _pointer(_word(self._value[field]))
            elif field.name:
                yield field.name, self._value[field]


class DescriptorPrinter:
    """struct rseq_cs: the section it describes, then its fields."""

    def __init__(self, value):
        self._value = _plain(value)

    def to_string(self):
        """One clause: "section f+12, 15 bytes"."""
        size = _word(self._value["post_commit_offset"])
        if size == 0 and _word(self._value["start_ip"]) == 0:
            return "no section"
        return "section %s, %d bytes" % (sections.name_of(_word(self._value["start_ip"])), size)

    def children(self):
        """The fields, addresses as pointers."""
        for field in self._value.type.fields():
            value = self._value[field]
            yield field.name, _pointer(_word(value)) if field.name in ("start_ip", "abort_ip") else value


def _plain(value):
    """The value itself where C++ has a reference to it."""
    return value.referenced_value() if value.type.code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF) else value


def _word(value):
    """A 64-bit field as a number, also where it is a union (glibc 2.35, librseq), whose
    first 8 bytes it is."""
    if value.type.strip_typedefs().code in (gdb.TYPE_CODE_UNION, gdb.TYPE_CODE_STRUCT):
        word = gdb.selected_inferior().architecture().integer_type(64, False)
        return int(value.cast(word.array(0))[0]) if value.address is None else int(
            value.address.cast(word.pointer()).dereference())
    return int(value)


def _pointer(number):
    return gdb.Value(number).cast(gdb.lookup_type("void").pointer())


def install():
    """Registers the printers for all programs."""
    printers = gdb.printing.RegexpCollectionPrettyPrinter("rseqstep")
    for name, names, printer in (("rseq", _AREA, AreaPrinter), ("rseq_cs", _DESCRIPTOR, DescriptorPrinter)):
        printers.add_printer(name, r"^(?:.*::)?(?:%s)$" % "|".join(names), printer)
    gdb.printing.register_pretty_printer(None, printers, replace=True)
