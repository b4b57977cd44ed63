// Package check is what `rseqstep check` says about a program's use of restartable
// sequences: rules, findings, a report of them, and the forms in which a report is written.
//
// A Rule is data: its stable name, what it says and who says so, what a violation does on
// which kernels, and what to do. The rules are in package check/rules, one file a family. A
// Finding is one place that violates a rule. A Report holds the findings and what was looked at,
// because a check that found nothing has proved nothing.
//
// The package reads no file and watches no process. Package check/code reads files; the findings
// about a running program come from whoever watches it. Both fill the same Report:
//
//	r := check.NewReport(version, "prog", catalogue)
//	r.Add(check.Finding{Rule: "store-before-commit", Where: …, Detail: …})
//	r.Apply(check.Options{Kernels: …, Suppress: …, Max: …})
//	r.WriteText(w, check.Paint{}) // or WriteJSON, WriteSARIF
//	os.Exit(r.Status(check.Warning))
//
// # Decisions
//
// Kernels are columns (Kernel), not versions: what a violation does depends on when the kernel
// rewrites the fields and looks at rseq_cs, which changed twice. Since Linux 7.1 it also depends
// on the size of the registration, so one version is two columns.
//
// A place that violates a rule many times is one Finding with a count. Refused: one finding per
// event, because a service would produce millions.
//
// Suppressions that match nothing are reported, because otherwise the file only grows.
package check
