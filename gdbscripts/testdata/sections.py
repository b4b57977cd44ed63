"""Reads the sections of each file that $FILES names, and writes them as JSON, a line each:
before there is a process, at its first instruction, and at main."""

import json
import os

import gdb
from rseqstep_gdb import sections


def say(path, when, low=0):
    found = sections.read()
    print("SECTIONS " + json.dumps({
        "path": path, "when": when, "low": low, "unread": found.unread,
        "sections": [[s.descriptor, s.start, s.end, s.abort, s.flags, list(s.exits)] for s in found.all()
                     if s.objfile.filename == path]}))


def low(path):
    """Where the kernel has put the first page of a file, by its own word."""
    with open("/proc/%d/maps" % gdb.selected_inferior().pid) as maps:
        return min(int(line.split("-")[0], 16) for line in maps if line.rstrip().endswith(path))


with open(os.environ["FILES"]) as files:
    for line in files:
        path, runs = line.split()
        gdb.execute("file " + path, to_string=True)
        say(path, "file")
        if runs == "true":
            gdb.execute("starti", to_string=True)
            say(path, "starti", low(path))
            gdb.execute("tbreak main", to_string=True)
            gdb.execute("continue", to_string=True)
            say(path, "main", low(path))
            gdb.execute("kill", to_string=True)
        gdb.execute("file", to_string=True)
