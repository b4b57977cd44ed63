// Package rules is the catalogue of rules that `rseqstep check` knows, one file a family. A family
// is a function that returns its rules in the order of the catalogue; beside it are the functions
// that judge what a reader of files, or whoever watches a program, has seen. They are pure.
//
// A rule's name never changes its meaning: suppression files and other people's scripts name it.
package rules

import "rseqstep/check"

// All are all rules, in the order of the catalogue.
func All() []check.Rule {
	var all []check.Rule
	for _, family := range [][]check.Rule{
		checkedRules(),
		declaredRules(),
		bodyRules(),
		storeRules(),
		cpuRules(),
		wayRules(),
		handlerRules(),
		registrationRules(),
		areaRules(),
		sliceRules(),
	} {
		all = append(all, family...)
	}
	return all
}
