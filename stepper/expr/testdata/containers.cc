// The standard library's strings and containers: empty, with one and with many elements, in one
// another, by reference, as members, as a base class.
#include <string>
#include <string_view>
#include <vector>

#define KEEP(x) __asm__ volatile("" ::"g"(&(x)) : "memory")

struct Point { int x; double y; };
struct Holder { std::vector<int> list{1, 2}; std::string name{"in"}; std::string &same; Point at{1, 2}; Holder(std::string &s) : same(s) {} };
struct Derived : std::vector<int> { int extra = 3; };
typedef std::vector<short> shorts;

__attribute__((noinline)) void stop(const std::vector<int> &byref, std::string byvalue, const std::string &text, Holder held, int n)
{
	__asm__ volatile("" ::: "memory");
}

int main()
{
	std::vector<int> ints{1, 2, 3}, none, many(250, 7);
	for (int i = 0; i < 250; i++) many[i] = i;
	std::vector<int> same(30, 5);
	std::string s = "hello", empty, longer(300, 'x'), zeros("a\0b\0", 4);
	std::string mixed = std::string(20, 'a') + "bcd" + std::string(15, 'e') + "\"\\\n\303\251";
	std::wstring wide = L"wide"; std::u16string six = u"six"; std::u32string big = U"\u00e9\U0001F600";
	std::string_view view = s; std::string_view part(s.data() + 1, 2), nothing;
	shorts few{-1, 2};
	std::vector<std::string> words{"a", "b c", ""};
	std::vector<std::vector<int> > rows{{1}, {}, {2, 3}};
	std::vector<Point> points{{1, 2.5}, {3, 4}};
	std::vector<char> chars{'a', '\n'};
	std::vector<Point *> addresses{&points[0], nullptr};
	std::vector<const char *> texts{"x", nullptr};
	Holder h(s); Derived d; d.push_back(4);
	const std::vector<int> constant{9}; const std::vector<int> &ref = ints; std::vector<int> &&moved = std::vector<int>{6};
	std::vector<int> *to = &ints; std::string *ps = &s; std::vector<int> three[2] = {{1}, {2, 3}};
	KEEP(ints); KEEP(none); KEEP(many); KEEP(same); KEEP(s); KEEP(empty); KEEP(longer); KEEP(zeros); KEEP(mixed); KEEP(wide); KEEP(six); KEEP(big);
	KEEP(view); KEEP(part); KEEP(nothing); KEEP(few); KEEP(words); KEEP(rows); KEEP(points); KEEP(chars); KEEP(addresses); KEEP(texts);
	KEEP(h); KEEP(d); KEEP(constant); KEEP(ref); KEEP(moved); KEEP(to); KEEP(ps); KEEP(three);
	stop(ints, s, s, h, 1);
	KEEP(ints);
	return 0;
}
