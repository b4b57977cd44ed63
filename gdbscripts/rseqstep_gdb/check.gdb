# Ends gdb if it could not load rseqstep.py: it would otherwise go on without it.
if $_isvoid($rseqstep)
  echo rseqstep: this gdb cannot load the script (see above): it has no Python, or is older than gdb 12.\n
  echo Name another gdb: rseqstep gdb --gdb PATH, or the variable RSEQSTEP_GDB.\n
  quit 1
end
