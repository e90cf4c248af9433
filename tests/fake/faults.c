/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Preloaded into hpn or hpn-pipe, makes one of its system calls fail:
 *
 *	FAULT=CALL:N:HOW     the Nth call; N+ is that one and all after it
 *	FAULT_MARK=FILE      is made when a call was made to fail
 *	FAULT_FDS=FILE       gets the number of descriptors open at exit
 *	FAULT_COUNT=FILE     gets how often CALL was made; N = 0 lets all of them pass
 *
 *	FAULT_ONLY=WORD      only processes whose first argument this is
 *
 * CALL is one of the functions below. HOW is the name of an error; or 'short':
 * read and write then do one byte; or 'kill': the process is killed before it; or
 * 'slow': it takes a second and a half. Without FAULT_ONLY children of hpn are not
 * touched, for these variables and LD_PRELOAD are taken out of the environment at
 * once.
 *
 * A process that was forked goes on counting from where its parent was.
 *
 * Needs no lock: only the first thread of a process is counted. A signal handler
 * that writes may be counted in between, which moves the fault and does no harm.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct error_name {
	const char *name;
	int error;
};

static const struct error_name names[] = {
	{ "EINTR", EINTR },   { "EAGAIN", EAGAIN }, { "ENOMEM", ENOMEM }, { "EMFILE", EMFILE },
	{ "ENFILE", ENFILE }, { "EIO", EIO },       { "ECHILD", ECHILD }, { "ENOSPC", ENOSPC },
	{ "short", -1 },      { "kill", -2 },       { "slow", -3 },
};

static char call[32];
static long first, seen;
static int every, error;
static char mark[4096], fds[4096], count[4096];

static void take(char *to, size_t size, const char *name)
{
	const char *value = getenv(name);

	snprintf(to, size, "%s", value ? value : "");
	unsetenv(name);
}

static int number_of(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i].name))
			return names[i].error;
	fprintf(stderr, "faults: unknown error '%s'\n", name);
	_exit(99);
}

/* Is it this process that is meant? */
static int is_meant(const char *only)
{
	char line[4096];
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, line, sizeof(line) - 1) : 0;
	size_t name;

	if (fd >= 0)
		close(fd);
	line[n > 0 ? n : 0] = '\0';
	name = strlen(line) + 1;
	return n > (ssize_t)name && !strcmp(line + name, only);
}

__attribute__((constructor)) static void begin(void)
{
	const char *only = getenv("FAULT_ONLY");
	char fault[128], *rest;
	ssize_t n = write(-1, "", 0);

	/* A signal handler of hpn calls write(). dlsym() has a lock, and would wait for
	 * itself there: by then write() has to be found. */
	(void)n;
	if (only && !is_meant(only))
		return;
	take(fault, sizeof(fault), "FAULT");
	take(mark, sizeof(mark), "FAULT_MARK");
	take(fds, sizeof(fds), "FAULT_FDS");
	take(count, sizeof(count), "FAULT_COUNT");
	unsetenv("LD_PRELOAD");
	snprintf(call, sizeof(call), "%.*s", (int)strcspn(fault, ":"), fault);
	rest = fault + strcspn(fault, ":");
	if (!*rest++)
		return;
	first = strtol(rest, &rest, 10);
	every = *rest == '+';
	error = number_of(rest + every + 1);
}

static void put(const char *path, long number)
{
	FILE *f = *path ? fopen(path, "w") : NULL;

	if (!f)
		return;
	fprintf(f, "%ld\n", number);
	fclose(f);
}

__attribute__((destructor)) static void end(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	put(fds, n - 3); /* without ., .. and d itself */
	put(count, seen);
}

/* The error that this call has to fail with; 0 is none, -1 is 'short'. */
static int strikes(const char *name)
{
	int fd;

	if (strcmp(name, call) != 0 || syscall(SYS_gettid) != getpid() || ++seen < first ||
	    (seen > first && !every))
		return 0;
	fd = (int)syscall(SYS_openat, AT_FDCWD, mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd >= 0)
		syscall(SYS_close, fd);
	if (error == -2)
		raise(SIGKILL);
	if (error == -3)
		nanosleep(&(struct timespec){ 1, 500000000 }, NULL);
	return error == -3 ? 0 : error;
}

