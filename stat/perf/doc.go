// Package perf reads kernel events through perf_event_open(2): the format of a tracepoint, the
// records of a ring buffer, and the buffers of every CPU, merged in the order of time.
//
// No registry has a maintained Go library for ring buffers of tracepoint records (hodgesds's
// perf-utils counts, cilium's ebpf/perf reads eBPF output only), so the reader is our own.
//
// See perf_event_open(2) and include/uapi/linux/perf_event.h.
package perf
