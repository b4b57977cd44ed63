"""`rseq on` and `rseq off`: gdb's own commands on a server of ours, or on gdb's
native target again."""

import gdb

from . import carry, child, handover, live, output, server, settings, start, stepping


def install():
    """Defines `rseq on`, `rseq off` and the settings."""
    switch = Switch()
    settings.SetRseq()
    settings.ShowRseq(switch.sentence)
    settings.Auto(switch.auto)
    switch.wish = settings.Binary()
    On(switch)
    Off(switch)
    start.Prepare(switch)
    stepping.install(switch)
    if _truth("$rseq_auto"):
        gdb.execute("set rseq auto on")


def _truth(name):
    value = gdb.convenience_variable(name[1:])
    return value is not None and bool(int(value))


class On(gdb.Command):
    """Make gdb's own commands aware of restartable sequences.

Starts rseqstep's server on this machine and makes it gdb's target: next, step,
stepi, until, finish, continue and the others then run each restartable sequence
and vDSO function as a unit, in one step.  run, start and attach work as always,
and breakpoints stay.  If gdb is debugging a process, the server takes it over
while it stays stopped.  "rseq off" undoes this.  "monitor help" lists the server's
own commands."""

    def __init__(self, switch):
        self._switch = switch
        super().__init__("rseq on", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        self.dont_repeat()
        _no_argument(argument)
        self._switch.on()
        _say([self._switch.sentence()])


class Off(gdb.Command):
    """Undo "rseq on": gdb itself steps again, and keeps the process that it debugs."""

    def __init__(self, switch):
        self._switch = switch
        super().__init__("rseq off", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        self.dont_repeat()
        _no_argument(argument)
        self._switch.off()
        _say([self._switch.sentence()])


def _no_argument(argument):
    if argument.strip():
        raise gdb.GdbError("No argument is expected.")


class Switch:
    """Whether rseq is on, and what has to be undone then."""

    def __init__(self):
        self.wish = None  # settings.Binary
        self._default = False  # `set rseq auto on`, and no `rseq off` since
        self._server = None
        self._connection = None
        self._kept = settings.Kept()
        self._files = {}  # what we have the server run, by the inferior's number
        self._launched = set()  # processes that we attached gdb to and that it had launched
        self._owed = {}  # signals queued for threads that have not gone on since
        gdb.events.cont.connect(lambda event: self._owed.clear())
        gdb.events.connection_removed.connect(self._removed)
        gdb.events.new_objfile.connect(lambda event: self._follow_file())
        gdb.events.before_prompt.connect(self._before_prompt)
        gdb.events.gdb_exiting.connect(self._exiting)

    def sentence(self):
        """The state, in a sentence."""
        if self._server:
            return "rseq is on: gdb's commands run each restartable sequence as a unit."
        return "rseq is off: gdb's own stepping restarts restartable sequences."

    def auto(self, wanted):
        """The effect of `set rseq auto`."""
        self._default = wanted
        if wanted:
            start.hook()
        if wanted and not self._server and not gdb.selected_inferior().pid:
            self.on()

    def needed(self):
        """Turns it on, unless it is on, or gdb's target is a server of ours that a user has started."""
        thread = gdb.selected_thread()
        if self._server or thread is not None and server.configuration(thread) is not None:
            return
        self.on()
        _say([self.sentence()])

    def prepare(self, starts):
        """What has to be done before a program is started (starts) or attached to."""
        inferior = gdb.selected_inferior()
        if self._default and not self._server and (not inferior.pid or inferior.connection.type == "core"):
            self._serve(child.Server(child.binary(self.wish.value)))
        if self._server and (inferior.connection is None or inferior.connection == self._connection):
            _check_mode()
            self._follow_file()
            if starts and not _remote_file():
                raise gdb.GdbError("No executable file specified.\nUse the \"file\" or \"exec-file\" command.")
            server.send(start.packet())

    def refuse_checkpoint(self):
        """Raises gdb.GdbError where `checkpoint` would leave a second process running:
        gdb knows what to do with it only if the target is its own."""
        if self._server and gdb.selected_inferior().connection == self._connection:
            raise gdb.GdbError("checkpoint works with gdb's own target only: \"rseq off\" first.")

    def on(self):
        """The command."""
        if self._server:
            raise gdb.GdbError("rseq is on already.")
        inferior = gdb.selected_inferior()
        _check_target(inferior)
        start.hook()
        program = child.binary(self.wish.value)
        if not inferior.pid:
            self._serve(child.Server(program))
            return
        with handover.quietly() as stdout, handover.in_place(inferior.pid):
            said = self._adopt(inferior, program, stdout)
        _say(said)

    def _serve(self, new):
        """Connects to a server. On failure it restores everything."""
        self._server = new
        try:
            if self._kept_sysroot():
                self._kept.change("sysroot", "/")
            self._kept.change("remotetimeout", child.PATIENCE)
            gdb.execute("target extended-remote " + new.address, to_string=True)
            self._connection = gdb.selected_inferior().connection
            self._follow_file()
        except BaseException:
            self._gone()
            raise
        new.forget_folder()

    @staticmethod
    def _kept_sysroot():
        """Whether libraries would be read through the server, which is slow and
        no other than reading them here."""
        return gdb.parameter("sysroot") in ("target:", "remote:")

    def _adopt(self, inferior, program, stdout):
        """Hands the process over to a server."""
        pid, launched = inferior.pid, not inferior.was_attached or inferior.pid in self._launched
        live = _live_threads(inferior)
        carried = carry.Carried(inferior, self._owed)
        handover.let_go(pid)
        try:
            self._serve(child.Server(program, stdout, pid, launched))
        except gdb.error as e:
            handover.take_natively(pid)
            if launched:
                self._launched.add(pid)
            carried.put_back(inferior)
            raise gdb.GdbError("%s\nThe process is gdb's own again." % e)
        self._launched.discard(pid)
        return carried.put_back(inferior) + live

    def off(self):
        """The command."""
        if not self._server:
            raise gdb.GdbError("rseq is off already.")
        self._default = False
        inferior = gdb.selected_inferior()
        if inferior.connection != self._connection:
            raise gdb.GdbError("First select the inferior for which rseq is on.")
        if not inferior.pid:
            gdb.execute("disconnect", to_string=True)
            return
        _check_stopped(inferior)
        with handover.quietly(), handover.in_place(inferior.pid):
            said = self._take_back(inferior)
        _say(said)

    def _take_back(self, inferior):
        """Hands the process over to gdb's native target."""
        pid = inferior.pid
        launched = not inferior.was_attached
        live = _live_threads(inferior)
        carried = carry.Carried(inferior, self._owed)
        gdb.execute("monitor rseq drop-signals", to_string=True)  # put back below, where they are to be passed
        handover.let_go(pid)
        # The server stays until the stop is over: it may be the process's parent,
        # and its end would kill it. See _exit(3), "orphaned process group".
        old, self._server = self._server, None
        try:
            gdb.execute("disconnect", to_string=True)
            handover.take_natively(pid)
        finally:
            old.stop()
        if launched:
            self._launched.add(pid)
        return carried.put_back(inferior) + live

    def _removed(self, event):
        if self._connection is not None and event.connection == self._connection:
            self._gone()

    def _gone(self):
        """Drops a server, and restores the settings that were changed for it."""
        old, self._server, self._connection = self._server, None, None
        self._kept.restore()
        if old:
            old.stop()

    def _before_prompt(self):
        """The user may have changed the file, and hooks."""
        self._follow_file()
        if self._server or self._default:
            start.hook()

    def _follow_file(self):
        """Has the server run what gdb would in this inferior: `file` may have been used
        since."""
        if not self._server:
            return
        inferior, program = gdb.selected_inferior().num, _program()
        if _remote_file() in ("", self._files.get(inferior)) and program:
            if _remote_file() != program:
                self._kept.change("remote exec-file", program)
            self._files[inferior] = program

    def _exiting(self, event):
        """Kills what gdb launched and only we have attached it to: quitting
        would leave it running."""
        for inferior in gdb.inferiors():
            if inferior.pid in self._launched and inferior.was_attached:
                gdb.execute("kill inferiors %d" % inferior.num, to_string=True)


def _remote_file():
    """What the server is to run in the selected inferior, "" for what gdb does not know or
    is not set. gdb 13 gives Python the value of the inferior for which it was set last; gdb
    18 shows it in a sentence."""
    value = gdb.parameter("remote exec-file")
    said = output.of("show remote exec-file").strip()
    return value if value and (said == value or '"%s"' % value in said) else ""


def _program():
    return gdb.current_progspace().filename or ""


def _check_target(inferior):
    """Raises gdb.GdbError if rseq cannot be turned on."""
    connection = inferior.connection
    if connection is not None and connection.type != "native":
        raise gdb.GdbError("This inferior's target is \"%s\", not a process on this machine that gdb runs itself: \"disconnect\""
                           " (or \"core-file\") first." % connection.type)
    _check_mode()
    _check_stopped(inferior)


def _check_mode():
    """Raises gdb.GdbError in non-stop mode."""
    if gdb.parameter("non-stop"):
        raise gdb.GdbError("rseq works in all-stop mode only, because rseqstep may have to stop the other threads while"
                           " a section runs: \"set non-stop off\" or \"rseq off\" first.")


def _check_stopped(inferior):
    if any(t.is_running() for t in inferior.threads()):
        raise gdb.GdbError("The program is running: \"interrupt\" it first.")
    # The call's return address is on the program's stack, with a breakpoint of gdb's
    # that gdb drops when it detaches: the return would then crash the program.
    calls = output.of("maint print dummy-frames")
    if inferior.pid and "ptid=%d." % inferior.pid in calls:  # it lists those of processes that have ended as well
        raise gdb.GdbError("A function that you have called in the program has not returned: \"finish\" it first, or leave it"
                           " with \"return\" in the frame <function called from gdb>.")


def _live_threads(inferior):
    """Sentences about threads that are live: inside the section that they have armed."""
    said = []
    for thread in inferior.threads():
        section = live.live(thread)
        if section:
            said.append("Thread %d is inside the critical section %s, which restarts when the thread continues,"
                        " as it would have anyway." % (thread.num, section.name() or hex(section.start)))
    return said


def _say(lines):
    for line in lines:
        gdb.write(line + "\n")
