"""A thread's rseq area: the struct rseq it registered with the kernel."""


class Area:
    """One registered area, as it was when read.

    address     of struct rseq, in the process
    size        bytes the kernel was told of, 0 when the source does not know
    signature   the 4 bytes expected before an abort handler, None when unknown
    flags       field flags
    rseq_cs     field rseq_cs: address of the armed descriptor, 0 for none
    cpu_id_start, cpu_id, node_id, mm_cid   fields; None where size has no room
    source      "kernel", "server", "glibc" or "symbol": who told the address
    """


def area(thread):
    """Area of a gdb.InferiorThread, None when it has registered none (or nobody
    can tell). The thread must be stopped; gdb's selected thread is unchanged."""
    raise NotImplementedError
