/*
 * jumpout: two system calls that block until a thread of its own, let go by a debugger
 * that writes `go`, sends SIGALRM; the handler leaves with siglongjmp. Fails unless both are left so.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static sigjmp_buf back;
volatile int go;
static volatile int left, blocks; /* blocks: a signal from now on ends the call, and nothing else */

static void alarmed(int sig)
{
	siglongjmp(back, sig);
}

static void *sender(void *to)
{
	for (int sent = 0; sent < 2; sent++) {
		while (!go || !blocks)
			;
		go = blocks = 0;
		pthread_kill(*(pthread_t *)to, SIGALRM);
	}
	return NULL;
}

static __attribute__((noinline)) void block(void)
{
#ifdef __aarch64__
	register long x8 __asm__("x8") = SYS_ppoll, x0 __asm__("x0") = 0, x1 __asm__("x1") = 0, x2 __asm__("x2") = 0, x3 __asm__("x3") = 0;
	blocks = 1;
	__asm__ volatile("the_call: svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
#else
	long nr = SYS_pause;
	blocks = 1;
	__asm__ volatile("the_call: syscall" : "+a"(nr) : : "rcx", "r11", "memory");
#endif
	puts("the call has returned");
}

int main(void)
{
	pthread_t self = pthread_self(), thread;

	signal(SIGALRM, alarmed);
	if (pthread_create(&thread, NULL, sender, &self))
		return 3;
	while (left < 2) {
		if (sigsetjmp(back, 1) == 0)
			block();
		left++;
	}
	pthread_join(thread, NULL);
	printf("left %d\n", left);
	return left != 2;
}
