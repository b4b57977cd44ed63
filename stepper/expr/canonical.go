package expr

import "strings"

// canonical is the name of a C++ type as gdb writes it: compilers' template arguments are "short
// int", "const T" and "T *", gdb's "short", "T const" and "T*".
func canonical(name string) string { return mapArguments(name, canonicalArgument) }

// mapArguments replaces the template arguments in a name.
func mapArguments(name string, f func(argument string) string) string {
	if !strings.Contains(name, "<") || strings.HasPrefix(name, "<") {
		return name
	}
	var out strings.Builder
	for {
		open := strings.IndexByte(name, '<')
		if open < 0 {
			break
		}
		arguments, rest, ok := templateArguments(name[open:])
		if !ok {
			break
		}
		for n := range arguments {
			arguments[n] = f(arguments[n])
		}
		list := strings.Join(arguments, ", ")
		if strings.HasSuffix(list, ">") {
			list += " "
		}
		out.WriteString(name[:open] + "<" + list + ">")
		name = rest
	}
	return out.String() + name
}

// templateArguments splits "<a, b> rest". ok is false if the text is no list of arguments.
func templateArguments(text string) (arguments []string, rest string, ok bool) {
	depth, start := 0, 1
	for n := 0; n < len(text); n++ {
		switch text[n] {
		case '<', '(', '[', '{':
			depth++
		case '>', ')', ']', '}':
			if depth--; depth == 0 {
				if last := strings.TrimSpace(text[start:n]); last != "" || arguments != nil {
					arguments = append(arguments, last)
				}
				return arguments, text[n+1:], text[n] == '>'
			}
		case ',':
			if depth == 1 {
				arguments = append(arguments, strings.TrimSpace(text[start:n]))
				start = n + 1
			}
		}
	}
	return nil, "", false
}

// spelling is how template arguments are written.
type spelling int

const (
	gdbs spelling = iota
	gccs
	clangs
)

// canonicalArgument is a template argument as gdb writes it.
func canonicalArgument(a string) string { return gdbs.argument(a) }

// compilersNames are the names that the compilers may have given a class template of a name.
func compilersNames(name string) (list []string) {
	for _, s := range []spelling{gccs, clangs} {
		if n := mapArguments(name, s.argument); n != name {
			list = append(list, n)
		}
	}
	return list
}

func (s spelling) argument(a string) string {
	base, declarator := splitDeclarator(a)
	plain, qualifiers := base, ""
	for {
		word, rest, ok := strings.Cut(plain, " ")
		if !ok || word != "const" && word != "volatile" {
			break
		}
		plain, qualifiers = rest, qualifiers+" "+word
	}
	for _, word := range []string{" volatile", " const"} {
		if rest, ok := strings.CutSuffix(plain, word); ok {
			plain, qualifiers = rest, word+qualifiers
		}
	}
	if better, ok := arithmetic(words(plain)); ok {
		if plain = better; s == gccs {
			plain = gccArithmetic(better)
		}
	}
	if number := strings.TrimRight(plain, "uUlL"); number != "" && strings.Trim(number, "-0123456789") == "" {
		if plain = strings.ToLower(plain); s == clangs {
			plain = strings.ToUpper(plain)
		}
	}
	switch {
	case strings.HasPrefix(declarator, "("):
		declarator = " " + s.parameters(declarator)
	case declarator != "" && s == clangs:
		declarator = " " + declarator
	}
	if plain = mapArguments(plain, s.argument); s == clangs && qualifiers != "" {
		return qualifiers[1:] + " " + plain + declarator
	}
	return plain + qualifiers + declarator
}

// gccArithmetic is GCC's name of an integer type.
func gccArithmetic(name string) string {
	short, unsigned := strings.CutPrefix(name, "unsigned ")
	if short != "long" && short != "long long" && short != "short" {
		return name
	}
	if unsigned {
		return short + " unsigned int"
	}
	return short + " int"
}

// splitDeclarator splits a type's name where its pointers and parameters begin: "int *" is "int"
// and "*".
func splitDeclarator(a string) (base, declarator string) {
	depth := 0
	for n := 0; n < len(a); n++ {
		switch a[n] {
		case '<':
			depth++
		case '>':
			depth--
		case '*', '&', '(', '[':
			if depth == 0 && n > 0 {
				return strings.TrimSpace(a[:n]), a[n:]
			}
			if a[n] == '(' && depth == 0 { // "(anonymous namespace)::T", "(char)37"
				end := strings.IndexByte(a, ')')
				if end < 0 {
					return a, ""
				}
				n = end
			}
		}
	}
	return strings.TrimSpace(a), ""
}

// parameters writes the parameters of a function in a declarator as template arguments are.
func (s spelling) parameters(declarator string) string {
	open := strings.LastIndexByte(declarator, '(')
	end := strings.LastIndexByte(declarator, ')')
	if open < 0 || end < open {
		return declarator
	}
	parameters, rest, _ := templateArguments("<" + declarator[open+1:end] + ">")
	for n := range parameters {
		parameters[n] = s.argument(parameters[n])
	}
	return declarator[:open+1] + strings.Join(parameters, ", ") + ")" + rest + declarator[end+1:]
}
