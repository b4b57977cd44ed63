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
    """Show restartable sequences (rseq): a summary, and the threads' areas.
Usage: info rseq [--all] [REGEX]

Says how many critical sections each file declares, and lists those that a thread
has armed or is inside; if there are few, all of them.  --all lists all; REGEX
only those whose function, source file or object file matches.  Then it shows
what each thread has registered with the kernel.  "rseq sections" and
"rseq threads" show these one by one.  With rseqstep's server, "monitor rseq"
also tells how often each section was seen to run.

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
        words = argument.split(None, 1)
        every = bool(words) and words[0] in ("--all", "-all")
        if every:
            argument = "".join(words[1:])
        elif argument.startswith("-"):
            raise gdb.GdbError("info rseq has no option \"%s\"; it has --all." % words[0])
        if argument:
            show_sections(argument)
            return
        show_sections("", every)
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


# How many sections info rseq lists without being asked for.
_FEW = 12


def show_sections(pattern, every=True):
    """Writes the sections whose name, source or file a regular expression matches;
    unless every, a summary before and of more than a few only those where threads are."""
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
    known = found.all() + _undeclared(found)
    if not every:
        _summary(known)
    some = known if every or len(known) <= _FEW else _here(known)
    rows = [r for r in map(_row, some) if any(wanted.search(word) for word in r[5:])]
    if rows:
        show.table(("Start", "End", "Abort", "Side exits", "Flags", "Source", "File", "Section"),
                   [r[:5] + r[6:] + r[5:6] for r in rows], (4, 3, 2, 6, 1, 0, 5))
    elif known and pattern:
        gdb.write("None of the %d restartable sequences matches \"%s\".\n" % (len(known), pattern))
    elif not known and not found.unread:
        gdb.write("No restartable sequences are declared here.\n"
                  "gdb learns of one that no file declares when a thread arms it.\n")
    if len(some) < len(known):
        gdb.write("\"info rseq --all\" lists all %d, \"info rseq REGEX\" those that match.\n" % len(known))
    if not gdb.selected_inferior().pid:
        gdb.write("The program is not being run; when it runs, its addresses may differ, and its\n"
                  "libraries may declare more.\n")


def _summary(known):
    """Writes how many sections each file declares, and in how many threads are."""
    if not known:
        return
    counts = {}
    for section in known:
        counts[show.file(section)] = counts.get(show.file(section), 0) + 1
    text = "%d restartable sequence%s declared" % (len(known), " is" if len(known) == 1 else "s are")
    if len(counts) == 1:
        text = "%s declares %d restartable sequence%s" % (next(iter(counts)), len(known), "" if len(known) == 1 else "s")
    if gdb.selected_inferior().pid:
        text += "; threads are in %s" % (len(_here(known)) or "none")
    gdb.write(text + ".\n")
    if len(counts) > 1:
        show.table(("Declared", "File"), [(str(n), name) for name, n in counts.items()])
    gdb.write("\n")


def _here(known):
    """Those of some sections that a thread has armed or is inside."""
    armed, pcs = set(), []
    for thread in gdb.selected_inferior().threads():
        section = live.armed(thread)
        if section is not None:
            armed.add(section.descriptor)
        pc = context.pc(thread)
        if pc is not None:
            pcs.append(pc)
    return [s for s in known if s.descriptor in armed or any(s.inside(pc) for pc in pcs)]


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
    show.table(("  Thread", "Area", "Size", "Mode", "Signature", "CPU", "Slice", "Armed"), rows, (4, 2, 3, 6, 1, 5))
    size = areas.features()
    if size:
        gdb.write("The kernel has rseq features of %d bytes (AT_RSEQ_FEATURE_SIZE).\n" % size)
    for note in sorted(notes - {""}):
        gdb.write(note + "\n")
