"""gdb's own settings that `rseq on` changes, and `rseq off` restores; and the
settings `set rseq binary` and `set rseq auto`."""

import gdb


NAMES = ("auto", "binary")  # of the settings under "set rseq"


class SetRseq(gdb.Command):
    """Settings of rseq: "set rseq auto on", "set rseq binary PATH"."""

    def __init__(self):
        super().__init__("set rseq", gdb.COMMAND_NONE, gdb.COMPLETE_NONE, True)

    def invoke(self, argument, from_tty):
        gdb.execute("help set rseq")


class ShowRseq(gdb.Command):
    """Show the settings of rseq, and whether it is on."""

    def __init__(self, state):
        """state() is a sentence."""
        self._state = state
        super().__init__("show rseq", gdb.COMMAND_NONE, gdb.COMPLETE_NONE, True)

    def invoke(self, argument, from_tty):
        gdb.write(self._state() + "\n")
        for name in NAMES:
            gdb.execute("show rseq " + name)


class Binary(gdb.Parameter):
    """The rseqstep program that `rseq on` runs as its server."""

    set_doc = "Set the rseqstep program that \"rseq on\" runs."
    show_doc = "Show the rseqstep program that \"rseq on\" runs."
    doc = "Empty: the one on PATH, or else the one that wrote these scripts."

    def __init__(self):
        super().__init__("rseq binary", gdb.COMMAND_RUNNING, gdb.PARAM_OPTIONAL_FILENAME)
        self.value = ""

    def get_set_string(self):
        return ""

    def get_show_string(self, value):
        if value:
            return "The rseqstep program is \"%s\"." % value
        return "The rseqstep program is the one on PATH, or else the one that wrote these scripts."


class Auto(gdb.Parameter):
    """Whether `rseq on` is the default."""

    set_doc = "Set whether \"rseq on\" is the default."
    show_doc = "Show whether \"rseq on\" is the default."
    doc = ("In an init file, put it after the line that reads rseqstep.py; before that line,\n"
           "use \"set $rseq_auto = 1\" instead.")

    def __init__(self, changed):
        """changed(bool) is called when the user sets it; an error of its own
        refuses the setting."""
        self._changed = changed
        super().__init__("rseq auto", gdb.COMMAND_RUNNING, gdb.PARAM_BOOLEAN)
        self.value = False

    def get_set_string(self):
        self._changed(self.value)
        return ""

    def get_show_string(self, value):
        return "\"rseq on\" is%s the default." % ("" if value == "on" else " not")


class Kept:
    """gdb settings that are changed for a while: change() stores the old value,
    restore() restores it unless somebody has changed the setting meanwhile."""

    def __init__(self):
        self._was = {}  # name: (the value before, the value as we left it)

    def change(self, name, value):
        """Sets one. A second change keeps the value from before the first."""
        before = self._was[name][0] if name in self._was else _read(name)
        _write(name, value)
        self._was[name] = (before, _read(name))

    def ours(self, name):
        """Whether a setting stands as change() left it."""
        return name in self._was and _read(name) == self._was[name][1]

    def restore(self):
        """Restores all settings, in reverse order."""
        for name, (before, ours) in reversed(self._was.items()):
            if _read(name) == ours:
                _write(name, before)
        self._was = {}


def _read(name):
    return gdb.parameter(name)


def _write(name, value):
    if isinstance(value, bool):
        value = "on" if value else "off"
    text = "" if value is None else str(value)
    gdb.execute(("set %s %s" % (name, text)).rstrip(), to_string=True)
