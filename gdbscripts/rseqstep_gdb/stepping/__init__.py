"""Stepping a process of gdb's own native target, with no help of the rseqstep binary.

insn, operand: instructions; body, arming: sections as instructions. trap,
running, settings, hold: gdb's breakpoints, its resuming, what is changed for a
while. unit: a section at native speed. quiet, safe: breakpoints inside
sections; warn: when they are set. ways_out, callee, line_step: source lines. travel: a command under
way. commands: what users type.
"""

from . import commands, warn


def install():
    """Defines the commands."""
    warn.Warner()
    session = commands.Session()
    for kind in (commands.Stepi, commands.Nexti, commands.Step, commands.Next,
                 commands.Continue, commands.Finish, commands.Until):
        name = kind.__name__.lower()
        kind(name, session, name)
