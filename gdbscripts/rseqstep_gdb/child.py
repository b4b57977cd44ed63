"""The child server: `rseqstep gdbserver` on a socket of gdb's own."""

import ctypes
import importlib
import os
import shutil
import signal
import subprocess
import tempfile
import time

import gdb

# How long a server may take to listen, in seconds: it reads the adopted
# process's symbols first. One that ends earlier is noticed at once.
PATIENCE = 60
# How long one that has lost its client may take to end.
FAREWELL = 5

PR_SET_PDEATHSIG = 1  # prctl(2)
# sockaddr_un.sun_path is 108 bytes with the zero at its end. See unix(7).
MOST_PATH = 107


def binary(wish):
    """The path of the rseqstep program: wish where it is not empty, else the one
    on PATH, else the one that wrote these scripts. Raises gdb.GdbError."""
    if wish:
        found = shutil.which(os.path.expanduser(wish))
        if not found:
            raise gdb.GdbError("\"%s\" (set rseq binary) cannot be run." % wish)
        return found
    found = shutil.which("rseqstep") or _writer()
    if not found:
        raise gdb.GdbError("\"rseq on\" needs the rseqstep program, and there is none on PATH: build it with"
                           " \"go build ./cmd/rseqstep\" in its source directory, and name it with \"set rseq binary PATH\".")
    return found


def _writer():
    """The program that wrote these scripts (rseqstep gdb-script), if it is still there."""
    try:
        written = importlib.import_module(__package__ + ".written_by")
    except ImportError:
        return None
    return shutil.which(written.BINARY)


class Server:
    """One running server. gdb connects to .address, once."""

    def __init__(self, program, stdout=None, adopt=0, launched=False):
        """Starts it and waits until it listens. stdout is a descriptor for the
        programs it starts, gdb's own by default; adopt is the id of a process that
        a SIGSTOP has stopped. Raises gdb.GdbError with the server's own message."""
        self._folder = _private_folder()
        self.address = os.path.join(self._folder, "socket")
        self._log = os.path.join(self._folder, "log")
        open(self._log, "w").close()
        args = [program, "gdbserver", "--multi", "--log", self._log]
        if adopt:
            args += ["--adopt", str(adopt)] + (["--launched"] if launched else [])
        try:
            self._child = subprocess.Popen(args + ["unix:" + self.address], stdout=stdout,
                                           preexec_fn=_as_gdbs_child)
        except OSError as e:
            self.forget_folder()
            raise gdb.GdbError("%s cannot be started: %s." % (program, e.strerror))
        try:
            self._await_listening(program)
        except BaseException:
            self.stop()
            raise

    def _await_listening(self, program):
        end = time.monotonic() + PATIENCE
        while "Listening on " not in self.words():
            if self._child.poll() is not None:
                raise gdb.GdbError(self._why() or "%s ended before it listened." % program)
            if time.monotonic() > end:
                raise gdb.GdbError("%s does not listen." % program)
            time.sleep(0.002)

    def words(self):
        """Everything it has logged, while its directory exists."""
        try:
            with open(self._log) as f:
                return f.read()
        except OSError:
            return ""

    def _why(self):
        return "\n".join(line for line in self.words().splitlines() if line).strip()

    def forget_folder(self):
        """Removes socket and log, which a connected gdb no longer needs."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def stop(self):
        """Ends it. If it still has a process, it kills one that it launched and detaches from another."""
        self.forget_folder()
        for end in (self._child.terminate, self._child.kill):
            end()
            try:
                self._child.wait(FAREWELL)
                return
            except subprocess.TimeoutExpired:
                continue


def _private_folder():
    """A new folder for this user alone, with a name short enough for a socket in it."""
    folder = tempfile.mkdtemp(prefix="rseqstep-")
    if len(os.path.join(folder, "socket")) <= MOST_PATH:
        return folder
    os.rmdir(folder)
    return tempfile.mkdtemp(prefix="rseqstep-", dir="/tmp")


_prctl = ctypes.CDLL(None, use_errno=True).prctl


def _as_gdbs_child():
    """Runs in the child before it becomes the server. The server must end with gdb,
    must not get gdb's Ctrl-C and Ctrl-Z, and must not pass gdb's signal settings on
    to the programs that it starts."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    os.setpgid(0, 0)
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
