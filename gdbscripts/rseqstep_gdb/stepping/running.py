"""One command of gdb's that runs the program, and what stopped it."""

import gdb

from .. import output
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
    steps = command.startswith("stepi")
    unseen = steps and show.can_tell()
    with _Watch() as seen, settings.changed(*([("suppress-cli-notifications", "on")] if unseen else [])):
        text = output.of(command) if held_back else gdb.execute(command)
    stop = _told(seen, steps)
    if held_back:
        # Stops themselves are not held back by to_string (gdb 13), threads that
        # come and go are, and whom gdb switches to: news only if it is the user's.
        gdb.write("".join(line for line in text.splitlines(True) if stop.kind == OTHER or not line.startswith("[Switching to ")))
    if unseen and stop.kind == OTHER:
        show.stop(seen[-1].user if seen else None)
    return stop


def _told(seen, steps):
    thread = gdb.selected_thread()
    if thread is None or not thread.is_valid():
        return Stopped(GONE)
    if not seen:
        return Stopped(OTHER)
    if seen[-1].hit is None:
        return Stopped(STEPPED if steps and seen[-1].plain else OTHER)
    ours = [b for b in seen[-1].hit if isinstance(b, trap.Trap)]
    for t in ours:
        t.raise_failed()
    return Stopped(ARRIVED if len(ours) == len(seen[-1].hit) else OTHER, ours)


class _Watch:
    """Listens to gdb's stops. An event names every breakpoint at the place, those
    too whose conditions said no: what tells is whether they count it as a hit."""

    def __init__(self):
        self.seen = []
        self._before = {b.number: (b.hit_count, b.ignore_count) for b in gdb.breakpoints()}

    def __enter__(self):
        gdb.events.stop.connect(self._on_stop)
        return self.seen

    def __exit__(self, *_):
        gdb.events.stop.disconnect(self._on_stop)

    def _on_stop(self, event):
        self.seen.append(_Seen(event, self._stopped))

    def _stopped(self, b):
        if isinstance(b, trap.Trap):
            return b.take_hit()
        hits, ignored = self._before.get(b.number, (0, 0))
        return b.hit_count - hits > ignored


class _Seen:
    """A stop event: hit, the breakpoints that stopped, or None when none was met;
    the first of the user's; plain: a step's end."""

    def __init__(self, event, stopped):
        self.hit, self.plain = None, type(event) is gdb.StopEvent
        self.user = None
        if isinstance(event, gdb.BreakpointEvent):
            self.hit = [b for b in event.breakpoints if stopped(b)]
            self.user = next(((b.number, b.temporary, b.silent) for b in self.hit if b.number > 0), None)
