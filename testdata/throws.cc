// C++ exceptions of several types: thrown through frames with destructors, caught, thrown again;
// and a longjmp.
#include <csetjmp>
#include <cstdio>
#include <stdexcept>

struct Guard {
	int id;
	~Guard() { std::printf("~%d\n", id); }
};

static jmp_buf place;

static void deep(int n)
{
	Guard g{n};
	if (n == 0)
		throw std::runtime_error("bottom");
	deep(n - 1);
}

static void hop()
{
	longjmp(place, 2);
}

static int guarded()
{
	try {
		deep(2);
	} catch (const std::logic_error &e) {
		return 1;
	} catch (const std::exception &e) {
		std::puts(e.what());
		return 2;
	}
	return 3;
}

static void again()
{
	try {
		throw 5;
	} catch (int v) {
		if (v == 5)
			throw;
	}
}

int main()
{
	int a = guarded();
	int b = setjmp(place);
	if (b == 0)
		hop();
	try {
		again();
	} catch (...) {
		a++;
	}
	std::printf("%d %d\n", a, b);
	return a != 3 || b != 2;
}
