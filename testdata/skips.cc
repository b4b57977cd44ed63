// Lines that call functions of this file, an inlined one, and those of the standard library:
// which of them does step enter?
#include <string>
#include <vector>

static int touched;

static int noise(int n)
{
	touched++;
	return n + 1;
}

static inline __attribute__((always_inline)) int quiet(int n)
{
	touched += n;
	return n * 2;
}

static int work(int n, int m)
{
	return n * m;
}

int main()
{
	std::vector<int> v{1, 2, 3};
	int r = work(noise(2), v[1]);
	r += quiet(r);
	v.push_back(noise(r));
	std::string s = std::to_string(r);
	return work(v.at(0), (int)s.size()) == 0;
}
