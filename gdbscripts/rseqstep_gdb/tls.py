"""Where a thread's area must be by the program's own account: for core files and
for remote targets, where the kernel cannot be asked."""

import functools
import os

import gdb

from . import context, elf

# Register that __builtin_thread_pointer() reads, by the name of gdb's architecture.
_POINTERS = (("i386:x86-64", "fs_base"), ("i386:x64-32", "fs_base"), ("i386", "gs_base"),
             ("aarch64", "tpidr"), ("riscv", "tp"), ("loongarch", "tp"), ("powerpc:common64", "r13"))

# Area of a thread that librseq before glibc 2.35, or tcmalloc, registers.
SYMBOL = "__rseq_abi"


def glibc():
    """(address, size) of the area that glibc 2.35 and later registers for the
    selected thread: __rseq_offset bytes from the thread pointer; None without it.
    See the GNU C Library Reference Manual, "Restartable Sequences"."""
    try:
        size = int(gdb.parse_and_eval("*(unsigned int *) &__rseq_size"))
        offset = int(gdb.parse_and_eval("*(long *) &__rseq_offset"))
    except gdb.error:
        return None
    pointer = thread_pointer()
    if size == 0 or pointer is None:  # 0: switched off by GLIBC_TUNABLES
        return None
    return (pointer + offset) & (1 << 64) - 1, size


def abi():
    """Address of the selected thread's __rseq_abi, None without one."""
    try:
        return int(gdb.parse_and_eval("(long) &" + SYMBOL)) & (1 << 64) - 1
    except gdb.error:
        pass  # gdb needs libthread_db to know where a thread's variables are
    program, pointer = gdb.current_progspace().filename, thread_pointer()
    if program is None or pointer is None:
        return None
    try:
        offset = _offset_in_file(program, os.stat(program).st_mtime_ns)
    except (OSError, elf.FormatError):
        return None
    return None if offset is None else pointer + offset


@functools.lru_cache(maxsize=8)
def _offset_in_file(path, _mtime):
    """_offset of a file in one of its states: big symbol tables take their time."""
    with elf.File(path) as f:
        return _offset(f)


def _offset(f):
    """Distance in bytes from the thread pointer to a program's own __rseq_abi. On
    x86-64 the program's block ends at the thread pointer, on arm64 it follows two
    words there: variants II and I of Drepper, "ELF Handling For Thread-Local Storage"."""
    block = next((s for s in f.segments if s.type == elf.PT_TLS), None)
    if f.machine not in (62, 183) or block is None:  # EM_X86_64, EM_AARCH64
        return None
    found = f.find_symbol(SYMBOL, elf.STT_TLS)
    if found is None:
        return None
    align = max(block.align, 1)
    if f.machine == 183:
        return -(-16 // align) * align + found.value
    start = -(block.memory_size + (-block.memory_size - block.address) % align)
    return start + found.value


def thread_pointer():
    """The selected thread's thread pointer, None where gdb shows no such register."""
    name = gdb.newest_frame().architecture().name()
    for prefix, register in _POINTERS:
        if name.startswith(prefix):
            value = gdb.parse_and_eval("$" + register)
            try:
                return int(value) & (1 << 64) - 1
            except gdb.error:  # void: the target does not give it
                return None
    return None


def registered(address):
    """Whether a struct rseq says that the kernel knows of it: its cpu_id is neither
    -1 (uninitialized) nor -2 (registration failed). See include/uapi/linux/rseq.h."""
    data = context.memory(address + 4, 4)
    return data is not None and context.unpack("i", data)[0] >= 0
