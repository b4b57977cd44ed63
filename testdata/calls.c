// Functions to be called by a debugger: one for each way that the System V
// AMD64 psABI passes an argument or returns a result, which are more than those of arm64's AAPCS64.
// Each is compared with gdb's call of it.
// Stop at marker; the program then checks that nothing of its own has changed.
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __aarch64__
#include <sys/auxv.h>
#endif
#include <unistd.h>

enum colour { red, green = 5, blue };
struct empty {};
struct one { char c; };
struct three { char c[3]; };
struct pair { int x, y; };
struct mixed { double d; int i; };
struct floats { float a, b, c; };
struct nest { struct { short s; } in; float f; long l; };
struct bits { unsigned a : 3, b : 20; unsigned long c : 40; };
struct large { long a[3]; };
struct packed { char c; int i; } __attribute__((packed));
struct wide { long double l; };
union number { double d; long l; };
union several { long double l; int i; };
typedef int vec4 __attribute__((vector_size(16)));

int calls;

long ints(char a, short b, int c, long d, unsigned char e, unsigned short f, unsigned g, unsigned long h) {
	return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h;
}
double doubles(float a, double b, float c, double d, double e, double f, double g, double h, float i, double j) {
	return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j;
}
long double longs(int a, long double b, int c, long double d) { return a + 2 * b + 3 * c + 4 * d; }
signed char schar(int n) { return n; }
unsigned char uchar(int n) { return n; }
short shrt(int n) { return n; }
bool truth(bool b) { return b; }
enum colour next(enum colour c) { return c == red ? green : blue; }
float halve(float f) { return f / 2; }
__int128 big(__int128 a, int b, __int128 c) { return a + b + c; }
void nothing(void) { calls++; }
struct empty hollow(struct empty e, int n) { return e; }
struct one single(struct one s) { s.c++; return s; }
struct three triple(struct three s) { s.c[0]++; return s; }
struct pair swap(struct pair p) { return (struct pair){p.y, p.x}; }
struct mixed mix(struct mixed m) { return (struct mixed){m.d * 2, m.i * 3}; }
struct floats rotate(struct floats f) { return (struct floats){f.b, f.c, f.a}; }
struct nest nested(struct nest n) { n.in.s++; n.f *= 2; n.l--; return n; }
struct bits bitty(struct bits b) { b.a++; b.c++; return b; }
struct large grow(int n, struct large l, int m) { l.a[0] += n; l.a[2] += m; return l; }
struct packed unaligned(struct packed p) { p.i++; return p; }
struct wide widen(struct wide w) { w.l *= 2; return w; }
union number twice(union number n) { n.d *= 2; return n; }
union several both(union several s) { s.i++; return s; }
vec4 add4(vec4 a, vec4 b) { return a + b; }
float _Complex conjugate(float _Complex z) { return __builtin_conjf(z); }
double _Complex square(double _Complex z) { return z * z; }
long seven(struct pair a, struct large b, struct mixed c, struct pair d, struct pair e, struct pair f, struct pair g, struct pair h) {
	return a.x + b.a[1] + c.i + d.y + e.x + f.y + g.x + h.y;
}
const char *same(const char *s) { return s; }
char *find(const char *s, int c) { return strchr(s, c); }
int length(const char *s) { return strlen(s); }
int apply(int (*f)(int), int n) { return f(n); }
int twofold(int n) { return 2 * n; }
int sum(int n, ...) {
	va_list l;
	va_start(l, n);
	double s = 0;
	for (int i = 0; i < n; i++)
		s += i % 2 ? va_arg(l, double) : va_arg(l, int);
	va_end(l);
	return s;
}
int old();
int old(f, c, s) float f; char c; short s; { return f * 100 + c * 10 + s; }
int deep(int n) { return n ? deep(n - 1) + 1 : twofold(1); }
int fails(int *p) { return *p; }
int raises(int n) { raise(n); return n; }
void ends(int n) { exit(n); }
unsigned long stack(void) { return (unsigned long)__builtin_frame_address(0) & 15; }

// clobber spoils every register that a function may change, its arguments' and
// the vector registers' too, and the memory below its frame.
int clobber(void) {
	volatile char below[4096];
	memset((char *)below, 0xa5, sizeof below);
#ifdef __x86_64__
	__asm__ volatile("xor %%eax, %%eax; mov $-1, %%rcx; mov %%rcx, %%rdx; mov %%rcx, %%rsi; mov %%rcx, %%rdi;"
			 "mov %%rcx, %%r8; mov %%rcx, %%r9; mov %%rcx, %%r10; mov %%rcx, %%r11;"
			 "pcmpeqd %%xmm0, %%xmm0; movdqa %%xmm0, %%xmm7; movdqa %%xmm0, %%xmm15; fldpi; fldpi; fldpi"
			 ::: "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory");
	if (__builtin_cpu_supports("avx"))
		__asm__ volatile("vzeroall");
	__asm__ volatile("fninit");
#else
	__asm__ volatile("mov x0, -1; mov x1, x0; mov x2, x0; mov x3, x0; mov x4, x0; mov x5, x0; mov x6, x0; mov x7, x0; mov x8, x0;"
			 "mov x9, x0; mov x10, x0; mov x11, x0; mov x12, x0; mov x13, x0; mov x14, x0; mov x15, x0; mov x16, x0; mov x17, x0;"
			 "dup v0.2d, x0; dup v7.2d, x0; dup v16.2d, x0; dup v31.2d, x0; msr fpsr, x0; cmp x0, #1"
			 ::: "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
			 "v0", "v7", "v16", "v31", "memory", "cc");
#endif
	return 1;
}

