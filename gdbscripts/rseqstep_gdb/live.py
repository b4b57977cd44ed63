"""Armed and live: where a thread stands as the kernel sees it.

Armed: rseq_cs of the registered area is not zero. Live: armed, and the PC is
inside that section. A thread that is resumed live is moved to the abort handler.
"""


def armed(thread):
    """The Section a gdb.InferiorThread is armed for, or None. One that no file
    declares is read from the descriptor's memory."""
    raise NotImplementedError


def live(thread):
    """The Section a gdb.InferiorThread stands inside while armed for it, or None."""
    raise NotImplementedError
