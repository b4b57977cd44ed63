package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/ptrace"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// found is everything in which a debugger may leave traces.
type found struct {
	text    []byte   // every byte that can be executed
	threads []string // affinity, blocked signals, registration, debug control; a line for each thread
}

// look reads it, and stops the process thread by thread meanwhile.
func look(t *testing.T, pid int) found {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	f := found{text: tabletest.Code(t, pid)}
	p, err := ptrace.Attach(pid)
	if err != nil {
		t.Fatal(err)
	}
	for _, tid := range p.Threads() {
		f.threads = append(f.threads, lookAtThread(t, p, tid))
	}
	if err := p.Detach(); err != nil {
		t.Fatal(err)
	}
	return f
}

// offsetDR7 is where struct user has DR7 (u_debugreg, arch/x86/include/asm/user_64.h).
const offsetDR7 = 848 + 7*8

func lookAtThread(t *testing.T, p *ptrace.Process, tid int) string {
	t.Helper()
	var said []string
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/status", p.PID(), tid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		for _, want := range []string{"Cpus_allowed:", "SigBlk:", "SigIgn:", "SigCgt:"} {
			if strings.HasPrefix(line, want) {
				said = append(said, strings.TrimSpace(line))
			}
		}
	}
	var dr7 [8]byte
	if _, err := unix.PtracePeekUser(tid, offsetDR7, dr7[:]); err != nil {
		t.Fatalf("read DR7 of %d: %v", tid, err)
	}
	// Bits 8 to 10 of a thread that ever used one stay set (Intel SDM volume 3, 18.2.4).
	said = append(said, fmt.Sprintf("DR7 %#x", binary.NativeEndian.Uint64(dr7[:])&0xff))
	config, err := p.Rseq(tid)
	if err != nil {
		t.Fatalf("registration of %d: %v", tid, err)
	}
	said = append(said, fmt.Sprintf("%+v", config))
	return strings.Join(said, ", ")
}

// same reports every difference between two looks.
func (f found) same(t *testing.T, before found) {
	t.Helper()
	if !bytes.Equal(f.text, before.text) {
		t.Error("the program's text has changed")
	}
	if len(f.threads) != len(before.threads) {
		t.Errorf("%d threads, %d before", len(f.threads), len(before.threads))
		return
	}
	for i := range f.threads {
		if f.threads[i] != before.threads[i] {
			t.Errorf("thread %d of the process:\n%s\nbefore:\n%s", i+1, f.threads[i], before.threads[i])
		}
	}
}

// deaths is how often the debugger is killed for each way of working:
// RSEQSTEP_DEATHS, or a few.
func deaths(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("RSEQSTEP_DEATHS"))
	if err != nil || n <= 0 {
		return tabletest.Rounds(t, 1, 6)
	}
	t.Logf("RSEQSTEP_DEATHS=%d", n)
	return n
}

// dying is what the debugger is doing when it is killed.
var dying = []struct {
	name     string
	commands []string
	survives bool // an attached program always outlives it
}{
	{"continue", []string{"continue"}, true},
	{"stepi", []string{"thread 2", "stepi 100000000"}, false},
	{"next", []string{"thread 2", "next 1000000"}, false},
	{"inside", []string{"thread 2", "set inside on", "stepi 100000000"}, false},
	{"condition inside", []string{"break *($rseq_inside) if $rsp == 0", "continue"}, false},
	{"watch", []string{"watch rounds", "continue"}, false},
}

