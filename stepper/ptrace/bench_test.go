//go:build linux && (amd64 || arm64)

package ptrace

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// BenchmarkStep is one instruction and its registers, as the engine steps,
// both sides on one CPU. Compare BenchmarkRawLoop.
func BenchmarkStep(b *testing.B) {
	for _, threads := range []string{"0", "4", "31"} {
		b.Run("others="+threads, func(b *testing.B) {
			p := launch(b, spin, threads)
			settleThreads(b, p, threads)
			if err := p.Pin(p.PID()); err != nil {
				b.Fatal(err)
			}
			var r machine.Regs
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Step(p.PID(), 0, 0); err != nil {
					b.Fatal(err)
				}
				if err := p.Regs(p.PID(), &r); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
		})
	}
}

// BenchmarkRun is what a unit costs: three debug registers set, a run to one of
// them, all cleared, registers read.
func BenchmarkRun(b *testing.B) {
	p := launch(b, `
__attribute__((noinline, noipa)) void f(void) {}
int main(void) { for (;;) f(); }`)
	pid, f := p.PID(), symbol(b, p, "f")
	runTo(b, p, "f")
	if err := p.Pin(pid); err != nil {
		b.Fatal(err)
	}
	var r machine.Regs
	b.ReportAllocs()
	for b.Loop() {
		for slot := range 3 {
			if err := p.SetDebug(pid, slot, tracee.DebugExecute, f+table.Addr(slot), 1); err != nil {
				b.Fatal(err)
			}
		}
		if ev, err := p.Run(pid, 0, 0); err != nil || ev.Kind != tracee.EventDebug {
			b.Fatal(ev, err)
		}
		for slot := range 3 {
			if err := p.SetDebug(pid, slot, tracee.DebugOff, 0, 0); err != nil {
				b.Fatal(err)
			}
		}
		if err := p.Regs(pid, &r); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRawLoop is the least that a step can cost: PTRACE_SINGLESTEP,
// waitpid, PTRACE_GETREGS in C, both sides on one CPU.
func BenchmarkRawLoop(b *testing.B) {
	loop := compile(b, rawLoop)
	out, err := exec.Command(loop, strconv.Itoa(max(b.N, 2000))).Output()
	if err != nil {
		b.Fatal(err)
	}
	ns, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(ns, "ns/op")
	b.ReportMetric(1e9/ns, "steps/s")
}

// rawLoop prints the nanoseconds per step over a given number of steps.
const rawLoop = `
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
int main(int argc, char **argv) {
	long n = atol(argv[1]);
	cpu_set_t one; CPU_ZERO(&one); CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof one, &one);
	pid_t p = fork();
	if (!p) for (volatile unsigned long x = 0;; x++) ;
	int st; struct user_regs_struct r; struct timespec a, b;
	if (ptrace(PTRACE_SEIZE, p, 0, PTRACE_O_EXITKILL) || ptrace(PTRACE_INTERRUPT, p, 0, 0)) return 1;
	waitpid(p, &st, __WALL);
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (long i = 0; i < n; i++) {
		ptrace(PTRACE_SINGLESTEP, p, 0, 0);
		waitpid(p, &st, __WALL);
		ptrace(PTRACE_GETREGS, p, 0, &r);
	}
	clock_gettime(CLOCK_MONOTONIC, &b);
	kill(p, SIGKILL);
	printf("%.1f\n", ((b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec)) / n);
	return 0;
}`
