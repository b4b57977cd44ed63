package dapfront

import (
	"debug/buildinfo"
	"debug/elf"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// Backend is Delve's name for the backend that speaks with our server.
const Backend = "lldb"

// message is the part of a message that the front reads; it passes the rest on.
type message struct {
	Seq        int             `json:"seq"`
	Type       string          `json:"type"`
	Command    string          `json:"command"`
	RequestSeq int             `json:"request_seq"`
	Arguments  json.RawMessage `json:"arguments"`
}

// target is the part of launch and attach arguments that names the program.
type target struct {
	Mode      string          `json:"mode"`
	Program   string          `json:"program"`
	DlvCwd    string          `json:"dlvCwd"`
	ProcessID json.RawMessage `json:"processId"`
}

// ours reports whether package dap should handle a launch or attach request.
func ours(m *message) bool {
	var t target
	if json.Unmarshal(m.Arguments, &t) != nil {
		return false
	}
	path := ""
	switch {
	case m.Command == "launch" && (t.Mode == "exec" || t.Mode == "core") && t.Program != "":
		path = t.Program
		if !filepath.IsAbs(path) {
			path = filepath.Join(t.DlvCwd, path)
		}
	case m.Command == "attach" && (t.Mode == "" || t.Mode == "local"):
		pid, err := strconv.Atoi(strings.Trim(string(t.ProcessID), `"`))
		if err != nil || pid <= 0 {
			return false
		}
		path = fmt.Sprintf("/proc/%d/exe", pid)
	default:
		return false
	}
	goes, err := IsGo(path)
	return err == nil && !goes
}

// IsGo reports whether Go's toolchain linked a program: the program has build
// information, or Go's function table, or its linker's note. Error: the file is not an
// ELF file, or cannot be read.
func IsGo(path string) (bool, error) {
	f, err := elf.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	for _, name := range []string{".go.buildinfo", ".gopclntab", ".note.go.buildid"} {
		if f.Section(name) != nil {
			return true, nil
		}
	}
	_, err = buildinfo.ReadFile(path) // works without section headers, too
	return err == nil, nil
}

// withBackend makes a launch or attach request use our server, unless the request names
// a backend. Other requests are returned unchanged.
func withBackend(content []byte) []byte {
	var whole, args map[string]json.RawMessage
	if json.Unmarshal(content, &whole) != nil || json.Unmarshal(whole["arguments"], &args) != nil {
		return content
	}
	var mode, backend string
	_ = json.Unmarshal(args["mode"], &mode) // the program is not there, or Delve reports what is wrong with it
	_ = json.Unmarshal(args["backend"], &backend)
	if args == nil || backend != "" && backend != "default" || mode == "core" || mode == "replay" || mode == "remote" {
		return content
	}
	args["backend"] = json.RawMessage(strconv.Quote(Backend))
	raw, err := json.Marshal(args)
	if err != nil {
		return content
	}
	whole["arguments"] = raw
	if raw, err = json.Marshal(whole); err != nil {
		return content
	}
	return raw
}
