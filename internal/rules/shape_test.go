package rules

import (
	"go/ast"
	"go/types"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// limits holds the numbers that describe the engine's shape; they may only decrease. A function
// moves a thread if it calls the backend's motion, directly or through other functions. Functions
// that move threads and call each other in circles cannot be understood one by one: each may find
// a state that any other has changed.
var limits = map[string]int{
	"functions in circles that move threads": 0,
	"calls of the backend's motion":          3,
	"functions that ask an event's kind":     1,
	"fields of Engine":                       12,
	"methods of Engine":                      77,
	"fields of Driver":                       17,
	"methods of Driver":                      107,
	"questions of the loop":                  17,
	"methods of the largest interface":       13,
	"changes made beside the book":           1, // the mask of a thread that leaves a called function
}

// motion lists the methods that resume threads or wait for them.
var motion = []string{"Go", "Release", "Wait"}

// booked lists the changes to a program for the debugger's own purposes. Only package ledger
// makes them, because nothing undoes a change that is not in the book.
var booked = []string{"Insert", "Remove", "SetDebug", "SetSignalMask", "Pin", "Unpin", "ExitKill"}

func TestTheEnginesShapeGetsSimpler(t *testing.T) {
	e := loadEngine(t)
	moves := e.moves()
	knot, sites := map[string]bool{}, 0
	for _, circle := range e.circles() {
		for _, f := range circle {
			if moves[f] {
				knot[f.Name()] = true
			}
		}
	}
	for _, n := range e.motions {
		sites += n
	}
	fields, methods := counted(e.stepper, "Engine")
	driverFields, driverMethods := counted(e.drive, "Driver")
	found := map[string]int{
		"functions in circles that move threads": len(knot),
		"calls of the backend's motion":          sites,
		"functions that ask an event's kind":     len(e.deciders),
		"fields of Engine":                       fields,
		"methods of Engine":                      methods,
		"fields of Driver":                       driverFields,
		"methods of Driver":                      driverMethods,
		"questions of the loop":                  e.questions,
		"methods of the largest interface":       e.largest(),
		"changes made beside the book":           e.changes,
	}
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		t.Logf("%s: %d", name, found[name])
		switch n, most := found[name], limits[name]; {
		case n > most:
			t.Errorf("%s: %d, %d are allowed", name, n, most)
		case n < most:
			t.Errorf("%s: %d. Write it down as the limit, that it stays so.", name, n)
		}
	}
	t.Logf("in circles: %s", strings.Join(slices.Sorted(maps.Keys(knot)), " "))
	slices.Sort(e.deciders)
	t.Logf("ask an event's kind: %s", strings.Join(e.deciders, " "))
}

// engine is package stepper with the loop, package drive, the packages between them, and their
// call graph.
type engine struct {
	stepper   *types.Scope
	drive     *types.Scope
	tracee    *types.Scope                  // the backend's interfaces
	ours      map[*types.Package]bool       // package stepper, package drive, and those between them
	asked     map[*types.Func][]*types.Func // the implementations, in these packages, of each method of their interfaces
	questions int                           // methods of drive.Mind
	calls     map[*types.Func][]*types.Func // the functions that a body names, each once
	motions   map[*types.Func]int           // how often each calls the backend's motion
	changes   int                           // how often they change the program without the book
	deciders  []string
}

// enginePackages returns package drive and the packages that use it, up to package stepper.
func enginePackages(t *testing.T) (paths []string) {
	t.Helper()
	root, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedImports | packages.NeedDeps, Dir: "../.."}, "./stepper")
	if err != nil {
		t.Fatal(err)
	}
	const drive = module + "/stepper/drive"
	paths = []string{drive, module + "/stepper"}
	for path, p := range root[0].Imports {
		if p.Imports[drive] != nil {
			paths = append(paths, path)
		}
	}
	return paths
}

// loadEngine type-checks these packages. A function that is only named, for example one that is
// passed as an argument, counts as called, because its receiver calls it. A call of a method of
// an interface of theirs counts as a call of all its implementations there.
func loadEngine(t *testing.T) *engine {
	t.Helper()
	const needs = packages.NeedName | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedDeps
	loaded, err := packages.Load(&packages.Config{Mode: needs, Dir: "../.."}, enginePackages(t)...)
	if err != nil {
		t.Fatal(err)
	}
	e := &engine{ours: map[*types.Package]bool{}, asked: map[*types.Func][]*types.Func{}, calls: map[*types.Func][]*types.Func{}, motions: map[*types.Func]int{}}
	for _, p := range loaded {
		for _, err := range p.Errors {
			t.Fatal(err)
		}
		switch p.PkgPath {
		case module + "/stepper":
			e.stepper = p.Types.Scope()
		case module + "/stepper/drive":
			e.drive = p.Types.Scope()
		}
		if imported := p.Imports[module+"/stepper/tracee"]; imported != nil {
			e.tracee = imported.Types.Scope()
		}
		e.ours[p.Types] = true
	}
	e.implement()
	mind := e.drive.Lookup("Mind").Type().Underlying().(*types.Interface)
	e.questions = mind.NumMethods()
	for m := range mind.Methods() {
		if len(e.asked[m]) == 0 {
			t.Fatalf("nobody answers %s: this test looks for the wrong thing", m.Name())
		}
	}
	for _, p := range loaded {
		e.read(p)
	}
	return e
}

