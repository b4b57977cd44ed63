int zero;
__attribute__((noinline)) void stop(int n) { __asm__ volatile("" :: "r"(n) : "memory"); zero += n * 0; }
static inline __attribute__((always_inline)) int twice(int v) { int d = v * 2 + zero; stop(d); return d; }
__attribute__((noinline)) int work(long w, int c) { int r = twice(c); __asm__ volatile("" :: "r"(r)); return r + (int)w; }
int main(int argc, char **argv) { return work(argc, argc) == 77; }
