/* watched takes the values 1, 2, 3 at three known lines, and a field of a struct changes once. */
#include <stdio.h>

struct pair {
	int first, second;
};

int watched;
struct pair pair;

static __attribute__((noinline)) void set(int *p, int value)
{
	*p = value;
}

int main(void)
{
	int local = 0;

	watched = 1;
	local += watched;
	set(&watched, 2);
	local += watched;
	watched = 2; /* the same value again: a store, but no change */
	set(&pair.second, 9);
	watched = 3;
	local += watched;
	printf("watched %d pair %d %d local %d\n", watched, pair.first, pair.second, local);
	return local != 6;
}
