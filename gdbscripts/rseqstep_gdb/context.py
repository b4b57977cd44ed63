"""gdb's selected thread, memory and byte order, for code that must not disturb them."""

import contextlib
import struct

import gdb


@contextlib.contextmanager
def on_thread(thread):
    """Selects a gdb.InferiorThread for the block; afterwards the thread and the
    frame that were selected are so again."""
    before = gdb.selected_thread()
    if before is not None and before.global_num == thread.global_num:
        yield
        return
    frame = _selected_frame()
    inferior = gdb.selected_inferior()
    thread.switch()
    try:
        yield
    finally:
        if before is None:
            _select_inferior(inferior)
        elif before.is_valid():
            before.switch()
            if frame is not None and frame.is_valid():
                frame.select()


@contextlib.contextmanager
def on_inferior(inferior):
    """Selects a gdb.Inferior for the block, as on_thread does a thread."""
    before = gdb.selected_inferior()
    if before.num == inferior.num:
        yield
        return
    threads = inferior.threads()
    if threads:
        with on_thread(threads[0]):
            yield
        return
    thread, frame = gdb.selected_thread(), _selected_frame()
    _select_inferior(inferior)
    try:
        yield
    finally:
        _select_inferior(before)
        if thread is not None and thread.is_valid():
            thread.switch()
            if frame is not None and frame.is_valid():
                frame.select()


def _select_inferior(inferior):
    gdb.execute("inferior %d" % inferior.num, to_string=True)


def _selected_frame():
    try:
        return gdb.selected_frame()
    except gdb.error:
        return None


def pc(thread):
    """The address a stopped thread stands at; None while it runs or when its
    registers cannot be read."""
    if thread.is_running():
        return None
    with on_thread(thread):
        try:
            return gdb.newest_frame().pc()
        except gdb.error:
            return None


def memory(address, size):
    """size bytes of the selected inferior (without a process: of its files), or
    None where they cannot be read."""
    try:
        return gdb.selected_inferior().read_memory(address, size).tobytes()
    except (gdb.error, OverflowError):
        return None


def byte_order():
    """'<' or '>', as struct wants it, for the selected inferior."""
    word = gdb.selected_inferior().architecture().integer_type(32, False)
    return "<" if int(gdb.Value(b"\1\0\0\0", word)) == 1 else ">"


def unpack(fields, data):
    """struct.unpack in the selected inferior's byte order."""
    return struct.unpack(byte_order() + fields, data)
