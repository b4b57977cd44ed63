// Containers at main's call of stop, for clients that page through them. The program ends with 0 if
// an element that the debugger sets to 1000 is.
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct Point { int x, y; };

__attribute__((noinline)) void stop(const std::vector<int> &numbers, std::string name) { __asm__ volatile("" ::: "memory"); }

int main()
{
	std::vector<int> numbers(250);
	for (int i = 0; i < 250; i++) numbers[i] = 3 * i;
	std::map<std::string, int> ages{{"Ann", 30}, {"Bob", 40}};
	std::map<int, std::vector<int>> rows{{7, {1, 2}}};
	std::list<int> list{4, 5, 6};
	std::unique_ptr<Point> point(new Point{1, 2});
	std::optional<int> none, some(8);
	std::string name = "name";
	std::vector<bool> flags{true, false};
	stop(numbers, name);
	return numbers[201] != 1000 || ages["Bob"] != 1000 || list.back() != 1000 || point->y != 1000 || !flags[1];
}
