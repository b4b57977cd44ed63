// The standard library's other containers, and its smart pointers: empty, with one and with many
// elements, in one another.
#include <array>
#include <atomic>
#include <bitset>
#include <deque>
#include <forward_list>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <stack>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#define KEEP(x) __asm__ volatile("" ::"g"(&(x)) : "memory")

struct Point { int a; double b; };
struct alignas(64) Wide { int w; };
struct Hollow {};
struct Closer { int how = 3; void operator()(Point *p) const { delete p; } };
struct Owner { std::unique_ptr<Point> up{new Point{1, 2}}; std::map<int, std::string> m{{1, "one"}}; std::shared_ptr<Owner> next; };
struct Tagged : std::map<int, int> { int tag = 9; };
std::atomic<double> ad{1.5};
enum class Color { red = 1, green };

__attribute__((noinline)) std::map<std::string, int> count(std::string key) { std::map<std::string, int> m{{key, 1}}; KEEP(m); return m; }
__attribute__((noinline)) std::optional<int> maybe(int n) { std::optional<int> o; if (n) o = n; KEEP(o); return o; }

__attribute__((noinline)) void stop(std::map<int, int> m, std::unique_ptr<Point> up, std::optional<int> o, const std::list<int> &l, std::pair<int, int> p, std::tuple<int> t, std::variant<int, std::string> v, std::vector<int>::iterator it)
{
	__asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) int results() { auto c = count("key"); KEEP(c); auto o = maybe(4); KEEP(o); return 0; }

