"""Hands a stopped process over between gdb's native target and a server, without
running it and without its noticing: one side sends it a SIGSTOP and detaches, the
other attaches and ends that stop unseen.

Precondition of all: every thread of the process is stopped, as in gdb's all-stop
mode.
"""

import contextlib
import os
import signal
import time

import gdb

from . import carry

# How long the kernel may take to stop a process, in seconds: each of its threads
# has to reach the stop.
PATIENCE = 5


@contextlib.contextmanager
def quietly():
    """Discards gdb's standard output while the block runs. With to_string alone, the
    prompt and a front end would still show stops and signals, and a front end would
    take the handover for the end of the program. Yields a descriptor of the real
    standard output. A Ctrl-C waits until the block ends, so that no handover is left
    half done."""
    gdb.flush(gdb.STDOUT)
    stdout = os.dup(1)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield stdout
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        gdb.flush(gdb.STDOUT)
        os.dup2(stdout, 1)
        os.close(stdout)


@contextlib.contextmanager
def in_place(pid):
    """Keeps every thread on the CPU it stopped on during a handover. Both sides wake
    the threads for a moment. A thread that has read its CPU number for the next
    section could wake up on another CPU, and would then abort. (Seen in 2 of 12
    handovers on two busy CPUs.)"""
    with contextlib.ExitStack() as kept:
        for tid in _threads(pid):
            cpu = _cpu(pid, tid)
            if cpu is not None:
                kept.enter_context(on_cpu(tid, cpu))
        yield


@contextlib.contextmanager
def on_cpu(tid, cpu):
    """Keeps a stopped thread (its kernel id) on a CPU while the block runs. One
    that may not run there, or has ended, stays as it is. See sched_setaffinity(2)."""
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


def _cpu(pid, tid):
    """The CPU that a thread last ran on, None when it has ended: field 39 of
    /proc/PID/stat, see proc(5)."""
    try:
        with open("/proc/%d/task/%d/stat" % (pid, tid)) as f:
            return int(f.read().rpartition(")")[2].split()[36])
    except OSError:
        return None


def let_go(pid):
    """Detaches, from either target, and returns when the process is stopped and
    untraced. The SIGSTOP stays pending until then: a detached thread gets it before
    its next instruction, and it stops all threads."""
    os.kill(pid, signal.SIGSTOP)
    gdb.execute("detach", to_string=True)
    if _held(pid, PATIENCE):
        return
    # A SIGCONT of gdb's own, for a stop it had asked for, has undone ours.
    os.kill(pid, signal.SIGSTOP)
    if not _held(pid, PATIENCE):
        raise gdb.GdbError("Process %d does not stop for a SIGSTOP." % pid)
    gdb.write("warning: process %d ran for a moment during the handover\n" % pid)


def _held(pid, patience):
    """Waits until every thread is stopped by job control and untraced."""
    end = time.monotonic() + patience
    while True:
        if _field(pid, pid, "State")[:1] in ("", "Z", "X"):
            raise gdb.GdbError("Process %d ended during the handover." % pid)
        if all(_field(pid, tid, "State")[:1] == "T" and _field(pid, tid, "TracerPid") == "0" for tid in _threads(pid)):
            return True
        if time.monotonic() > end:
            return False
        time.sleep(0.001)


def _threads(pid):
    return [int(name) for name in os.listdir("/proc/%d/task" % pid)]


def _field(pid, tid, name):
    """A field of a thread's status. See proc(5), /proc/PID/status."""
    try:
        with open("/proc/%d/task/%d/status" % (pid, tid)) as f:
            for line in f:
                if line.startswith(name + ":"):
                    return line[len(name) + 1:].strip()
    except OSError:
        pass
    return ""


def take_natively(pid):
    """Attaches gdb itself to a process that let_go() has left, and ends its stop.
    When a tracer resumes a process that job control has stopped, the kernel still
    counts it as stopped: after a detach it would not run."""
    gdb.execute("attach %d" % pid, to_string=True)
    for t in gdb.selected_inferior().threads():
        if not _blocks(pid, t.ptid[1], signal.SIGCONT):
            t.switch()
            _swallow_cont(pid)
            return
    # Every thread blocks SIGCONT: it ends the stop, and stays pending.
    os.kill(pid, signal.SIGCONT)


def _blocks(pid, tid, number):
    mask = _field(pid, tid, "SigBlk")
    return not mask or bool(int(mask, 16) >> (number - 1) & 1)


def _swallow_cont(pid):
    """Ends the stop by a SIGCONT that the selected thread gets before it has
    stepped an instruction, and that gdb does not pass to it."""
    row = carry.signal_row("SIGCONT")
    locking = gdb.parameter("scheduler-locking")
    gdb.execute("handle SIGCONT stop print nopass", to_string=True)
    gdb.execute("set scheduler-locking on", to_string=True)
    try:
        os.kill(pid, signal.SIGCONT)
        gdb.execute("stepi", to_string=True)
        gdb.execute("queue-signal 0", to_string=True)
    finally:
        gdb.execute("set scheduler-locking " + locking, to_string=True)
        words = [w if said == "Yes" else "no" + w for w, said in zip(("stop", "print", "pass"), row[1:4])]
        gdb.execute("handle SIGCONT " + " ".join(sorted(words, key=lambda w: w.endswith("stop"))), to_string=True)
