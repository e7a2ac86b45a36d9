// Creates threads and vfork children, one after the other, and prints as JSON what each
// took in ns, until it was waited for, and how many did what they should:
// twin pthread|vfork N
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { code = 7 };

static long long now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void *mark(void *done) {
	*(int *)done = 1;
	return NULL;
}

// One thread: 1 if it has run.
static int thread(void) {
	int done = 0;
	pthread_t t;
	return pthread_create(&t, NULL, mark, &done) == 0 && pthread_join(t, NULL) == 0 && done;
}

// One child, in this memory until it ends: 1 if it ended well.
static int child(void) {
	int status = 0;
	pid_t pid = vfork();
	if (pid == 0)
		_exit(code);
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == code;
}

int main(int argc, char **argv) {
	if (argc != 3)
		return 2;
	int threads = strcmp(argv[1], "pthread") == 0, n = atoi(argv[2]), did = 0;
	printf("{\"Values\":[");
	for (int i = 0; i < n; i++) {
		long long begin = now();
		did += threads ? thread() : child();
		printf("%s%lld", i ? "," : "", now() - begin);
	}
	printf("],\"Did\":%d,\"Want\":%d}\n", did, n);
	return 0;
}
