package dap

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/session"
	"rseqstep/stepper"
	"rseqstep/stepper/opvcall"
)

// launchArguments are the arguments of a launch request that the adapter knows. They
// have Delve's names, so that a configuration written for Delve works.
type launchArguments struct {
	Mode           string             `json:"mode"` // "exec", which is the default, or "core"
	CoreFilePath   string             `json:"coreFilePath"`
	Program        string             `json:"program"`
	Args           []string           `json:"args"`
	Cwd            string             `json:"cwd"`
	Env            map[string]*string `json:"env"` // null removes a variable
	StopOnEntry    bool               `json:"stopOnEntry"`
	NoDebug        bool               `json:"noDebug"`
	StdinFrom      string             `json:"stdinFrom"`
	StdoutTo       string             `json:"stdoutTo"`
	StderrTo       string             `json:"stderrTo"`
	SubstitutePath []substitution     `json:"substitutePath"`
	DlvCwd         string             `json:"dlvCwd"`  // base of relative paths
	Console        string             `json:"console"` // "internalConsole", which is the default, "integratedTerminal" or "externalTerminal"

	// Not in Delve:
	ASLR       bool `json:"aslr"`       // keep address space layout randomization
	StuckLimit int  `json:"stuckLimit"` // `set stuck-limit`; 0 keeps the default
	Inside     bool `json:"inside"`     // `set inside on`
	cpuOpv
}

// cpuOpv is the cpu_opv call that a configuration asks for, as --cpu-opv does.
type cpuOpv struct {
	ABI    string `json:"cpuOpv"`   // "v3" or "v9"; "" keeps that of the command line
	Number uint64 `json:"cpuOpvNr"` // 0 means the number of 2018
}

// provide sets it in the session.
func (s *server) provide(o cpuOpv) error {
	if o.ABI == "" {
		s.session.CPUOpv = s.cpuOpv
		return nil
	}
	if o.Number == 0 {
		o.Number = opvcall.Number
	}
	p, err := opvcall.Parse(o.ABI, o.Number)
	if err != nil {
		return fmt.Errorf("cpuOpv: %w", err)
	}
	s.session.CPUOpv = p
	return nil
}

// attachArguments are the arguments of an attach request.
type attachArguments struct {
	Mode           string         `json:"mode"` // only "local", which is also the default
	ProcessID      processID      `json:"processId"`
	PID            processID      `json:"pid"`
	StopOnEntry    bool           `json:"stopOnEntry"`
	SubstitutePath []substitution `json:"substitutePath"`
	StuckLimit     int            `json:"stuckLimit"`
	Inside         bool           `json:"inside"`
	cpuOpv
}

// processID is a number, or a string with one: process pickers of editors send strings.
type processID int

// UnmarshalJSON implements json.Unmarshaler.
func (p *processID) UnmarshalJSON(b []byte) error {
	n, err := strconv.Atoi(strings.Trim(string(b), `"`))
	if err != nil || n < 0 {
		return fmt.Errorf("%s is not a process id", clip(string(b)))
	}
	*p = processID(n)
	return nil
}

// program is the debugged program.
type program struct {
	launch      *launchArguments // nil for a process that was attached to
	attach      *attachArguments // nil for a program that was launched
	stopOnEntry bool
	configured  bool // the program was resumed after the breakpoints were set
}

var errStarted = errors.New("a program is being debugged already")

func (s *server) launch(r *request, raw json.RawMessage) error {
	if s.session.HasProcess() {
		return errStarted
	}
	a, err := launchConfiguration(raw)
	if err != nil {
		return err
	}
	if err := s.start(a); err != nil {
		return err
	}
	s.respond(r, &dap.LaunchResponse{})
	s.event("initialized", &dap.InitializedEvent{})
	return nil
}

// launchConfiguration decodes and checks the arguments of a launch request.
func launchConfiguration(raw json.RawMessage) (*launchArguments, error) {
	a := &launchArguments{}
	if err := configuration(raw, a, "launch"); err != nil {
		return nil, err
	}
	switch {
	case a.Mode == "core" && a.CoreFilePath == "":
		return nil, errors.New("the mode \"core\" needs \"coreFilePath\"")
	case a.Mode != "core" && a.CoreFilePath != "":
		return nil, errors.New("\"coreFilePath\" needs the mode \"core\"")
	case a.Mode == "core":
		return a, nil // the core file names its program
	case a.Mode != "" && a.Mode != "exec":
		return nil, fmt.Errorf("the mode %q is for Go programs; for other compiled programs use \"exec\"", clip(a.Mode))
	case a.Program == "":
		return nil, errors.New("the launch configuration names no \"program\"")
	}
	return a, nil
}

// openCore opens a core file.
func (s *server) openCore(a *launchArguments) error {
	s.paths = a.SubstitutePath
	if err := s.session.OpenCore(a.path(a.CoreFilePath)); err != nil {
		return err
	}
	s.begun(&program{launch: a, stopOnEntry: true}, "attach")
	return nil
}

