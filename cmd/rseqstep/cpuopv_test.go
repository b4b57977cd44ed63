package main

import (
	"bufio"
	"bytes"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"rseqstep/cmd/rseqstep/internal/dap/daptest"
	"rseqstep/table/tabletest"

	"github.com/google/go-dap"
)

// hasCpuOpv checks the output of a program for which rseqstep provided cpu_opv.
func hasCpuOpv(t *testing.T, out string) {
	t.Helper()
	if !strings.Contains(out, " cases, ") || !strings.Contains(out, " passed") || strings.Contains(out, "want") {
		t.Errorf("the program was not given cpu_opv:\n%s", out)
	}
}

// A running process can have the call only if the kernel raises SIGILL for it;
// otherwise rseqstep gives the reason and leaves the process alone.
func TestAttachGivesCPUOpvWhereItCan(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	bin, program := rseqstepHere(t), tabletest.Build(t, tabletest.Fixture{Source: "opvproc.c", Flags: []string{"-pthread"}})
	for _, number := range []string{"335", "333"} {
		shell := exec.Command(tabletest.NeedTool(t, "sh"), "-c", "read line; exec "+program+" 20")
		var printed bytes.Buffer
		shell.Stdout, shell.Stderr = &printed, &printed
		in, err := shell.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := shell.Start(); err != nil {
			t.Fatal(err)
		}
		debugger := exec.Command(bin, "attach", "--cpu-opv=v3", "--cpu-opv-nr="+number, "--batch", "-e", "continue", strconv.Itoa(shell.Process.Pid))
		out, err := debugger.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		debugger.Stderr = &said
		if err := debugger.Start(); err != nil {
			t.Fatal(err)
		}
		attached := false
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if !attached && strings.HasPrefix(lines.Text(), "Attaching") {
				attached = true
				io.WriteString(in, "go\n")
			}
		}
		if err := debugger.Wait(); !attached {
			if err == nil || !strings.Contains(said.String(), "not in a process that is already running") {
				t.Errorf("call %s: %v, and no reason: %s", number, err, said.String())
			}
			shell.Process.Kill()
			shell.Wait()
			continue
		}
		shell.Wait()
		if number == "333" {
			t.Errorf("a running process was given call 333")
		}
		hasCpuOpv(t, printed.String())
	}
}

func TestAdapterGivesCPUOpv(t *testing.T) {
	for _, by := range []string{"flag", "configuration"} {
		t.Run(by, func(t *testing.T) {
			tabletest.NeedPtrace(t)
			tabletest.NeedRseq(t)
			program := tabletest.Build(t, tabletest.Fixture{Source: "opvproc.c", Flags: []string{"-pthread"}})
			command, config := []string{"dap"}, args{"program": program, "args": []string{"20"}}
			if by == "flag" {
				command = append(command, "--cpu-opv", "v3")
			} else {
				config["cpuOpv"] = "v3"
			}
			c := daptest.Start(t, rseqstepHere(t), command...)
			c.Initialize()
			daptest.Do[*dap.LaunchResponse](c, "launch", config)
			daptest.Event[*dap.InitializedEvent](c)
			configured(c)
			if status := ended(c); status != 0 {
				t.Errorf("status %d", status)
			}
			hasCpuOpv(t, c.Output["stdout"])
		})
	}
}

func TestAdapterRefusesAWrongCPUOpv(t *testing.T) {
	tabletest.NeedPtrace(t)
	c := daptest.Start(t, rseqstepHere(t), "dap")
	c.Initialize()
	program := tabletest.Build(t, tabletest.Fixture{Source: "exit7.c"})
	if why := c.Refused("launch", args{"program": program, "cpuOpv": "v4"}); !strings.Contains(why, `the ABI of cpu_opv is v3 or v9, not "v4"`) {
		t.Error(why)
	}
}

func TestDelveGivesCPUOpv(t *testing.T) {
	tabletest.NeedPtrace(t)
	bin, program := tabletest.Command(t), tabletest.BuildGo(t, "goopv", false)
	for abi, operations := range map[string]string{"v3": "operations 10", "v9": "operations 6"} {
		cmd := exec.Command(bin, "dlv", "--cpu-opv", abi, "--allow-non-terminal-interactive=true", "exec", program)
		cmd.Stdin = strings.NewReader("continue\nexit\n")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), operations) {
			t.Errorf("%s: %v\n%s", abi, err, out)
		}
	}
	for _, row := range [][2]string{
		{"--cpu-opv=v4 exec " + program, "needs v3 or v9"},
		{"--cpu-opv=v3 --backend=native exec " + program, "--backend=native does not"},
		{"--cpu-opv=v3 core a b", "runs no program"},
		{"--cpu-opv-nr=333 exec " + program, "no meaning without --cpu-opv"},
	} {
		out, err := exec.Command(bin, append([]string{"dlv"}, strings.Fields(row[0])...)...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), row[1]) {
			t.Errorf("%s: %v, %s", row[0], err, out)
		}
	}
}

func TestServerGivesCPUOpv(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	bin, program := rseqstepHere(t), tabletest.Build(t, tabletest.Fixture{Source: "opvproc.c", Flags: []string{"-pthread"}})
	gdb := exec.Command(tabletest.NeedTool(t, "gdb"), "-nx", "-q", "-batch", "-ex", "set debuginfod enabled off", "-ex", "set debug-file-directory /nonexistent", "-ex", "set sysroot /",
		"-ex", "target remote | "+bin+" gdbserver --cpu-opv=v3 - "+program+" 20", "-ex", "continue", program)
	out, err := gdb.CombinedOutput()
	if err != nil {
		t.Errorf("%v", err)
	}
	hasCpuOpv(t, string(out))
	refused, err := exec.Command(bin, "gdbserver", "--cpu-opv=v3", "--cpu-opv-nr=333", "--attach=1", "-").CombinedOutput()
	if err == nil || !strings.Contains(string(refused), "not in a process that is already running") {
		t.Errorf("%v: %s", err, refused)
	}
}
