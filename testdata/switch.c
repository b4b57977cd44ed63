/* A dense switch, which gcc makes an indirect jump through a table: a way out of a line that no static reading knows. */
#include <stdio.h>

static volatile int sink;

static __attribute__((noinline)) int pick(int n)
{
	int r = 0;

	switch (n) {
	case 0: sink = 1; r = 11; break;
	case 1: sink += 2; r = n + 21; break;
	case 2: sink ^= 3; r = n * 31; break;
	case 3: sink -= 4; r = n - 41; break;
	case 4: sink = -sink; r = n ^ 51; break;
	case 5: sink *= 5; r = n | 61; break;
	case 6: sink = n; r = n & 71; break;
	default: r = -1; break;
	}
	return r;
}

int main(void)
{
	int sum = 0;

	for (int i = 0; i < 8; i++)
		sum += pick(i);
	printf("sum %d\n", sum);
	return sum != 178;
}
