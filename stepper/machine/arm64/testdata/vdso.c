/* A library like the kernel's vDSO: exported functions, one of which calls a helper. */
__attribute__((noinline)) static int helper(long *time)
{
	__asm__ volatile("" : : : "memory");
	return time[0] != 0;
}

int __kernel_clock_gettime(int id, long *time)
{
	return helper(time) + id;
}

int __kernel_clock_getres(int id, long *time)
{
	time[0] = id;
	return 0;
}

__asm__(".globl __kernel_rt_sigreturn\n"
	".type __kernel_rt_sigreturn, %function\n"
	"__kernel_rt_sigreturn: mov x8, #139\n"
	"svc #0\n"
	".size __kernel_rt_sigreturn, 8\n");
