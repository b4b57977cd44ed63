"""What gdb forgets at a handover, and how the script restores it: the
selected thread and frame, signals that threads have stopped for, watchpoints on
local variables and breakpoints of one thread."""

import gdb

from . import output

WATCHPOINTS = {
    gdb.BP_HARDWARE_WATCHPOINT: "watch",
    gdb.BP_WATCHPOINT: "watch",
    gdb.BP_READ_WATCHPOINT: "rwatch",
    gdb.BP_ACCESS_WATCHPOINT: "awatch",
}

# Signals that the instruction at the PC raises again (signal(7)).
FAULTS = ("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL")

MOST_FRAMES = 64  # how far out a watched local is looked for


class Carried:
    """State that must survive one handover. Created while the process is still
    gdb's; put_back() is called when it is again. A thread is known by its id in
    the kernel."""

    def __init__(self, inferior, owed):
        """owed holds, by thread, the signals that an earlier put_back() has queued
        and no resumed thread has got yet: gdb does not report them."""
        self._owed = owed
        thread = gdb.selected_thread()
        self._lwp = thread.ptid[1]
        self._level = gdb.selected_frame().level()
        self._names = {t.ptid[1]: t.name for t in inferior.threads() if t.name}
        by_number = {t.global_num: t.ptid[1] for t in inferior.threads()}
        self._points = [_Point(b, by_number) for b in gdb.breakpoints() if _at_risk(b)]
        self._signals = {}
        for t in inferior.threads():
            t.switch()
            name, again = owed.get(t.ptid[1]), False
            if not name:
                name, again = _stopped_for()
            if name:
                gdb.execute("queue-signal 0", to_string=True)  # otherwise the detach would deliver it
            if name and not again:
                self._signals[t.ptid[1]] = name
        thread.switch()
        self._select(self._level)

    def put_back(self, inferior):
        """Returns sentences about what is not as it was."""
        said = []
        threads = {t.ptid[1]: t for t in inferior.threads()}
        for lwp, name in self._signals.items():
            if lwp in threads:
                threads[lwp].switch()
                gdb.execute("queue-signal " + name, to_string=True)
        self._owed.clear()
        self._owed.update(self._signals)
        for p in self._points:
            said += p.put_back(threads)
        if self._lwp in threads:
            threads[self._lwp].switch()
            self._select(self._level)
        return said

    @staticmethod
    def _select(level):
        gdb.execute("frame %d" % level, to_string=True)


def _stopped_for():
    """The signal that the selected thread has stopped for and that it is to get
    when it goes on, None for none; and whether that comes again by itself."""
    try:
        info = gdb.parse_and_eval("$_siginfo")
        number, code = int(info["si_signo"]), int(info["si_code"])
    except gdb.error:
        return None, False  # no stop of its own
    words = _signal_words(number)
    if not words or words[0] in ("SIGTRAP", "SIGSTOP", "SIGCONT") or words[3] != "Yes":
        return None, False
    return words[0], words[0] in FAULTS and code > 0


def _signal_words(number):
    """A row of gdb's signal table, by Linux's number: name, stop, print, pass, description."""
    import signal
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = "SIG%d" % number  # a real-time signal
    return signal_row(name)


def signal_row(name):
    """A row of gdb's signal table: name, stop, print, pass, description."""
    try:
        lines = output.of("info signals " + name).splitlines()
    except gdb.error:
        return None
    return lines[1].split(None, 4) if len(lines) > 1 else None


def _at_risk(b):
    """Whether gdb may delete a breakpoint when its process is let go."""
    return b.visible and b.number > 0 and (b.type in WATCHPOINTS or b.thread is not None)


class _Point:
    """One breakpoint or watchpoint that gdb may delete."""

    def __init__(self, b, lwps):
        self._b, self._number, self._type = b, b.number, b.type
        self._where = b.expression if b.type in WATCHPOINTS else b.location
        self._lwp = lwps.get(b.thread) if b.thread is not None else None
        self._enabled, self._silent, self._temporary = b.enabled, b.silent, b.temporary
        self._condition, self._commands, self._ignore = b.condition, b.commands, b.ignore_count

    def put_back(self, threads):
        """Makes it anew if it is gone, and says so."""
        if self._there() or not self._where:
            return []
        thread = ""
        if self._lwp is not None:
            if self._lwp not in threads:
                return ["Breakpoint %d was of a thread that has ended." % self._number]
            thread = " thread %d" % threads[self._lwp].num
        before = {b.number for b in gdb.breakpoints()}
        try:
            if self._type in WATCHPOINTS:
                self._find_frame()
                gdb.execute("%s %s%s" % (WATCHPOINTS[self._type], self._where, thread), to_string=True)
            else:
                verb = "tbreak" if self._temporary else "break"
                gdb.execute("%s %s%s" % (verb, self._where, thread), to_string=True)
        except gdb.error as e:
            return ["%s %d (%s) is gone: %s" % (self._kind(), self._number, self._where, e)]
        new = [b for b in gdb.breakpoints() if b.number not in before][0]
        new.enabled, new.silent, new.ignore_count = self._enabled, self._silent, self._ignore
        if self._condition:
            new.condition = self._condition
        if self._commands:
            new.commands = self._commands
        return ["%s %d (%s) is now number %d." % (self._kind(), self._number, self._where, new.number)]

    def _there(self):
        """Whether gdb still has it. One of a thread that has gone stays valid for a
        while, hidden; only gdb's list tells."""
        if not self._b.is_valid():
            return False
        listed = output.of("info breakpoints %d" % self._number)
        return listed.startswith("Num")

    def _kind(self):
        return "Watchpoint" if self._type in WATCHPOINTS else "Breakpoint"

    def _find_frame(self):
        """Selects the innermost frame that knows the watched local: gdb does not
        tell which one it was."""
        frame = gdb.newest_frame()
        for _ in range(MOST_FRAMES):
            if frame is None:
                break
            frame.select()
            try:
                gdb.parse_and_eval(self._where).fetch_lazy()
                return
            except gdb.error:
                pass
            frame = frame.older()

