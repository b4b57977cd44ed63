"""Stepping a process of gdb's own native target, with no help of the rseqstep binary.

insn, operand: instructions; body, arming: sections as instructions. trap,
running, settings, hold: gdb's breakpoints, its resuming, what is changed for a
while. unit: a section at native speed. quiet, safe: breakpoints inside
sections; warn: when they are set. ways_out, callee, line_step: source lines. travel: a command under
way. commands: what users type.

Decisions, and what was refused

A line step is `continue` with traps on the ways out of the line. Refused: gdb's
own `next`, which walks the line by instructions and so never leaves a section.
Where a step ends is asked of gdb (find_pc_line, its blocks, the line table's
statements), so that it ends where gdb's own would.

Instructions are read from gdb's disassembly. Refused: a decoder of our own; gdb
hides its breakpoints from it and knows every prefix.

A thread that comes to a kept breakpoint's section skips the arming store with
rseq_cs cleared. Refused: executing the store and clearing rseq_cs behind it,
since a stop at start_ip restarts the section when the thread goes on.

A thread stopped inside has its rseq_cs put back. Refused: leaving it cleared,
when gdb's own `continue` would run the rest unprotected; keeping the others
held, a setting of its user's that would stay changed.

What a stop event names as hit is believed only by hit counts: gdb lists
breakpoints whose condition was false as well.

Refused: lifting the registration as the server does. It takes a system call in
the thread, which gdb makes by a function call in the program.
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
