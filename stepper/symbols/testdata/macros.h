#define INH 100
#ifndef CMD
#define CMD 1
#endif
#define ONCE(x) (x+CMD)
static inline int inh(int q) { int z = q * ONCE(2); return z; }
