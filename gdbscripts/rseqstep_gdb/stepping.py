"""`rseq next` and its like: `rseq on`, where it is off, and then gdb's own command."""

import gdb

# The commands, for users who do not want to type `rseq on` first, and their help.
_COMMANDS = {
    "stepi": "Step one instruction; a restartable sequence or a vDSO function counts as one.\nUsage: rseq stepi [N]",
    "nexti": "Step one instruction, over calls; restartable sequences and vDSO functions count as one.\nUsage: rseq nexti [N]",
    "step": "Step until another source line, into functions; restartable sequences run at full speed.\nUsage: rseq step [N]",
    "next": "Step until another source line, over calls; restartable sequences run at full speed.\nUsage: rseq next [N]",
    "continue": "Continue, with breakpoints inside restartable sequences kept safe.\nUsage: rseq continue [N]",
    "finish": "Run until the selected frame returns, with breakpoints inside kept safe.\nUsage: rseq finish",
    "until": "Like `rseq next`, but never goes back, so that it leaves loops; with LOCATION, run\n"
             "to that or until the frame returns.\nUsage: rseq until [LOCATION]",
}


def install(switch):
    """Defines the commands. switch performs `rseq on`."""
    for name, text in _COMMANDS.items():
        note = "\n\nThis runs \"rseq on\" if rseq is off, and then gdb's own \"%s\"." % name
        type(name.capitalize(), (_Moving,), {"__doc__": text + note})(name, switch)


class _Moving(gdb.Command):
    """One of the commands."""

    def __init__(self, name, switch):
        super().__init__("rseq " + name, gdb.COMMAND_RUNNING)
        self._name, self._switch = name, switch

    def invoke(self, argument, from_tty):
        """Raises gdb.GdbError if rseq cannot be turned on."""
        if not gdb.selected_inferior().pid:
            raise gdb.GdbError("The program is not being run.")
        self._switch.needed()
        gdb.execute("%s %s" % (self._name, argument), from_tty)
