package remote

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	accounts "os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// platformQuery answers the packets that lldb sends to an lldb-server platform
// (lldb, docs/resources/lldbplatformpackets.md); ok is false for others.
func (c *client) platformQuery(p string) (reply string, ok bool, err error) {
	if c.LaunchServer == nil {
		return "", false, nil
	}
	name, args, _ := strings.Cut(p, ":")
	switch {
	case strings.HasPrefix(p, "LaunchGDBServer"):
		pid, port, err := c.LaunchServer()
		if err != nil {
			c.logf("%v", err)
			return "", true, err
		}
		c.spawned = append(c.spawned, pid)
		return fmt.Sprintf("pid:%d;port:%d;", pid, port), true, nil
	case name == "KillSpawnedProcess":
		reply, err = c.killSpawned(args)
	case name == "fProcessInfo":
		c.listed = processesThat(args)
		reply, err = c.nextProcess()
	case p == "sProcessInfo":
		reply, err = c.nextProcess()
	case name == "ProcessInfoPID":
		pid, convErr := strconv.Atoi(args)
		if reply, err = processInfo(pid), convErr; reply == "" {
			err = errNoProcess
		}
	case name == "UserName", name == "GroupName":
		reply, err = accountName(name, args)
	case name == "Platform_mkdir", name == "Platform_chmod":
		reply, err = platformMode(name, args)
	case name == "Platform_shell":
		reply, err = platformShell(args)
	default:
		return "", false, nil
	}
	return reply, true, err
}

// killSpawned ends a server that was started for lldb's platform.
func (c *client) killSpawned(args string) (string, error) {
	pid, err := strconv.Atoi(args)
	if err != nil {
		return "", errSyntax
	}
	for _, ours := range c.spawned {
		if ours == pid {
			return done(syscall.Kill(pid, syscall.SIGTERM))
		}
	}
	return "", fmt.Errorf("process %d was not started here", pid)
}

// nextProcess is the next one of a listing.
func (c *client) nextProcess() (string, error) {
	for len(c.listed) > 0 {
		pid := c.listed[0]
		c.listed = c.listed[1:]
		if info := processInfo(pid); info != "" {
			return info, nil
		}
	}
	return "", errNoProcess
}

// processesThat are the processes that a qfProcessInfo packet selects: by
// "name" in hexadecimal with "name_match", by "pid", or all.
func processesThat(args string) (pids []int) {
	match, name, only := "", "", 0
	for _, f := range strings.Split(args, ";") {
		switch key, value, _ := strings.Cut(f, ":"); key {
		case "name_match":
			match = value
		case "name":
			name, _ = text(value)
		case "pid":
			only, _ = strconv.Atoi(value)
		}
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || only != 0 && pid != only || !nameMatches(match, name, programOf(pid)) {
			continue
		}
		pids = append(pids, pid)
	}
	return pids
}

// nameMatches reports whether a program's name or path matches.
func nameMatches(how, want, path string) bool {
	base := filepath.Base(path)
	switch how {
	case "equals":
		return base == want || path == want
	case "starts_with":
		return strings.HasPrefix(base, want)
	case "ends_with":
		return strings.HasSuffix(base, want)
	case "contains":
		return strings.Contains(base, want)
	}
	return true
}

// programOf is the path of a process's program, or its name if the path cannot
// be read (proc(5)).
func programOf(pid int) string {
	if path, err := os.Readlink(procFile(pid, "exe")); err == nil {
		return path
	}
	comm, _ := os.ReadFile(procFile(pid, "comm"))
	return strings.TrimSpace(string(comm))
}

// processInfo describes a process to lldb; "" for one that has ended.
func processInfo(pid int) string {
	status, err := os.ReadFile(procFile(pid, "status"))
	if err != nil {
		return ""
	}
	fields := map[string][]string{}
	for _, line := range strings.Split(string(status), "\n") {
		key, value, _ := strings.Cut(line, ":")
		fields[key] = append(strings.Fields(value), "0", "0")
	}
	return fmt.Sprintf("pid:%d;ppid:%s;uid:%s;gid:%s;euid:%s;egid:%s;name:%s;%s", pid, fields["PPid"][0], fields["Uid"][0], fields["Gid"][0],
		fields["Uid"][1], fields["Gid"][1], toHex(programOf(pid)), hostTriple())
}

func accountName(kind, id string) (string, error) {
	if kind == "UserName" {
		u, err := accounts.LookupId(id)
		if err != nil {
			return "", err
		}
		return toHex(u.Username), nil
	}
	g, err := accounts.LookupGroupId(id)
	if err != nil {
		return "", err
	}
	return toHex(g.Name), nil
}

// platformMode makes a folder, or changes a file's mode: MODE,PATH, both in
// hexadecimal.
func platformMode(name, args string) (string, error) {
	m, hexPath, _ := strings.Cut(args, ",")
	mode, good := number(m)
	path, ok := text(hexPath)
	if !good || !ok {
		return "", errSyntax
	}
	if name == "Platform_chmod" {
		return fileError(os.Chmod(path, os.FileMode(mode)&os.ModePerm)), nil
	}
	if mode == 0 { // lldb 14 sends this and means nothing by it
		mode = 0o777
	}
	return fileError(os.MkdirAll(path, os.FileMode(mode)&os.ModePerm)), nil
}

// platformShell runs a command: COMMAND,SECONDS,FOLDER, the first and the last
// in hexadecimal. The answer is F,STATUS,SIGNAL,OUTPUT.
func platformShell(args string) (string, error) {
	f := strings.Split(args, ",")
	command, ok := text(f[0])
	if !ok {
		return "", errSyntax
	}
	ctx := context.Background()
	if len(f) > 1 {
		if seconds, ok := number(f[1]); ok && seconds > 0 {
			var cancel func()
			ctx, cancel = context.WithTimeout(ctx, time.Duration(seconds)*time.Second)
			defer cancel()
		}
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", command)
	if len(f) > 2 {
		cmd.Dir, _ = text(f[2])
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return "", err
	}
	signal := 0
	if ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		signal = int(ws.Signal())
	}
	return fmt.Sprintf("F,%x,%x,", uint32(cmd.ProcessState.ExitCode()), signal) + string(out), nil
}
