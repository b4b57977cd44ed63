package check

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"
)

// sarifSchema is the schema of what WriteSARIF writes.
const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// object is a JSON object.
type object = map[string]any

// WriteSARIF writes the report as a SARIF 2.1.0 log (OASIS, "Static Analysis Results Interchange
// Format"), which code review systems and editors show. All rules of the catalogue are in it.
func (r *Report) WriteSARIF(w io.Writer) error {
	rules, index := []object{}, map[string]int{}
	for n, rule := range r.list {
		index[rule.Name] = n
		rules = append(rules, sarifRule(rule))
	}
	results := []object{}
	for n := range r.Findings {
		f := &r.Findings[n]
		results = append(results, r.sarifResult(f, index[f.Rule]))
	}
	driver := object{"name": "rseqstep", "rules": rules}
	if r.Version != "" {
		driver["version"] = r.Version
	}
	invocation := object{"executionSuccessful": true}
	if notes := r.sarifNotes(); len(notes) > 0 {
		invocation["toolExecutionNotifications"] = notes
	}
	return encode(w, object{
		"$schema": sarifSchema,
		"version": "2.1.0",
		"runs": []object{{
			"tool": object{"driver": driver}, "results": results, "invocations": []object{invocation},
			"properties": object{"target": r.Target, "kernels": r.Kernels, "watched": r.Watched},
		}},
	})
}

func sarifRule(r *Rule) object {
	on := object{}
	for _, k := range AllKernels() {
		on[k.Key()] = r.On[k].String()
	}
	o := object{
		"id": r.Name, "name": r.Name,
		"shortDescription":     object{"text": r.Title},
		"fullDescription":      object{"text": r.Says},
		"help":                 object{"text": r.Advice},
		"defaultConfiguration": object{"level": r.Severity},
		"properties":           object{"family": r.Family, "kernels": on, "sources": sourceTexts(r.Sources)},
	}
	for _, s := range r.Sources {
		if s.URL != "" {
			o["helpUri"] = s.URL
			break
		}
	}
	return o
}

func sourceTexts(list []Source) []string {
	texts := []string{}
	for _, s := range list {
		texts = append(texts, s.Text)
	}
	return texts
}

func (r *Report) sarifResult(f *Finding, rule int) object {
	o := object{
		"ruleId": f.Rule, "ruleIndex": rule, "level": f.Severity,
		"message":             object{"text": f.Detail},
		"locations":           []object{sarifLocation(&f.Where)},
		"occurrenceCount":     max(f.Count, 1),
		"partialFingerprints": object{"place/v1": fingerprint(f)},
	}
	properties := object{}
	if f.Section != nil {
		properties["section"] = f.Section
	}
	if len(f.Threads) > 0 {
		properties["threads"] = f.Threads
	}
	if f.Value != "" {
		properties["value"] = f.Value
	}
	if len(properties) > 0 {
		o["properties"] = properties
	}
	if len(f.Stack) > 0 {
		frames := []object{}
		for n := range f.Stack {
			frames = append(frames, object{"location": sarifLocation(&f.Stack[n]), "module": path.Base(f.Stack[n].Module)})
		}
		o["stacks"] = []object{{"message": object{"text": "at the first time"}, "frames": frames}}
	}
	if len(f.Path) > 0 {
		steps := []object{}
		for n := range f.Path {
			steps = append(steps, object{"location": sarifLocation(&f.Path[n])})
		}
		o["codeFlows"] = []object{{"threadFlows": []object{{"locations": steps}}}}
	}
	return o
}

// sarifLocation is a place: the source line if it is known, else the address in the module.
func sarifLocation(p *Place) object {
	physical := object{}
	switch {
	case p.File != "":
		physical["artifactLocation"] = object{"uri": uri(p.File)}
		if p.Line > 0 {
			physical["region"] = object{"startLine": p.Line}
		}
	case p.Module != "":
		physical["artifactLocation"] = object{"uri": uri(p.Module)}
	}
	if p.Address != 0 {
		address := object{"fullyQualifiedName": fmt.Sprintf("%s+%v", path.Base(p.Module), p.Address)}
		if p.Address < 1<<53 { // readers keep numbers as float64 or int64
			address["absoluteAddress"] = uint64(p.Address)
		}
		physical["address"] = address
	}
	o := object{}
	if len(physical) > 0 {
		o["physicalLocation"] = physical
	}
	if p.Function != "" {
		o["logicalLocations"] = []object{{"fullyQualifiedName": p.Function, "kind": "function"}}
	}
	if text := p.Note; text != "" || p.Text != "" {
		if text == "" {
			text = p.Text
		} else if p.Text != "" {
			text += ": " + p.Text
		}
		o["message"] = object{"text": text}
	}
	return o
}

// uri is a path as a URI reference.
func uri(file string) string {
	u := url.URL{Path: file}
	if strings.HasPrefix(file, "/") {
		u.Scheme = "file"
	}
	return u.String()
}

// fingerprint identifies a finding in later builds of the same program: by its rule, module,
// function and source line, or, without one, by its offset in the function.
func fingerprint(f *Finding) string {
	place := fmt.Sprintf("%s:%d", path.Base(f.Where.File), f.Where.Line)
	if f.Where.Line == 0 {
		place = fmt.Sprintf("+%#x", f.Where.Offset)
		if f.Where.Function == "" {
			place = f.Where.Address.String()
		}
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%s", f.Rule, path.Base(f.Where.Module), f.Where.Function, place))
	return fmt.Sprintf("%x", sum[:16])
}

// sarifNotes are what is neither a rule nor a finding: what could not be looked at, what was
// concluded, and suppressions that match nothing.
func (r *Report) sarifNotes() (list []object) {
	say := func(level Severity, text string) {
		list = append(list, object{"level": level, "message": object{"text": text}})
	}
	for _, text := range r.Problems {
		say(Warning, text)
	}
	for _, text := range append(r.Says[:len(r.Says):len(r.Says)], r.Watched.Sentence()) {
		say(Note, text)
	}
	for _, p := range r.Unused {
		say(Note, "no finding matches the suppression in "+p.String())
	}
	return list
}
