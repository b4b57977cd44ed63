package expr

import "math/big"

// Expr is a parsed expression. It contains no addresses and no types, only
// names: the same Expr may be evaluated in any Context.
type Expr struct {
	text string
	root node
}

// String is the expression as it was written.
func (e *Expr) String() string { return e.text }

// IsType reports whether the text names a type and not a value ("ptype struct
// s").
func (e *Expr) IsType() bool { _, ok := e.root.(typeNode); return ok }

// Calls reports whether the expression certainly calls a function of the program: v.size() does not
// if v is a container, which only its evaluation shows.
func (e *Expr) Calls() bool {
	return anyNode(e.root, func(n node) bool {
		call, ok := n.(callNode)
		if !ok {
			return false
		}
		_, builtin := call.function.(dollarNode)
		return !builtin && !mayBeLibrarys(call)
	})
}

// Names reports whether the expression names anything in a program: otherwise it is the
// same number in every program.
func (e *Expr) Names() bool {
	return anyNode(e.root, func(n node) bool { _, ok := n.(nameNode); return ok })
}

// node is a part of an expression: one of the types below.
type node any

type (
	intNode struct {
		value *big.Int
		kind  string // the type's name
	}
	floatNode struct {
		value float64
		wide  *big.Float // with the precision of the x87's format
		wider *big.Float // of binary128
		kind  string
	}
	charNode struct {
		value  rune
		prefix byte // 0, 'L', 'u', 'U'
	}
	stringNode struct {
		value  []rune
		prefix byte
	}
	// nameNode is an identifier, in scopes from left to right: a::b::c, f::x,
	// 'file.c'::x. global: it began with "::".
	nameNode struct {
		scopes []string
		name   string
		global bool
	}
	dollarNode struct{ name string } // "$", "$1", "$$2", "$rip", "$foo"

	unaryNode struct {
		op string // + - ! ~ * & and, in front, ++ --
		x  node
	}
	postfixNode struct {
		op string // ++ --, postfix
		x  node
	}
	binaryNode struct {
		op   string // also && || @ and the comma
		x, y node
	}
	assignNode struct {
		op   string // "" for a plain "="
		x, y node
	}
	condNode   struct{ cond, yes, no node }
	indexNode  struct{ x, index node }
	memberNode struct {
		x     node
		name  string
		arrow bool
	}
	callNode struct {
		function  node
		arguments []node
	}
	castNode struct {
		to   *typeExpr
		x    node
		word string // C++: "static_cast"; "" for C's
	}
	braceNode struct { // {type} address
		to *typeExpr
		x  node
	}
	sizeofNode struct {
		x     node // nil: of is set
		of    *typeExpr
		align bool
	}
	typeNode  struct{ of *typeExpr }
	unitNode  struct{}                    // Rust's ()
	sliceNode struct{ x, low, high node } // Rust's x[low..high]; a bound may be nil
)

// typeExpr is the name of a type as written in the expression.
type typeExpr struct {
	tag      string // "struct", "union", "enum", "class" or ""
	name     string // "unsigned int", "word_t", "ns::T"
	constant bool
	volatile bool
	steps    []typeStep // from the base type outwards
}

// typeStep is one declarator step.
type typeStep struct {
	kind     byte // '*', '&', 'R' (&&), '[', '(', 'c' (const), 'v' (volatile)
	count    node // '[': nil for []
	params   []*typeExpr
	variadic bool
}
