/*
 * host [HOW ARGS...]: a C++ program as people debug it: what it was started with, a vector,
 * a thread, and the exit status 7. HOW is "read" (its input, line by line), "fork", "exec",
 * "abort" or "wait" (until somebody sets over).
 */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

extern "C" {
volatile int over;
}

static int add(int a, int b)
{
	return a + b;
}

static void said(int argc, char **argv)
{
	char dir[4096];

	printf("in %s\n", getcwd(dir, sizeof dir));
	for (int i = 1; i < argc; i++)
		printf("argument %d %s\n", i, argv[i]);
	printf("WORDS %s\n", getenv("WORDS") ? getenv("WORDS") : "not set");
	printf("terminals %d %d %d\n", isatty(0), isatty(1), isatty(2));
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	std::vector<int> numbers{1, 2, 3};

	said(argc, argv);
	numbers.push_back(add(argc, 4));
	std::thread other([&] { numbers.push_back(9); });
	other.join();
	char line[100];
	while (!strcmp(how, "read") && fgets(line, sizeof line, stdin)) {
		printf("line %s", line);
		fflush(stdout);
	}
	if (!strcmp(how, "fork")) {
		int status;
		pid_t child = fork();
		if (!child)
			_exit(3);
		waitpid(child, &status, 0);
		printf("child %d\n", WEXITSTATUS(status));
	}
	if (!strcmp(how, "exec")) {
		setenv("WORDS", "of exec", 1);
		execl(argv[0], argv[0], "after", (char *)nullptr);
	}
	if (!strcmp(how, "abort"))
		abort();
	while (!strcmp(how, "wait") && !over)
		usleep(1000);
	return 7;
}