/* POSIX has dlsym() return functions as objects; ISO C has no such cast. */
#define NEXT(to) \
	do { \
		static void *found; \
\
		if (!found) \
			found = dlsym(RTLD_NEXT, __func__); \
		*(void **)&(to) = found; \
	} while (0)

static int fails(const char *name)
{
	int how = strikes(name);

	if (how <= 0)
		return 0;
	errno = how;
	return 1;
}

int posix_spawn(pid_t *ret_pid, const char *path, const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	int (*next)(pid_t *, const char *, const posix_spawn_file_actions_t *,
		    const posix_spawnattr_t *, char *const[], char *const[]);
	int rc = strikes("posix_spawn");

	if (rc > 0)
		return rc;
	NEXT(next);
	return next(ret_pid, path, actions, attr, argv, envp);
}

int pipe2(int ret_fd[2], int flags)
{
	int (*next)(int *, int);

	if (fails(__func__))
		return -1;
	NEXT(next);
	return next(ret_fd, flags);
}

int pipe(int ret_fd[2])
{
	int (*next)(int *);

	if (fails(__func__))
		return -1;
	NEXT(next);
	return next(ret_fd);
}

pid_t fork(void)
{
	pid_t (*next)(void);

	if (fails(__func__))
		return -1;
	NEXT(next);
	return next();
}

int pselect(int n, fd_set *in, fd_set *out, fd_set *bad, const struct timespec *limit,
	    const sigset_t *mask)
{
	int (*next)(int, fd_set *, fd_set *, fd_set *, const struct timespec *, const sigset_t *);

	if (fails(__func__))
		return -1;
	NEXT(next);
	return next(n, in, out, bad, limit, mask);
}

int close(int fd)
{
	int (*next)(int);

	NEXT(next);
	if (fails(__func__)) { /* it is closed all the same */
		next(fd);
		errno = error;
		return -1;
	}
	return next(fd);
}

int poll(struct pollfd *p, nfds_t n, int ms)
{
	int (*next)(struct pollfd *, nfds_t, int);

	if (fails(__func__))
		return -1;
	NEXT(next);
	return next(p, n, ms);
}

int waitid(idtype_t type, id_t id, siginfo_t *ret_info, int options)
{
	int (*next)(idtype_t, id_t, siginfo_t *, int);

	if (fails(__func__))
		return -1;
	NEXT(next);
	return next(type, id, ret_info, options);
}

pid_t waitpid(pid_t pid, int *ret_status, int options)
{
	pid_t (*next)(pid_t, int *, int);

	if (fails(__func__))
		return -1;
	NEXT(next);
	return next(pid, ret_status, options);
}

int fsync(int fd)
{
	int (*next)(int);

	if (fails(__func__))
		return -1;
	NEXT(next);
	return next(fd);
}

int fdatasync(int fd)
{
	int (*next)(int);

	if (fails(__func__))
		return -1;
	NEXT(next);
	return next(fd);
}

int rename(const char *from, const char *to)
{
	int (*next)(const char *, const char *);

	if (fails(__func__))
		return -1;
	NEXT(next);
	return next(from, to);
}

ssize_t read(int fd, void *to, size_t size)
{
	ssize_t (*next)(int, void *, size_t);
	int how = strikes("read");

	if (how > 0) {
		errno = how;
		return -1;
	}
	NEXT(next);
	return next(fd, to, how < 0 && size ? 1 : size);
}

ssize_t write(int fd, const void *data, size_t size)
{
	ssize_t (*next)(int, const void *, size_t);
	int how = strikes("write");

	if (how > 0) {
		errno = how;
		return -1;
	}
	NEXT(next);
	return next(fd, data, how < 0 && size ? 1 : size);
}

/* What the first two become with _FORTIFY_SOURCE. */
ssize_t __read_chk(int fd, void *to, size_t size, size_t room);
int __poll_chk(struct pollfd *p, nfds_t n, int ms, size_t room);

ssize_t __read_chk(int fd, void *to, size_t size, size_t room)
{
	if (size > room)
		abort();
	return read(fd, to, size);
}

int __poll_chk(struct pollfd *p, nfds_t n, int ms, size_t room)
{
	if (n > room / sizeof(*p))
		abort();
	return poll(p, n, ms);
}