// TestAProgramIsIntactOrDeadAfterTheDebuggerWasKilled kills the debugger with SIGKILL
// at random moments. An attached program must then be dead, or contain nothing of the
// debugger and keep all its sums; a launched one must be dead.
func TestAProgramIsIntactOrDeadAfterTheDebuggerWasKilled(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	bin, program := tabletest.Command(t), tabletest.BuildService(t)
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 1))
	inside := secondInstruction(t, program)
	for _, d := range dying {
		commands := []string{"-e", `printf "` + atWork + `\n"`}
		for _, c := range d.commands {
			commands = append(commands, "-e", strings.ReplaceAll(c, "$rseq_inside", inside))
		}
		t.Run("attached/"+d.name, func(t *testing.T) {
			intact := 0
			for range deaths(t) {
				s := tabletest.StartService(t, program)
				before := look(t, s.PID)
				killDebugger(t, random, exec.Command(bin, append(append([]string{"attach", "--batch"}, commands...), strconv.Itoa(s.PID))...))
				time.Sleep(5 * time.Millisecond)
				if unix.Kill(s.PID, 0) == nil && !ending(s.PID) {
					look(t, s.PID).same(t, before)
				}
				if !s.Finish() {
					intact++
				}
				if t.Failed() {
					t.Fatalf("seed %#x", seed)
				}
			}
			t.Logf("intact %d of %d, the others died with the debugger", intact, deaths(t))
			if d.survives && intact != deaths(t) {
				t.Errorf("nothing was changed in it, and it is dead")
			}
		})
		t.Run("launched/"+d.name, func(t *testing.T) {
			for range deaths(t) {
				cmd := exec.Command(bin, append(append([]string{"--batch", "-e", "break one_round", "-e", "run", "-e", "delete"}, commands...), program)...)
				r, w, err := os.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				cmd.Stdin = r
				// The service has the other end of this pipe for as long as it lives.
				rr, ww, err := os.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				cmd.ExtraFiles = []*os.File{ww}
				killDebugger(t, random, cmd)
				ww.Close()
				gone := make(chan struct{})
				go func() { _, _ = rr.Read(make([]byte, 1)); close(gone) }()
				select {
				case <-gone:
				case <-time.After(patience):
					t.Fatalf("the program outlives the debugger; seed %#x", seed)
				}
				for _, f := range []*os.File{r, w, rr} {
					f.Close()
				}
			}
		})
	}
}

// atWork is the text that the debugger prints before it begins.
const atWork = "at work"

// killDebugger starts it and kills it up to 100 ms after it has begun to work.
func killDebugger(t *testing.T, random *rand.Rand, cmd *exec.Cmd) {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != atWork {
	}
	if lines.Text() != atWork {
		t.Fatal("the debugger does not begin")
	}
	go func() {
		for lines.Scan() {
		}
	}()
	time.Sleep(time.Duration(random.IntN(100000)) * time.Microsecond)
	if err := cmd.Process.Kill(); err != nil {
		t.Errorf("the debugger ended by itself: %v", err)
	}
	_ = cmd.Wait() // "signal: killed"
	if cmd.ProcessState.Exited() {
		t.Error("the debugger has ended by itself: it was not at work")
	}
}

// ending reports whether a process is dead or about to be: the kernel has sent
// its SIGKILL when the debugger is reaped (exit_ptrace, kernel/ptrace.c), but on a
// busy machine the process takes its time to come to it.
func ending(pid int) bool {
	for range 3 {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return true
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		fields := strings.Fields(rest) // from the third on, proc_pid_stat(5)
		if len(fields) < 29 || strings.Contains("ZX", fields[0]) {
			return true
		}
		const exiting = 0x4 // PF_EXITING, include/linux/sched.h
		flags, _ := strconv.ParseUint(fields[6], 10, 64)
		pending, _ := strconv.ParseUint(fields[28], 10, 64)
		if flags&exiting != 0 || pending&(1<<(unix.SIGKILL-1)) != 0 {
			return true
		}
		time.Sleep(time.Millisecond)
	}
	return false
}

// secondInstruction is an expression for the second instruction of the program's
// last section. (main has one too, which may come first and is soon done with.)
func secondInstruction(t *testing.T, program string) string {
	t.Helper()
	file, err := table.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	if len(file.Sections) == 0 {
		t.Fatal("no sections")
	}
	return fmt.Sprint(file.Sections[len(file.Sections)-1].Start, "+4")
}
