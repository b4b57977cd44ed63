"""Commands that show: info rseq, rseq sections, rseq threads."""

import re

import gdb

from . import area as areas
from . import context, frames, function, live, printers, sections, show

_TOLD = {
    "kernel": "The kernel reported these areas.",
    "server": "The server asked the kernel for these areas.",
    "glibc": "glibc says that it has registered these areas; the kernel cannot be asked.",
    "symbol": "These are the threads' __rseq_abi; the kernel cannot be asked.",
}


def install():
    """Defines the commands, $_rseq_section, the printers and the frame decorator."""
    InfoRseq()
    RseqSections()
    RseqThreads()
    function.install()
    printers.install()
    frames.install()


class InfoRseq(gdb.Command):
    """Show restartable sequences (rseq): those declared, and the threads' areas.
Usage: info rseq

Lists the critical sections that the program and its libraries declare, then
what each thread has registered with the kernel.  "rseq sections" and
"rseq threads" show these one by one.

A thread arms a section by storing the address of its descriptor in the thread's
rseq area; it is live while it is also inside the section.  If a live thread is
preempted, gets a signal or moves to another CPU, the kernel sends it to the
section's abort handler, which starts the section again.  Each single-step has
the same effect.

Works on a core file too."""

    def __init__(self):
        super().__init__("info rseq", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        self.dont_repeat()
        if argument:
            raise gdb.GdbError("info rseq takes no argument; \"rseq sections %s\" chooses sections." % argument)
        show_sections("")
        if gdb.selected_inferior().pid:
            gdb.write("\n")
            show_threads()


class RseqSections(gdb.Command):
    """List the critical sections that the program and its libraries declare.
Usage: rseq sections [REGEX]

With REGEX, list only those whose function, source file or object file matches.
Start is the first instruction, End the one after the last (post-commit), Abort
the abort handler; side exits are other declared addresses to leave to.

Before the program runs, addresses are those in the file, and the libraries that
it will load are not known yet."""

    def __init__(self):
        super().__init__("rseq sections", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        self.dont_repeat()
        show_sections(argument)


class RseqThreads(gdb.Command):
    """Show what each thread has registered with rseq(2), and whether it is armed.
Usage: rseq threads

Area, Size and Signature are the arguments of the registration, CPU is the number
that the kernel last wrote there.  Mode is "legacy" if the kernel writes it each
time the thread was scheduled out, "optimized" if the kernel writes it only when it
changes and the program must not.  Slice is the time slice extension: none, off, on,
and whether it is requested or granted.  Armed names the section whose descriptor
the area's rseq_cs field points to: "live" if the thread is inside it, "not inside"
if it has left; the kernel clears the field when it next checks."""

    def __init__(self):
        super().__init__("rseq threads", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        self.dont_repeat()
        if argument:
            raise gdb.GdbError("rseq threads takes no argument.")
        if not gdb.selected_inferior().pid:
            raise gdb.GdbError("The program is not being run.")
        show_threads()


def show_sections(pattern):
    """Writes the sections whose name, source or file a regular expression matches."""
    try:
        wanted = re.compile(pattern)
    except re.error as e:
        raise gdb.GdbError("\"%s\" is not a regular expression: %s." % (pattern, e))
    if not gdb.objfiles():
        raise gdb.GdbError("No program: name one with \"file\", or attach to a process.")
    if gdb.current_progspace().filename is None:
        gdb.write("gdb knows no program file to read declarations from: name it with \"file\".\n")
    found = sections.read()
    for path in found.unread:
        gdb.write("%s declares restartable sequences, but they cannot be read here.\n"
                  "\"rseqstep table\" reads files that are not linked, or of another machine.\n" % path)
    every = found.all() + _undeclared(found)
    rows = [r for r in map(_row, every) if any(wanted.search(word) for word in r[5:])]
    if rows:
        show.table(("Start", "End", "Abort", "Side exits", "Flags", "Section", "Source", "File"), rows)
    elif every:
        gdb.write("None of the %d restartable sequences matches \"%s\".\n" % (len(every), pattern))
    elif not found.unread:
        gdb.write("No restartable sequences are declared here.\n"
                  "gdb learns of one that no file declares when a thread arms it.\n")
    if not gdb.selected_inferior().pid:
        gdb.write("The program is not being run; when it runs, its addresses may differ, and its\n"
                  "libraries may declare more.\n")


def _row(section):
    return ("%#x" % section.start, "%#x" % section.end, "%#x" % section.abort,
            " ".join("%#x" % e for e in section.exits) or "-", "%#x" % section.flags,
            section.name(), show.source(section.start), show.file(section))


def _undeclared(found):
    """Sections that threads are armed for and no file declares, each once."""
    more = {}
    for thread in gdb.selected_inferior().threads():
        section = live.armed(thread)
        if section is not None and found.by_descriptor(section.descriptor) is None:
            more[section.descriptor] = section
    return sorted(more.values(), key=lambda s: s.start)


def show_threads():
    """Writes a row for each thread of the selected inferior."""
    selected = gdb.selected_thread()
    rows, notes = [], set()
    for thread in sorted(gdb.selected_inferior().threads(), key=lambda t: t.num):
        mark = "*" if selected is not None and thread.global_num == selected.global_num else " "
        name = "%s %d (%d)" % (mark, thread.num, thread.ptid[1] or thread.ptid[0])
        area, why = areas.find(thread)
        if area is None:
            known = why in (areas.NONE, areas.RUNNING)
            rows.append((name, why if known else "not known", "", "", "", "", "", ""))
            notes.add("" if known else "Not known: %s." % why)
            continue
        notes.add(_TOLD[area.source])
        rows.append((name, "%#x" % area.address, str(area.size or "-"), area.mode(),
                     "-" if area.signature is None else "%#x" % area.signature,
                     str(area.cpu_id), area.slice, show.armed(thread, area, context.pc(thread))))
    show.table(("  Thread", "Area", "Size", "Mode", "Signature", "CPU", "Slice", "Armed"), rows)
    size = areas.features()
    if size:
        gdb.write("The kernel has rseq features of %d bytes (AT_RSEQ_FEATURE_SIZE).\n" % size)
    for note in sorted(notes - {""}):
        gdb.write(note + "\n")