int main()
{
	std::string s = "text";
	std::map<int, std::string> m0, m1{{1, "a"}}, m3{{3, "c"}, {1, "a"}, {2, "b"}};
	std::map<std::string, std::vector<std::pair<int, double> > > nest{{"k", {{1, 1.5}, {2, 2.5}}}, {"none", {}}};
	std::map<int, int> many; for (int i = 0; i < 250; i++) many[i * 7 % 251] = i;
	std::multimap<char, short> mm{{'a', 1}, {'a', 2}};
	std::set<int> set0, set3{3, 1, 2}; std::multiset<std::string> ms{"x", "x"}; std::set<std::pair<int, std::string> > sp2{{1, "p"}};
	std::map<Point *, Color> byaddress{{nullptr, Color::red}}; std::map<std::pair<int, int>, int> bypair{{{1, 2}, 3}}; std::map<long double, __int128> big{{1.5L, 7}};
	std::map<int, Wide> wides{{1, {5}}}; std::list<Wide> widelist{{6}}; std::unordered_map<int, Wide> widehash{{1, {7}}}; std::forward_list<long double> fld{2.5L};
	std::unordered_map<int, int> um0, um1{{1, 2}}; std::unordered_map<std::string, int> ums{{"a", 1}, {"b", 2}, {"c", 3}};
	std::unordered_set<int> us; for (int i = 0; i < 300; i++) us.insert(i); std::unordered_multimap<int, int> umm{{1, 2}, {1, 3}}; std::unordered_multiset<long> ums2{4, 4};
	std::list<int> l0, l3{1, 2, 3}, lmany(300, 4); std::list<std::string> ls{"x", "y"}; std::forward_list<int> f0, f2{1, 2};
	std::deque<int> d0, d3{1, 2, 3}, dmany; for (int i = 0; i < 300; i++) dmany.push_front(i); std::deque<Wide> dwide{{1}, {2}}; std::deque<std::string> ds{"d"};
	std::vector<bool> vb0, vb{true, false, true}, vbmany(100, true); std::bitset<10> bits(5), bits0; std::bitset<200> bitsmany; bitsmany[0] = bitsmany[70] = bitsmany[199] = true;
	std::array<int, 3> a3{1, 2, 3}; std::array<std::string, 2> as{"p", "q"}; std::array<int, 0> a0;
	std::stack<int> stk; stk.push(1); stk.push(2); std::queue<std::string> que; que.push("q"); std::priority_queue<int> pq; pq.push(4); pq.push(9); std::stack<int, std::vector<int> > vstk; vstk.push(8);
	std::unique_ptr<Point> up(new Point{1, 2.5}), up0; std::unique_ptr<int[]> ua(new int[3]{7, 8, 9}); std::unique_ptr<Point, Closer> uc(new Point{3, 4}); std::unique_ptr<std::string> us1(new std::string("held"));
	std::vector<std::unique_ptr<Point> > ups; ups.emplace_back(new Point{5, 6}); ups.emplace_back();
	std::shared_ptr<Point> sp(new Point{7, 8}), sp2b = sp, sp0; std::weak_ptr<Point> wp = sp, gone = std::make_shared<Point>(); auto made = std::make_shared<std::string>("made"); std::shared_ptr<const int> ci(new int(4));
	std::optional<int> o0, o1{4}; std::optional<std::string> os{"opt"}; std::optional<std::vector<int> > ov{{1, 2}}; std::optional<Point> op{{1, 2}}; std::optional<std::map<int, int> > om{{{1, 2}}}; std::optional<std::unique_ptr<int> > ou;
	std::variant<int, std::string> vi{5}, vs{"var"}; std::variant<std::vector<int>, double, Point> vv{std::vector<int>{1}}, vd{2.5}, vp{Point{1, 2}}; std::variant<std::map<int, int>, char> vm{std::map<int, int>{{1, 2}}};
	std::pair<int, std::string> pr{1, "second"}; std::pair<const int, Hollow> ph{2, {}}; std::tuple<> t0; std::tuple<int, std::string &, double> t3{1, s, 2.5}; std::tuple<Hollow, int, Hollow> th; std::tuple<std::vector<int> > tv{{1, 2}};
	std::atomic<int> ai{5}; std::atomic<bool> ab{true}; std::atomic<Point *> ap{nullptr}; std::atomic<long> al{-1};
	std::initializer_list<int> il{1, 2, 3};
	Owner own; Tagged tag; tag[1] = 2; const std::map<int, std::string> &rm = m3; std::map<int, int> *pm = &many; std::list<int> lists[2] = {{1}, {2, 3}};
	std::vector<int> v{1, 2, 3}; auto vit = v.begin(); auto mit = m3.begin(); auto lit = l3.begin(); auto sit = set3.begin(); auto dit = d3.begin(); auto fit = f2.begin(); auto uit = um1.begin(); auto bit = vb.begin(); auto cit = v.cbegin(); auto strit = s.begin();
	std::vector<int>::iterator vit0; std::map<int, int>::iterator mit0; std::list<int>::iterator lit0; std::deque<int>::iterator dit0;
	KEEP(m0); KEEP(m1); KEEP(m3); KEEP(nest); KEEP(many); KEEP(mm); KEEP(set0); KEEP(set3); KEEP(ms); KEEP(sp2); KEEP(byaddress); KEEP(bypair); KEEP(big); KEEP(wides); KEEP(widelist); KEEP(widehash); KEEP(fld);
	KEEP(um0); KEEP(um1); KEEP(ums); KEEP(us); KEEP(umm); KEEP(ums2); KEEP(l0); KEEP(l3); KEEP(lmany); KEEP(ls); KEEP(f0); KEEP(f2); KEEP(d0); KEEP(d3); KEEP(dmany); KEEP(dwide); KEEP(ds); KEEP(vb0); KEEP(vb); KEEP(vbmany); KEEP(bits); KEEP(bits0); KEEP(bitsmany);
	KEEP(a3); KEEP(as); KEEP(a0); KEEP(stk); KEEP(que); KEEP(pq); KEEP(vstk); KEEP(up); KEEP(up0); KEEP(ua); KEEP(uc); KEEP(us1); KEEP(ups); KEEP(sp); KEEP(sp2b); KEEP(sp0); KEEP(wp); KEEP(gone); KEEP(made); KEEP(ci); KEEP(o0); KEEP(o1); KEEP(os); KEEP(ov); KEEP(op); KEEP(om); KEEP(ou);
	KEEP(vi); KEEP(vs); KEEP(vv); KEEP(vd); KEEP(vp); KEEP(vm); KEEP(pr); KEEP(ph); KEEP(t0); KEEP(t3); KEEP(th); KEEP(tv); KEEP(ai); KEEP(ab); KEEP(ap); KEEP(al); KEEP(il); KEEP(own); KEEP(tag); KEEP(rm); KEEP(pm); KEEP(lists);
	KEEP(v); KEEP(vit); KEEP(mit); KEEP(lit); KEEP(sit); KEEP(dit); KEEP(fit); KEEP(uit); KEEP(bit); KEEP(cit); KEEP(strit); KEEP(vit0); KEEP(mit0); KEEP(lit0); KEEP(dit0); KEEP(s);
	stop({{1, 2}}, std::unique_ptr<Point>(new Point{1, 2}), 3, l3, {1, 2}, {4}, "v", vit);
	return results();
}
