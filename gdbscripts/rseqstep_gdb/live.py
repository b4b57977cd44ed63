"""Armed and live: the state of a thread as the kernel sees it.

Armed: rseq_cs of the registered area is not zero. Live: armed, and the PC is
inside that section. A thread that is resumed live is moved to the abort handler.
"""

from . import area as areas
from . import context, sections


def armed(thread):
    """The Section a gdb.InferiorThread is armed for, or None. One that no file
    declares is read from the descriptor's memory."""
    found = areas.area(thread)
    return None if found is None else section_of(thread, found)


def live(thread):
    """The Section a gdb.InferiorThread is inside and has armed, or None."""
    section = armed(thread)
    pc = context.pc(thread)
    return section if section is not None and pc is not None and section.inside(pc) else None


def section_of(thread, area):
    """The Section that a thread's Area is armed for; None for none, and for a
    descriptor that cannot be read."""
    with context.on_thread(thread):
        return sections.described(area.rseq_cs) if area.rseq_cs else None
