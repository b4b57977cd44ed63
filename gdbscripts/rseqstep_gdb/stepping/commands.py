"""Commands that move a process of gdb's own native target, sections as units."""

import gdb

from . import line_step, quiet, running, safe, settings, show, travel, vdso

_SERVERS = ("remote", "extended-remote")


class Session:
    """What outlives a command."""

    def __init__(self):
        self.standing, self.clock, self.told = quiet.Standing(), vdso.VDSO(), set()
        gdb.events.new_objfile.connect(lambda _: self.clock.forget())


class Moving(gdb.Command):
    """A command that moves the selected thread; the others are made from it."""

    def __init__(self, name, session, own):
        super().__init__("rseq " + name, gdb.COMMAND_RUNNING)
        self._session, self._own = session, own

    def invoke(self, argument, from_tty):
        """Carries the command out, and shows where the thread stands then."""
        del from_tty
        if on_server():
            gdb.execute("%s %s" % (self._own, argument))
            return
        thread = selected()
        try:
            with settings.quietly(), safe.Keeper(self._session.told) as keeper:
                place = show.Place()
                traveller = travel.Traveller(thread, keeper, self._session.standing, self._session.clock)
                stop = self.move(traveller, argument)
        except gdb.error as error:  # a GdbError is shown without Python's own words
            raise gdb.GdbError(str(error)) from error
        if stop.kind in (running.STEPPED, running.ARRIVED):
            thread.switch()
            with settings.quietly():
                show.position(place)

    def move(self, traveller, argument):
        """Moves. Returns running.Stopped."""
        raise NotImplementedError


def repeated(argument, move):
    """Calls move as often as the argument says (once for none), as long as each
    ends as it should."""
    stop = running.Stopped(running.STEPPED)
    for _ in range(int(gdb.parse_and_eval(argument)) if argument else 1):
        stop = move()
        if stop.kind != running.STEPPED:
            break
    return stop


class Stepi(Moving):
    """Step one instruction, a whole restartable sequence or vDSO call as one.
Usage: rseq stepi [N]"""

    def move(self, traveller, argument):
        return repeated(argument, traveller.instruction)


class Nexti(Moving):
    """Step one instruction, but go over calls; sections are units.
Usage: rseq nexti [N]"""

    def move(self, traveller, argument):
        return repeated(argument, lambda: traveller.instruction(over=True))


class Step(Moving):
    """Step until another source line, into functions, at native speed.
Usage: rseq step [N]"""

    def move(self, traveller, argument):
        return repeated(argument, lambda: line_step.step(traveller, True))


class Next(Moving):
    """Step until another source line, over calls, at native speed.
Usage: rseq next [N]"""

    def move(self, traveller, argument):
        return repeated(argument, lambda: line_step.step(traveller, False))


class Continue(Moving):
    """Continue, with breakpoints inside restartable sequences kept safe.
Usage: rseq continue [N]

N is how often the breakpoint the thread stands at is to be met, as in
`continue N`."""

    def move(self, traveller, argument):
        stop = traveller.past_arming()
        if stop is not None:
            return stop
        return traveller.run("continue %s" % argument if argument else "continue")


class Finish(Moving):
    """Run until the selected frame returns, with breakpoints inside kept safe.
Usage: rseq finish"""

    def move(self, traveller, argument):
        frame = gdb.selected_frame()
        return traveller.run("finish", before=frame.select)


class Until(Moving):
    """Like `rseq next`, but does not go back in the function (out of loops); with
a place, run until that or until the frame returns.
Usage: rseq until [LOCATION]"""

    def move(self, traveller, argument):
        if argument:
            frame = gdb.selected_frame()
            return traveller.run("until " + argument, before=frame.select)
        return line_step.back(traveller)


def selected():
    """The selected thread, of a live process of gdb's own."""
    thread = gdb.selected_thread()
    if thread is None or not thread.is_valid():
        raise gdb.GdbError("The program is not being run.")
    if gdb.selected_inferior().connection.type != "native":
        raise gdb.GdbError("This process is not of gdb's native target. For a remote one let `rseqstep gdbserver` be the server.")
    return thread


def on_server():
    """Whether our own server steps: gdb's commands are right as they are."""
    connection = gdb.selected_inferior().connection
    if connection is None or connection.type not in _SERVERS:
        return False
    try:
        gdb.execute("monitor rseq", to_string=True)
    except gdb.error:
        return False
    return True
