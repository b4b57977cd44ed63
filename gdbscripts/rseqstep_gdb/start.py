"""What gdb's native target takes from gdb when it starts a program, and a remote
server does not: the terminal of `tty`, gdb's working directory, `set exec-wrapper`,
and arguments as the user has typed them, for the shell. gdb's hooks of run, start,
starti and attach run `rseq prepare`, which sends them to the server, and refuses what
does not work there."""

import json
import os

import gdb

from . import output

COMMANDS = ("run", "start", "starti", "attach", "checkpoint")

PREPARE = "rseq prepare"


class Prepare(gdb.Command):
    """Prepare for run, start, starti, attach and checkpoint; gdb's hooks of these run it.

With "set rseq auto on", connects gdb to rseqstep's server again if it has none
(after a core file, say).  Tells the server what gdb does not: the terminal that
"tty" has named, gdb's working directory, "set exec-wrapper", and the arguments
before gdb has split them into words."""

    def __init__(self, switch):
        self._switch = switch
        super().__init__(PREPARE, gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        self.dont_repeat()
        if argument == "checkpoint":
            self._switch.refuse_checkpoint()
        else:
            self._switch.prepare(argument != "attach")


def hook():
    """Has gdb run `rseq prepare` before each of COMMANDS. A hook that the user has
    defined runs as well, after it."""
    for name in COMMANDS:
        body = _body("hook-" + name)
        ours = "%s %s" % (PREPARE, name)
        if not any(line.strip() == ours for line in body):
            _define("hook-" + name, [ours] + body)


def _define(name, body):
    """Defines a command, without gdb's question where it is defined already."""
    confirm = gdb.parameter("confirm")
    if confirm:
        gdb.execute("set confirm off", to_string=True)
    try:
        gdb.execute("\n".join(["define " + name] + body + ["end"]), to_string=True)
    finally:
        if confirm:
            gdb.execute("set confirm on", to_string=True)


def _body(name):
    """The lines of a user-defined command, as gdb indents them (Python: not at all); []
    for none."""
    try:
        lines = output.of("show user " + name).splitlines()
    except gdb.error:
        return []
    return [line for line in lines[1:] if line.strip()]


def packet():
    """The packet that tells the server about the next program."""
    # cwd: "set cwd"; gdb itself sends that one.
    values = {
        "tty": _setting("inferior-tty"),
        "dir": os.getcwd(),
        "wrapper": _setting("exec-wrapper"),
        "shell": os.environ.get("SHELL") or "/bin/sh",
        "typed": [{"line": line, "words": gdb.string_to_argv(line)} for line in _typed() if line.strip()],
    }
    return "QRseqStart:" + json.dumps(values).encode().hex()


def _setting(name):
    """A setting of the selected inferior, "" where it is not set. gdb 13 shows those of
    inferiors and gives Python none of them."""
    value = gdb.parameter(name)
    if not value:
        value = output.of("show " + name).partition('"')[2].rpartition('"')[0]
    return value


def _typed():
    """Arguments as users type them, where the next run may get its own from: the
    setting, the last command at the prompt, and gdb's command line. gdb tells nobody
    what the argument of a `run` is; the server takes the one of these that has the words
    that it gets."""
    lines = [_setting("args")]
    history = output.of("show commands").rstrip("\n").rpartition("\n")[2].split(None, 1)
    if len(history) == 2:
        lines += _of_a_run(history[1])
    try:
        with open("/proc/self/cmdline") as f:
            options = f.read().split("\0")
    except OSError:
        options = []
    for option in options:
        lines += _of_a_run(option.rpartition("=")[2] if option.startswith("-ex=") else option)
    return lines


def _of_a_run(command):
    """The arguments of a command that starts a program, [] for another one."""
    words = command.split(None, 1)
    if len(words) == 2 and words[0] in ("r", "run", "start", "starti"):
        return [words[1]]
    return []
