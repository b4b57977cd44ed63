package expr

// Constant reports whether nothing in the program's memory or registers changes the
// expression's value: a watchpoint on it would never be met.
func (e *Expr) Constant() bool {
	return !anyNode(e.root, func(n node) bool {
		switch n := n.(type) {
		case nameNode, dollarNode, indexNode, braceNode, stringNode, callNode:
			return true
		case memberNode:
			return n.arrow
		case unaryNode:
			return n.op == "*"
		}
		return false
	})
}