// start launches the program and stops it at its first instruction.
func (s *server) start(a *launchArguments) error {
	if a.Program != "" {
		if err := s.session.SetProgram(a.path(a.Program)); err != nil {
			return err
		}
	}
	if a.Mode == "core" {
		return s.openCore(a)
	}
	s.session.Args = a.Args
	if s.session.Cwd = a.path(a.Cwd); s.session.Cwd != "" {
		if st, err := os.Stat(s.session.Cwd); err != nil || !st.IsDir() {
			return fmt.Errorf("the working directory %q does not exist", s.session.Cwd)
		}
	}
	s.environment(a.Env)
	s.paths = a.SubstitutePath
	s.session.Settings.ASLR = a.ASLR
	if err := s.provide(a.cpuOpv); err != nil {
		return err
	}
	s.settings(a.StuckLimit, a.Inside)
	closeFiles, err := s.connectOutput(a)
	if err != nil {
		return err
	}
	err = s.session.Launch(true)
	closeFiles()
	if err != nil {
		s.drain()
		return err
	}
	s.begun(&program{launch: a, stopOnEntry: a.StopOnEntry}, "launch")
	return nil
}

// environment changes the program's environment as a configuration says, after it has undone
// what the one before said.
func (s *server) environment(change map[string]*string) {
	for name := range s.changed {
		if value, ok := os.LookupEnv(name); ok {
			s.session.Env.Set(name, value)
		} else {
			s.session.Env.Unset(name)
		}
	}
	delete(change, "") // it is no variable, and Unset would remove all
	for name, value := range change {
		if value == nil {
			s.session.Env.Unset(name)
		} else {
			s.session.Env.Set(name, *value)
		}
	}
	s.changed = change
}

func (s *server) settings(stuckLimit int, inside bool) {
	if stuckLimit <= 0 {
		stuckLimit = session.DefaultSettings().StuckLimit
	}
	s.session.Settings.StuckLimit = stuckLimit
	s.session.Settings.Inside = inside
	s.session.Apply()
}

// path resolves a path of the configuration against the configuration's base for
// relative paths.
func (a *launchArguments) path(p string) string {
	if p == "" || filepath.IsAbs(p) || a.DlvCwd == "" {
		return p
	}
	return filepath.Join(a.DlvCwd, p)
}

func (s *server) attach(r *request, raw json.RawMessage) error {
	if s.session.HasProcess() {
		return errStarted
	}
	a, err := attachConfiguration(raw)
	if err != nil {
		return err
	}
	if err := s.join(a); err != nil {
		return err
	}
	s.respond(r, &dap.AttachResponse{})
	s.event("initialized", &dap.InitializedEvent{})
	return nil
}

// attachConfiguration decodes and checks the arguments of an attach request.
func attachConfiguration(raw json.RawMessage) (*attachArguments, error) {
	a := &attachArguments{}
	if err := configuration(raw, a, "attach"); err != nil {
		return nil, err
	}
	a.ProcessID = max(a.ProcessID, a.PID)
	switch {
	case a.Mode != "" && a.Mode != "local":
		return nil, fmt.Errorf("the mode %q is not supported; use \"local\"", clip(a.Mode))
	case a.ProcessID == 0:
		return nil, errors.New("the attach configuration names no \"processId\"")
	}
	return a, nil
}

// join attaches to the process and stops it.
func (s *server) join(a *attachArguments) error {
	s.paths = a.SubstitutePath
	s.settings(a.StuckLimit, a.Inside)
	if err := s.provide(a.cpuOpv); err != nil {
		return err
	}
	if err := s.session.Attach(int(a.ProcessID)); err != nil {
		return err
	}
	s.begun(&program{attach: a, stopOnEntry: a.StopOnEntry}, "attach")
	return nil
}

// begun reports a new process to the client.
func (s *server) begun(p *program, how string) {
	s.program, s.over = p, false
	s.take() // "Attaching to …"
	s.event("process", &dap.ProcessEvent{Body: dap.ProcessEventBody{Name: s.session.Program, SystemProcessId: s.session.PID(),
		IsLocalProcess: true, StartMethod: how, PointerSize: 64}})
	s.seeThreads()
}

// configuration decodes a configuration. Error: it has a key that nobody knows, or a value of
// another type than its key's.
func configuration(raw json.RawMessage, into any, of string) error {
	if len(bytes.TrimSpace(raw)) == 0 {
		return errors.New("the request has no arguments")
	}
	if err := checkKeys(raw, into, of); err != nil { // first: encoding/json takes a key in any case
		return err
	}
	err := json.Unmarshal(raw, into)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Errorf("%q must be %s, not %s", wrong.Field, typeName(wrong.Type), wrong.Value)
	}
	return err
}

// typeName names a type of a configuration's values in the words of JSON.
func typeName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	case reflect.Slice:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "an object"
	}
	return "a number"
}

// configured resumes the program after the client has set its breakpoints.
func (s *server) configured(r *request) error {
	s.respond(r, &dap.ConfigurationDoneResponse{})
	p := s.program
	if p == nil || p.configured || !s.session.HasProcess() {
		return nil
	}
	p.configured = true
	s.after = s.enter
	return nil
}

// enter resumes the program for the first time.
func (s *server) enter() error {
	switch {
	case s.session.Core() != nil:
		return s.stopped("")
	case !s.program.stopOnEntry:
		return s.run((*stepper.Engine).Continue, true)
	case s.program.launch == nil:
		return s.stopped("entry")
	}
	e, err := s.session.Engine()
	if err != nil {
		return err
	}
	places, err := e.Symbols().Lookup("main", 0)
	if err != nil || len(places) == 0 {
		return s.stopped("entry")
	}
	return s.runToEntry(places)
}
