/* signals MODE: signals of every sort. Each mode checks itself, prints one line and ends with 0. */
#include "rseqfix.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>

static intptr_t v;
static volatile int count, values[64], senders[64];
static pthread_t takers[64];

__attribute__((noinline)) int work(void)
{
	while (rseq_addv(&v, 1, rseq_cpu_start()))
		;
	return (int)v;
}

/* An instruction that traps; the handler's thread returns to the one behind it. */
#ifdef __aarch64__
#define TRAP "brk #0"
#define PASS_TRAP(sig, info, context) \
	((sig) == SIGTRAP && (info)->si_code == TRAP_BRKPT ? ((ucontext_t *)(context))->uc_mcontext.pc += 4 : 0)
#else
#define TRAP "int3"
#define PASS_TRAP(sig, info, context) ((void)(context)) /* it stands behind it already */
#endif

static void note(int sig, siginfo_t *info, void *context)
{
	PASS_TRAP(sig, info, context);
	takers[count] = pthread_self();
	senders[count] = sig;
	values[count++] = info->si_value.sival_int;
}

static void handle(int sig, int flags)
{
	struct sigaction a = { .sa_sigaction = note, .sa_flags = SA_SIGINFO | flags };
	sigaction(sig, &a, NULL);
}

/* Real-time signals, queued while they are blocked: lower numbers first, each number in order, none lost. */
static int queued(void)
{
	sigset_t all, was;
	int right = 1;
	for (int s = 40; s < 43; s++)
		handle(s, 0);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &was);
	for (int n = 0; n < 5; n++)
		for (int s = 42; s >= 40; s--)
			sigqueue(getpid(), s, (union sigval){ .sival_int = n });
	work();
	for (int s = 40; s < 43; s++) { /* each handler returns before the next one begins */
		for (int n = 0; n < 5; n++) {
			struct timespec now = { 0, 0 };
			siginfo_t info;
			sigset_t one;
			sigemptyset(&one), sigaddset(&one, s);
			if (n < 2) { /* some are fetched */
				right &= sigtimedwait(&one, &info, &now) == s && info.si_value.sival_int == n;
				continue;
			}
			break; /* the rest are handled */
		}
		sigset_t open = all;
		sigdelset(&open, s);
		count = 0;
		sigprocmask(SIG_SETMASK, &open, NULL);
		work();
		sigprocmask(SIG_SETMASK, &all, NULL);
		right &= count == 3;
		/* Handlers are entered one over the other unless the mask forbids it, which that of the signal itself does. */
		for (int n = 0; n < count; n++)
			right &= values[n] == n + 2 && senders[n] == s;
	}
	sigprocmask(SIG_SETMASK, &was, NULL);
	printf("queued %s v %d\n", right ? "right" : "wrong", work());
	return !right;
}

/* A signal for a thread is that thread's. */
static volatile int ready, over;
static void *waits(void *arg)
{
	(void)arg;
	ready = 1;
	while (!over)
		work();
	return NULL;
}
static int directed(void)
{
	pthread_t t;
	int right = 1;
	handle(SIGUSR1, 0);
	pthread_create(&t, NULL, waits, NULL);
	while (!ready)
		;
	for (int i = 0; i < 3; i++) {
		pthread_kill(t, SIGUSR1);
		while (count != 2 * i + 1)
			;
		pthread_kill(pthread_self(), SIGUSR1);
		right &= count == 2 * i + 2 && takers[2 * i] == t && takers[2 * i + 1] == pthread_self();
	}
	sigset_t usr1; /* for the process: whoever does not block it */
	sigemptyset(&usr1), sigaddset(&usr1, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &usr1, NULL);
	kill(getpid(), SIGUSR1);
	while (count != 7)
		;
	right &= takers[6] == t;
	over = 1;
	pthread_join(t, NULL);
	printf("directed %s\n", right ? "right" : "wrong");
	return !right;
}

/* A handler on a stack of its own. */
static char stack[65536];
static volatile int on_it;
static void look(int sig)
{
	char here;
	(void)sig;
	on_it += &here >= stack && &here < stack + sizeof stack;
	work();
}
static int altstack(void)
{
	stack_t s = { .ss_sp = stack, .ss_size = sizeof stack };
	struct sigaction a = { .sa_handler = look, .sa_flags = SA_ONSTACK };
	sigaltstack(&s, NULL);
	sigaction(SIGUSR1, &a, NULL);
	raise(SIGUSR1);
	work();
	raise(SIGUSR1);
	printf("altstack %d v %d\n", on_it, work());
	return on_it != 2 || v != 4;
}

/* Traps of the program's own. */
static int traps(void)
{
	handle(SIGTRAP, 0);
	raise(SIGTRAP);
	work();
	__asm__ volatile(TRAP ::: "memory");
	work();
	kill(getpid(), SIGTRAP);
	printf("traps %d v %d\n", count, work());
	return count != 3 || v != 3;
}

/* Everything blocked or ignored that can be. */
static int deaf(void)
{
	sigset_t all;
	for (int s = 1; s < 65; s++)
		signal(s, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	for (int i = 0; i < 1000; i++)
		work();
	printf("deaf %ld\n", (long)v);
	return v != 1000;
}

/* Runs sections until a line comes on standard input. */
static void *reads(void *arg)
{
	char c;
	(void)arg;
	while (read(0, &c, 1) == 1 && c != '\n')
		;
	over = 1;
	return NULL;
}
static int runs(void)
{
	pthread_t t;
	long rounds = 0;
	pthread_create(&t, NULL, reads, NULL);
	printf("running\n");
	while (!over)
		work(), rounds++;
	pthread_join(t, NULL);
	printf("rounds %s\n", v == rounds ? "right" : "wrong");
	return v != rounds;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	static const struct { const char *name; int (*run)(void); } modes[] = {
		{ "queued", queued }, { "directed", directed }, { "altstack", altstack },
		{ "traps", traps }, { "deaf", deaf }, { "runs", runs },
	};

	setvbuf(stdout, NULL, _IOLBF, 0);
	fix_main(argc, argv);
	for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++)
		if (!strcmp(mode, modes[i].name))
			return modes[i].run();
	return 99;
}
