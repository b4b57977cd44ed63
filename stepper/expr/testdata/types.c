/* A global of every shape that "print" has a rule for; stop at stop(). */
#include <complex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum color { RED, GREEN = 5, BLUE };
enum flags { FA = 1, FB = 2, FC = 8 };
enum gaps { LOW = 3, HIGH = 12, TOP = 64 };
enum negative { MINUS = -1, ZERO };
struct in { int a; double b; const char *s; void *p; };
union u { int i; float f; char c[4]; };
struct big {
	char n[8];
	struct in in;
	union u u;
	struct { int x, y; };
	union { int q; short w; } un;
	unsigned b1 : 3;
	int b2 : 5;
	unsigned long b3 : 40;
	enum color c;
	enum flags f;
	bool t;
	int (*fp)(int);
	int arr[3];
	struct big *next;
	int flex[];
};
struct empty {};
struct list { struct list *next; int v; };
typedef struct in in_t;
typedef int (*fptr)(int, char *);
typedef int grid[2][3];

int m2[2][3] = {{1, 2, 3}, {4, 5, 6}};
int m30[30][30], longarr[300], rep[40], m3[2][2][2] = {{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}};
int count300[300], tens[25] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3};
char s8[8] = "abc", s3[3] = {'a', 'b', 'c'}, s300[300], s40[40] = "hello", snul[6], long250[250], all[256];
char ten[32] = "aaaaaaaaaabbbbbbbbb", eleven[32] = "aaaaaaaaaaabbbbbbbbbbbbb", odd[12] = "\0011\3777\"'\\\n\t\033";
const char *longp = long250, *oddp = odd, *emptyp = "";
unsigned char uc4[4] = {1, 2, 3, 255};
char manyreps[60] = "aaaaaaaaaaaaaaaaaaaabcdddddddddddddddddddde", names2[2][4] = {"ab", "cd"};
int8_t i8 = -1;
uint8_t u8 = 200;
wchar_t wc = L'x', *ws = L"wide", wa[8] = L"arr";
struct in ina[3], *pin = &ina[1], **ppin = &pin;
int f1(int x) { return x + 1; }
struct big g = {.n = "big", .in = {1, 2.5, "str", 0}, .fp = f1, .b1 = 5, .b2 = -3, .b3 = 0x123456789a, .c = GREEN, .f = FA | FC, .t = 1, .next = &g};
struct big *gp = &g;
struct list l2 = {0, 2}, l1 = {&l2, 1};
enum flags ff = 16 | 1, fz = 0, fo = FB;
enum color cc = 77;
enum gaps gaps = LOW | TOP, gapsodd = 1;
enum negative neg1 = MINUS;
float fl = 0.1f, flbig = 1e30f, fltiny = 1e-40f;
double db = 0.1, inf, ninf, nan_, big_ = 1e10, neg = -0.0, tiny = 5e-324, huge = 1.7976931348623157e308, e5 = 1e-5, e4 = 1e-4, e17 = 1e17, e16 = 123456789012345678.0;
long double ld = 0.1L, ldneg = -1.5L, ldbig = 1e4000L;
__int128 i128 = -5;
unsigned __int128 u128 = ((unsigned __int128)1) << 100;
double complex dc = 1.0 + 2.0 * I;
float complex fc = -1.5 + 0.25 * I;
volatile const int vci = 9;
int *const cpi = &m2[0][0];
int (*parr)[3] = m2;
char *names[3] = {"a", "bb", 0};
static int st = 42;
_Atomic int at = 3;
in_t tt;
fptr fpt, fpa[2];
grid gr = {{7}};
__thread int tl = 77;
__thread long tl2;
unsigned long long ull = ~0ull;
short sh = -2;
char ch = 'a', chn = -1, ch0 = 0, chq = '\'', chb = '\\', cht = '\t', che = 27, chd = 127;
long lg = -7;
struct empty em;
void *vp = &st, *wild = (void *)0x10;
struct nodef *nd;
_Bool bb[2] = {1, 0};
int (*(*fpp)(int))(char);
float v4 __attribute__((vector_size(16))) = {1, 2, 3, 4};
const char *const ccp = "const";
int *restrict rp;
struct { int anon; } unnamed = {6};
struct in *badp = (struct in *)8;
char *badstr = (char *)16;

__attribute__((noinline)) void stop(int x)
{
	__asm__ volatile("" ::: "memory");
}

int main(int argc, char **argv)
{
	int i = 3;
	char *p = argv[0];
	const char *lp = "local string";
	inf = 1.0 / (i - 3);
	ninf = -inf;
	nan_ = inf - inf;
	for (int k = 0; k < 300; k++)
		count300[k] = k;
	for (int k = 0; k < 250; k++)
		long250[k] = 'a' + k % 26;
	for (int k = 0; k < 256; k++)
		all[k] = k;
	{
		struct inner { int k; } in = {5};
		enum { LOCAL = 4 } e = LOCAL;
		int i = 4;
		static int sl = 6;
		i += sl;
		stop(i + in.k + e);
	}
	register int rr = i;
	return f1(rr) + tl;
}