int (*pointer)(int) = twofold;
int global = 7;
int array[3] = {1, 2, 3};
struct pair pairs[2] = {{1, 2}, {3, 4}};
struct pair point = {10, 20};
struct large large = {{1, 2, 3}};
struct mixed mixture = {1.5, 4};
struct floats three = {1, 2, 3};
struct nest nest = {{3}, 1.5f, 100};
struct bits bits = {2, 9, 77};
struct one one = {'a'};
struct three abc = {"abc"};
struct packed packed = {'p', 41};
struct wide wide = {1.25L};
union number number = {3.5};
union several several = {2.5L};
struct empty empty;
vec4 four = {1, 2, 3, 4};
double _Complex z = 1 + 2i;
float _Complex zf = 3 + 4i;
__int128 huge = (__int128)1 << 100;

__attribute__((noinline)) void marker(void) { __asm__ volatile(""); }

#ifdef __x86_64__
// guarded is a leaf whose data lies below RSP and in registers that no caller
// keeps, stopped in its middle at the label: a call must leave all of it.
__attribute__((noinline)) int guarded(void) {
	int bad = 0;
	double st;
	__asm__ volatile(
		"movabs $0x1122334455667788, %%rax\n mov %%rax, -8(%%rsp)\n mov %%rax, -128(%%rsp)\n"
		"mov %%rax, %%rcx\n mov %%rax, %%rdx\n mov %%rax, %%rsi\n mov %%rax, %%r8\n mov %%rax, %%r11\n"
		"movq %%rax, %%xmm0\n movq %%rax, %%xmm15\n fldpi\n"
		"std\n"
		".globl in_the_middle\nin_the_middle:\n nop\n"
		"jz 1f\n1:\n cld\n"
		"cmp %%rax, -8(%%rsp)\n jne 2f\n cmp %%rax, -128(%%rsp)\n jne 2f\n"
		"cmp %%rax, %%rcx\n jne 2f\n cmp %%rax, %%rdx\n jne 2f\n cmp %%rax, %%rsi\n jne 2f\n cmp %%rax, %%r8\n jne 2f\n cmp %%rax, %%r11\n jne 2f\n"
		"movq %%xmm0, %%rcx\n cmp %%rax, %%rcx\n jne 2f\n movq %%xmm15, %%rcx\n cmp %%rax, %%rcx\n jne 2f\n"
		"jmp 3f\n2: movl $1, %0\n3: fstpl %1\n"
		: "+r"(bad), "=m"(st)
		:: "rax", "rcx", "rdx", "rsi", "r8", "r11", "xmm0", "xmm15", "memory", "cc");
	return bad || st != M_PI;
}

// upper keeps something in the upper halves of the AVX registers.
__attribute__((noinline, target("avx"))) int upper(void) {
	char in[32], out[32];
	memset(in, 0x5a, sizeof in);
	__asm__ volatile("vmovdqu %1, %%ymm9\n.globl in_avx\nin_avx:\n nop\n vmovdqu %%ymm9, %0\n vzeroupper"
			 : "=m"(out) : "m"(in) : "xmm9", "memory");
	return memcmp(in, out, sizeof in) != 0;
}
static int has_upper(void) { return __builtin_cpu_supports("avx"); }
#else
// guarded keeps its data in registers that no caller keeps, and in flags, stopped in its middle at
// the label.
__attribute__((noinline)) int guarded(void) {
	int bad;
	__asm__ volatile(
		"mov x9, 0x7788\n movk x9, 0x5566, lsl 16\n movk x9, 0x3344, lsl 32\n movk x9, 0x1122, lsl 48\n"
		"mov x0, x9\n mov x7, x9\n mov x8, x9\n mov x17, x9\n dup v0.2d, x9\n dup v31.2d, x9\n mov %w0, 1\n cmp x9, x9\n"
		".globl in_the_middle\nin_the_middle:\n nop\n"
		"b.ne 1f\n cmp x0, x9\n b.ne 1f\n cmp x7, x9\n b.ne 1f\n cmp x8, x9\n b.ne 1f\n cmp x17, x9\n b.ne 1f\n"
		"mov x10, v0.d[1]\n cmp x10, x9\n b.ne 1f\n mov x10, v31.d[0]\n cmp x10, x9\n b.ne 1f\n mov %w0, 0\n1:\n"
		: "=r"(bad) :: "x0", "x7", "x8", "x9", "x10", "x17", "v0", "v31", "memory", "cc");
	return bad;
}

// upper keeps something in a whole register of SVE.
__attribute__((noinline)) int upper(void) {
	long bad;
	__asm__ volatile(".arch_extension sve\n ptrue p0.b\n mov z9.b, 5\n.globl in_avx\nin_avx:\n nop\n"
			 "cmpne p1.b, p0/z, z9.b, 5\n cntp %0, p0, p1.b" : "=r"(bad) :: "v9", "memory", "cc");
	return bad != 0;
}
static int has_upper(void) { return getauxval(AT_HWCAP) >> 22 & 1; }
#endif

int main(void) {
	marker();
	int bad = guarded();
	if (has_upper())
		bad |= upper() << 1;
	printf("calls %d\n", calls);
	return bad;
}
