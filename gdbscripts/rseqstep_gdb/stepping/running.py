"""One command of gdb's that runs the program, and what stopped it."""

import gdb

from . import settings, show, trap

ARRIVED = "arrived"  # the selected thread is at a trap of ours, and at nothing else
STEPPED = "stepped"  # gdb's own step came to its end
OTHER = "other"      # something of the user's; gdb has told it
GONE = "gone"        # the thread or the program has ended; gdb has told it


class Stopped:
    """kind as above; traps: the ones of ours that were hit."""

    def __init__(self, kind, traps=()):
        self.kind, self.traps = kind, list(traps)

    def only(self, kind):
        """Whether traps of that class alone were hit."""
        return self.kind == ARRIVED and bool(self.traps) and all(isinstance(t, kind) for t in self.traps)


def go(command="continue", held_back=False):
    """Carries out a command that runs the program. What gdb prints is seen, but
    for where a `stepi` ends; held_back: and for the threads it switches to on
    the way. Raises gdb.error when gdb cannot run it."""
    seen = []
    steps = command.startswith("stepi")
    unseen = steps and show.can_tell()
    gdb.events.stop.connect(seen.append)
    try:
        with settings.changed(*([("suppress-cli-notifications", "on")] if unseen else [])):
            text = gdb.execute(command, to_string=held_back)
    finally:
        gdb.events.stop.disconnect(seen.append)
    stop = _told(seen, steps)
    if held_back:
        # Stops themselves are not held back by to_string (gdb 13), threads that
        # come and go are, and whom gdb switches to: news only if it is the user's.
        gdb.write("".join(line for line in text.splitlines(True) if stop.kind == OTHER or not line.startswith("[Switching to ")))
    if unseen and stop.kind == OTHER:
        show.stop(seen[-1] if seen else None)
    return stop


def _told(seen, steps):
    thread = gdb.selected_thread()
    if thread is None or not thread.is_valid():
        return Stopped(GONE)
    if not seen:
        return Stopped(OTHER)
    if not isinstance(seen[-1], gdb.BreakpointEvent):
        return Stopped(STEPPED if steps and type(seen[-1]) is gdb.StopEvent else OTHER)
    hit = seen[-1].breakpoints
    ours = [b for b in hit if isinstance(b, trap.Trap)]
    for t in ours:
        t.raise_failed()
    return Stopped(ARRIVED if len(ours) == len(hit) else OTHER, ours)
