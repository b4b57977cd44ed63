"""The packets of `rseqstep gdbserver` that no other server has: qRseqArea, which tells
what it knows of a thread's area, and QRseqStart, which says how to start programs."""

import gdb


def configuration(thread):
    """(address, size in bytes, signature) of the area that a gdb.InferiorThread has
    registered, (0, 0, 0) for none; None when its target is no `rseqstep gdbserver`."""
    connection = thread.inferior.connection
    if not isinstance(connection, gdb.RemoteTargetConnection):
        return None
    try:
        answer = connection.send_packet("qRseqArea:%x" % thread.ptid[1])
    except gdb.error:  # the connection is gone
        return None
    # Other servers answer an unknown packet with nothing.
    if not answer or answer[:1] == b"E":
        return None
    address, size, signature = (int(word, 16) for word in answer.split(b","))
    return address, size, signature


def send(packet):
    """Sends a packet whose answer does not matter to the selected inferior's target, a
    server of ours."""
    gdb.execute("maint packet " + packet, to_string=True)
