"""gdb's own settings, changed for a while and always put back."""

import contextlib

import gdb

# Reading instructions needs AT&T; frames need main's caller; nothing may ask.
_QUIETLY = (("disassembly-flavor", "att"), ("backtrace past-main", "on"), ("pagination", "off"), ("confirm", "off"))


@contextlib.contextmanager
def changed(*pairs):
    """Holds settings (name, value as text) at a value while the block runs."""
    before = []
    try:
        for name, text in pairs:
            old = _text(gdb.parameter(name))
            if old != text:
                before.append((name, old))
                gdb.execute("set %s %s" % (name, text), to_string=True)
        yield
    finally:
        for name, old in reversed(before):
            gdb.execute("set %s %s" % (name, old), to_string=True)


def quietly():
    """What every command here holds while it runs."""
    return changed(*_QUIETLY)


def held():
    """Every thread but the selected one stays stopped."""
    return changed(("scheduler-locking", "on"))


def line_step():
    """Who runs during a line step: gdb's setting "step" holds the others then."""
    return held() if gdb.parameter("scheduler-locking") == "step" else changed()


def _text(value):
    return {True: "on", False: "off", None: "unlimited"}.get(value, str(value))
