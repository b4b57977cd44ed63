"""Compares what the kernel says of each thread's area with what the program says, and shows
that looking at other threads leaves the selected one and its frame alone."""

import os

import gdb
from rseqstep_gdb import area, kernel, live, sections, tls

gdb.execute("break " + os.environ["PLACE"], to_string=True)
gdb.execute("run", to_string=True)
gdb.execute("frame 1", to_string=True)
selected = gdb.selected_thread().num, gdb.selected_frame()
agree = {"glibc": 0, "symbol": 0, "file": 0}
for thread in gdb.selected_inferior().threads():
    found, why = area.find(thread)
    told = kernel.configuration(thread.ptid[1])
    if found is None:
        assert told == (0, 0, 0), (told, why)
        print("NONE %d: %s" % (thread.num, why))
        continue
    assert (found.address, found.size, found.signature) == told, (vars(found), told)
    armed = live.armed(thread)
    assert (armed.descriptor if armed else 0) == found.rseq_cs
    thread.switch()
    glibc = tls.glibc()
    agree["glibc"] += glibc is not None and glibc[0] == found.address
    agree["symbol"] += tls.abi() == found.address
    offset = tls._offset_in_file(gdb.current_progspace().filename, 0)
    agree["file"] += offset is not None and tls.thread_pointer() + offset == found.address
    next(t for t in gdb.selected_inferior().threads() if t.num == selected[0]).switch()
    selected[1].select()
assert (gdb.selected_thread().num, gdb.selected_frame()) == selected
info = gdb.execute("info rseq", to_string=True)
assert (gdb.selected_thread().num, gdb.selected_frame()) == selected
print("AGREE", agree)
print(info)
gdb.execute("kill")