// implement finds the implementations of the methods of every interface of these packages.
func (e *engine) implement() {
	var asked, concrete []*types.TypeName
	for p := range e.ours {
		for _, name := range p.Scope().Names() {
			if named, ok := p.Scope().Lookup(name).(*types.TypeName); ok && types.IsInterface(named.Type()) {
				asked = append(asked, named)
			} else if ok && !named.IsAlias() {
				concrete = append(concrete, named)
			}
		}
	}
	for _, a := range asked {
		i := a.Type().Underlying().(*types.Interface)
		for _, named := range concrete {
			pointer := types.NewPointer(named.Type())
			if i.NumMethods() == 0 || !types.Implements(pointer, i) {
				continue
			}
			set := types.NewMethodSet(pointer)
			for m := range i.Methods() {
				e.asked[m] = append(e.asked[m], set.Lookup(m.Pkg(), m.Name()).Obj().(*types.Func))
			}
		}
	}
}

// read records the calls of a package's functions.
func (e *engine) read(p *packages.Package) {
	ours := func(f *types.Func) bool {
		return f.Pkg() != nil && (e.ours[f.Pkg()] || f.Pkg().Scope() == e.tracee)
	}
	kind := e.tracee.Lookup("EventKind").Type()
	isKind := func(x ast.Expr) bool { return x != nil && types.Identical(p.TypesInfo.TypeOf(x), kind) }
	for _, file := range p.Syntax {
		for _, d := range file.Decls {
			declared, ok := d.(*ast.FuncDecl)
			if !ok || declared.Body == nil {
				continue
			}
			f := p.TypesInfo.Defs[declared.Name].(*types.Func)
			if _, read := e.calls[f]; !read {
				e.calls[f] = nil
			}
			decides := false
			ast.Inspect(declared.Body, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.Ident:
					if named, ok := p.TypesInfo.Uses[n].(*types.Func); ok && ours(named) {
						e.call(f, named.Origin())
					}
				case *ast.SwitchStmt:
					decides = decides || isKind(n.Tag)
				case *ast.BinaryExpr:
					decides = decides || isKind(n.X)
				}
				return true
			})
			if decides {
				e.deciders = append(e.deciders, p.Types.Name()+"."+f.Name())
			}
		}
	}
}

// call records that f names callee.
func (e *engine) call(f, callee *types.Func) {
	if receiver := callee.Signature().Recv(); receiver != nil && types.IsInterface(receiver.Type()) {
		if e.ours[callee.Pkg()] {
			for _, answers := range e.asked[callee] {
				e.call(f, answers)
			}
			return
		}
		if callee.Pkg().Scope() == e.tracee && slices.Contains(motion, callee.Name()) {
			e.motions[f]++
		}
		if callee.Pkg().Scope() == e.tracee && slices.Contains(booked, callee.Name()) {
			e.changes++
		}
		return
	}
	if callee.Pkg().Scope() != e.tracee && !slices.Contains(e.calls[f], callee) {
		e.calls[f] = append(e.calls[f], callee)
	}
}

// moves returns the set of functions that move threads.
func (e *engine) moves() map[*types.Func]bool {
	out := map[*types.Func]bool{}
	for f := range e.motions {
		out[f] = true
	}
	for grown := true; grown; {
		grown = false
		for f, callees := range e.calls {
			if !out[f] && slices.ContainsFunc(callees, func(c *types.Func) bool { return out[c] }) {
				out[f], grown = true, true
			}
		}
	}
	return out
}

// circles returns the sets of two or more functions in which each function reaches all the others
// (strongly connected components, by Tarjan's algorithm).
func (e *engine) circles() [][]*types.Func {
	var (
		out   [][]*types.Func
		stack []*types.Func
		index = map[*types.Func]int{}
		low   = map[*types.Func]int{}
		visit func(*types.Func)
	)
	visit = func(f *types.Func) {
		index[f] = len(index) + 1
		low[f] = index[f]
		stack = append(stack, f)
		for _, callee := range e.calls[f] {
			if index[callee] == 0 {
				visit(callee)
				low[f] = min(low[f], low[callee])
			} else if slices.Contains(stack, callee) {
				low[f] = min(low[f], index[callee])
			}
		}
		if low[f] == index[f] {
			i := slices.Index(stack, f)
			if set := slices.Clone(stack[i:]); len(set) > 1 {
				out = append(out, set)
			}
			stack = stack[:i]
		}
	}
	for f := range e.calls {
		if index[f] == 0 {
			visit(f)
		}
	}
	return out
}

// counted returns the number of fields and methods of a struct.
func counted(scope *types.Scope, name string) (fields, methods int) {
	named := scope.Lookup(name).Type().(*types.Named)
	return named.Underlying().(*types.Struct).NumFields(), named.NumMethods()
}

// largest returns the number of methods of the largest interface, without those of its embedded
// interfaces, which are counted separately.
func (e *engine) largest() int {
	most := 0
	for _, name := range e.tracee.Names() {
		if i, ok := e.tracee.Lookup(name).Type().Underlying().(*types.Interface); ok {
			most = max(most, i.NumExplicitMethods())
		}
	}
	return most
}
