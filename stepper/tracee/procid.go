package tracee

// ProcID is the id under which proc(5) shows the process's memory, program and auxiliary
// vector: that of a thread that exists. A leader that has ended before its threads
// (pthread_exit(3)) has none of these any more, although the process keeps its id.
func ProcID(s State) int {
	if threads := s.Threads(); len(threads) > 0 {
		return threads[0]
	}
	return s.PID()
}
