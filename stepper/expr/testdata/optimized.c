#include <stdio.h>
#include <stdlib.h>
#include <string.h>
struct pt { int x, y; long z; };
struct two { int a, b; };
volatile int sink; 
__attribute__((noinline,noclone)) void stop(int v) { sink += v; asm volatile("" ::: "memory"); }
static inline __attribute__((always_inline)) int inner(int a, int b) { int t = a * b; int lost = b+3; stop(t); return t + a; }
static inline __attribute__((always_inline)) int mid(struct pt *p, int k) { int m = p->x + k; int r = inner(m, k); return r - m; }
__attribute__((noinline,noclone)) int work(int n, char *s, double d, struct two tw, long unused) {
  struct pt p = { n, n * 2, 7 };
  struct pt q = { 1, 2, 3 };
  struct two local = { n, n+5 };
  int *ip = &q.y;
  int konst = 5; const char *lit = "literal";
  double e = d * 2; float f = d;
  int r = 0;
  for (int i = 0; i < n; i++) { r += mid(&p, i + konst); }
  stop(r + *ip + local.b);
  r += (int)e + (int)f + strlen(s) + tw.a;
  stop(lit[r & 3]);
  return r;
}
int main(int argc, char **argv) { struct two t = {8, 9}; char buf[64]; snprintf(buf, 64, "arg%d", argc); int r = work(argc + 2, buf, argc * 1.5, t, 12); printf("%d\n", r); return 0; }
