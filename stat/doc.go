// Package stat counts the aborts of restartable sequences while programs run at full speed.
//
// The kernel passes the tracepoint rseq:rseq_ip_fixup only when it aborts a critical section
// (kernel/rseq.c), so recording it costs a program nothing between aborts. A Record of package
// perf says where the thread was interrupted and which descriptor it had armed; a Collector
// adds them up by section, and Resolve finds the sections' names in the files.
//
// Everything but package perf is pure: records in, counts out.
package stat
