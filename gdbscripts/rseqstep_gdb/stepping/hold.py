"""A thread held on its CPU."""

import contextlib
import os


@contextlib.contextmanager
def on_cpu(tid, cpu):
    """Keeps a stopped thread (its kernel id) on a CPU while the block runs. One
    that may not run there, or has ended, is let be. See sched_setaffinity(2)."""
    before = None
    try:
        before = os.sched_getaffinity(tid)
        os.sched_setaffinity(tid, {cpu})
    except OSError:
        before = None
    try:
        yield
    finally:
        if before is not None:
            try:
                os.sched_setaffinity(tid, before)
            except OSError:
                pass  # the thread has ended
