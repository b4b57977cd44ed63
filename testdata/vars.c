/* A variable of every C type, with values that tell them apart; stop at marker(). */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <wchar.h>

enum color { RED, GREEN = 5, BLUE };
enum flags { F_ONE = 1, F_TWO = 2, F_FOUR = 4 };

typedef unsigned int word_t;
typedef word_t alias_t;
typedef int (*binary_t)(int, int);

struct point {
	int x, y;
};

struct node {
	struct node *next;
	const char *name;
	struct point at;
};

struct bits {
	unsigned low : 3;
	int mid : 5; /* signed */
	unsigned high : 24;
	bool yes : 1;
};

union number {
	int i;
	float f;
	unsigned char raw[4];
};

struct packed {
	char c;
	int i;
	double d;
} __attribute__((packed));

struct holder {
	union {
		int a;
		float b;
	};
	struct {
		short c, d;
	} inner;
	int tail[];
};

int global_int = 42;
static long static_long = -7;
const char *global_string = "global \"quoted\"\n";
struct point global_points[3] = { { 1, 2 }, { 3, 4 }, { 5, 6 } };
_Thread_local int thread_local_int = 9;
extern int elsewhere;
int elsewhere = 11;

static __attribute__((noinline)) int add(int a, int b)
{
	return a + b;
}

static __attribute__((noinline)) void marker(void)
{
	__asm__ volatile("" ::: "memory");
}

static __attribute__((noinline)) int locals(int argument, const char *text, struct point by_value)
{
	static int calls = 0;
	bool yes = true, no = false;
	char c = 'A', newline = '\n';
	signed char sc = -1;
	unsigned char uc = 200;
	short s = -12345;
	unsigned short us = 54321;
	int i = -123456789;
	unsigned u = 4000000000u;
	long l = -1234567890123L;
	unsigned long ul = 18000000000000000000ul;
	__int128 big = (__int128)1 << 100;
	float f = 1.5f;
	double d = -0.1;
	long double ld = 3.25L;
	_Complex double z = 1.0 + 2.0i;
	enum color color = GREEN;
	enum flags mask = F_ONE | F_FOUR;
	word_t w = 7;
	alias_t aliased = 8;
	int *ip = &i;
	int **ipp = &ip;
	void *vp = &global_int;
	void *null = NULL;
	const volatile int cv = 3;
	binary_t fn = add;
	int array[5] = { 1, 2, 3, 4, 5 };
	int matrix[2][3] = { { 1, 2, 3 }, { 4, 5, 6 } };
	char text_array[8] = "text";
	const char *strings[] = { "one", "two", NULL };
	wchar_t wide = L'w';
	struct point p = { 10, -20 };
	struct point *pp = &p;
	struct node last = { NULL, "last", { 7, 8 } };
	struct node first = { &last, "first", { 5, 6 } };
	struct bits b = { 5, -3, 0xabcdef, true };
	union number n = { .f = 1.0f };
	struct packed pk = { 'p', 77, 2.5 };
	int n_elements = argument;
	int vla[n_elements];

	for (int k = 0; k < n_elements; k++)
		vla[k] = k * k;
	calls++;
	marker();
	return fn(array[4], matrix[1][2]) + vla[2] + p.x + by_value.y + calls + cv + (int)uc + (int)sc +
	       (int)(s + us) + (int)(u & 1) + (int)(l & 1) + (int)(ul & 1) + (int)(big >> 100) + (int)f + (int)d +
	       (int)ld + (int)__real__ z + color + mask + w + aliased + **ipp + (vp == null) + c + newline + yes + no +
	       (text_array[0] == *text) + (strings[0] != NULL) + (wide == L'w') + pp->y + first.next->at.x +
	       b.mid + n.raw[3] + pk.i + (int)static_long + (*global_string == 'g') + global_points[2].y +
	       thread_local_int + elsewhere;
}

int main(void)
{
	int r = locals(4, "text", (struct point){ 100, 200 });
	struct holder h = { .a = 1, .inner = { 2, 3 } };
	printf("vars %d %d\n", r, h.inner.d);
	return 0;
}
