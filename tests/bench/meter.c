/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * meter FILE PROGRAM ARG... - run a program, write to FILE what it took
 *
 * "WALL_NS CPU_US MAX_RSS_KIB STATUS", the processor's time with that of its
 * children. A program of its own, and a small one, because
 * the kernel counts the memory of whoever calls exec as that of the program:
 * from Python every child would seem to need 10 MiB.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000000000 + t.tv_nsec;
}

static long long cpu_us(const struct rusage *u)
{
	return (u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1000000LL + u->ru_utime.tv_usec +
	       u->ru_stime.tv_usec;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	long long start_ns;
	int status;
	pid_t pid;
	FILE *f;

	if (argc < 3) {
		fputs("usage: meter FILE PROGRAM ARG...\n", stderr);
		return 2;
	}
	start_ns = now_ns();
	pid = fork();
	if (!pid) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) {
		perror("meter");
		return 1;
	}
	start_ns = now_ns() - start_ns;
	f = fopen(argv[1], "w");
	if (!f ||
	    fprintf(f, "%lld %lld %ld %d\n", start_ns, cpu_us(&usage), usage.ru_maxrss, status) <
		    0 ||
	    fclose(f)) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
