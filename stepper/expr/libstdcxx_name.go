package expr

import (
	"debug/dwarf"
	"fmt"
	"strings"
)

// shortName is a type's name as gdb's type printers for the C++ library write it: without template
// arguments that are the default ones, and std::string for basic_string<char>. gdb uses it in
// "whatis" and "ptype".
func shortName(t *Type) string {
	if name, ok := knownName(t); ok {
		return name
	}
	return declareBy(t, shortBase, "")
}

// shortBase is baseName with short names.
func shortBase(t *Type) string {
	if t.Kind == Qualified {
		return t.qualifiers() + " " + shortBase(t.Elem)
	}
	if name, ok := knownName(t); ok {
		return name
	}
	if t.Kind != Struct && t.Kind != Union || !strings.Contains(t.Name, "<") {
		return t.baseName()
	}
	arguments := t.arguments()
	if len(arguments) == 0 {
		arguments = t.namedArguments()
	}
	return mapArguments(t.baseName(), func(written string) string {
		for _, a := range arguments {
			if (a.Kind == Struct || a.Kind == Union) && written == canonical(a.String()) {
				return shortBase(a)
			}
		}
		return written
	})
}

// arguments are a class template's type arguments, those of its parameter pack last.
func (t *Type) arguments() (list []*Type) {
	t.fill()
	for _, a := range t.templates {
		list = append(list, a.Type)
	}
	return append(list, t.pack...)
}

// namedArguments are the classes among a template's arguments by what the class's name says, for
// a class whose arguments the compiler does not describe.
func (t *Type) namedArguments() (list []*Type) {
	written, _, ok := templateArguments(t.Name[strings.IndexByte(t.Name, '<'):])
	for n := 0; ok && n < len(written); n++ {
		for _, e := range t.info.named(written[n]) {
			if e.Tag == dwarf.TagStructType || e.Tag == dwarf.TagClassType {
				list = append(list, t.info.Type(e.Offset))
				break
			}
		}
	}
	return list
}

func knownName(t *Type) (string, bool) {
	if t.Kind != Struct && t.Kind != Union || t.info == nil {
		return "", false
	}
	name := templateName(t.Name)
	defaults, ok := defaultArguments(name)
	if !ok && name != "basic_string" && name != "basic_string_view" {
		return "", false
	}
	if scope := t.scope(); scope != "std::" && scope != "std::__cxx11::" {
		return "", false
	}
	t.fill()
	if !ok {
		return stringName(name, t)
	}
	given := len(t.templates) - len(defaults)
	if given <= 0 {
		return "", false
	}
	for n, is := range defaults {
		if !isDefault(is, t, t.templates[given+n].Type) {
			return "", false
		}
	}
	var words []string
	for _, a := range t.templates[:given] {
		words = append(words, argumentName(a.Type))
	}
	return "std::" + name + "<" + strings.Join(words, ", ") + ">", true
}

// argumentName is a template argument's name inside such a name.
func argumentName(t *Type) string {
	switch t.Kind {
	case Pointer:
		return argumentName(t.Elem) + "*"
	case Reference:
		if t.RValue {
			return argumentName(t.Elem) + "&&"
		}
		return argumentName(t.Elem) + "&"
	}
	return argumentItself(t)
}

// argumentItself is the name of a type that is no pointer or reference.
func argumentItself(t *Type) string {
	if name, ok := knownName(t); ok {
		return name
	}
	return t.String()
}

// stringName is the name of a string class of the default traits and allocator.
func stringName(class string, t *Type) (string, bool) {
	prefix, ok := map[string]string{"char": "", "wchar_t": "w", "char8_t": "u8", "char16_t": "u16", "char32_t": "u32"}[t.templates[0].Type.String()]
	for _, a := range t.templates[1:] {
		ok = ok && (isDefault("std::char_traits<%[1]s>", t, a.Type) || isDefault("std::allocator<%[1]s>", t, a.Type))
	}
	return "std::" + prefix + strings.TrimPrefix(class, "basic_"), ok
}

// defaultArguments are the default arguments of a class template, which are its last ones. %[1]s and
// %[2]s stand for the first two.
func defaultArguments(name string) ([]string, bool) {
	const pairs = "std::allocator<std::pair<%[1]s, %[2]s>>"
	switch name {
	case "unique_ptr":
		return []string{"std::default_delete<%[1]s>"}, true
	case "deque", "forward_list", "list", "vector":
		return []string{"std::allocator<%[1]s>"}, true
	case "map", "multimap":
		return []string{"std::less<%[1]s>", pairs}, true
	case "set", "multiset":
		return []string{"std::less<%[1]s>", "std::allocator<%[1]s>"}, true
	case "unordered_map", "unordered_multimap":
		return []string{"std::hash<%[1]s>", "std::equal_to<%[1]s>", pairs}, true
	case "unordered_set", "unordered_multiset":
		return []string{"std::hash<%[1]s>", "std::equal_to<%[1]s>", "std::allocator<%[1]s>"}, true
	}
	return nil, false
}

// isDefault reports whether an argument of a class template is of that form. Compilers and
// this package write qualifiers and spaces at different places of a name: neither counts.
func isDefault(form string, class, argument *Type) bool {
	names := []any{class.templates[0].Type.String(), ""}
	if len(class.templates) > 1 {
		names[1] = class.templates[1].Type.String()
	}
	plain := strings.NewReplacer(" ", "", "const", "")
	return plain.Replace(canonical(argument.String())) == plain.Replace(fmt.Sprintf(form, names...))
}
