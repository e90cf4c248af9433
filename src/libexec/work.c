/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libexec/work.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIPE_BYTES (1 << 18)

int work_complain(int status, const char *what, const struct err *err)
{
	fprintf(stderr, "%s%s%s\n", what, *what ? ": " : "", err->text);
	return status;
}

int work_write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

void work_widen(int fd)
{
#ifdef F_SETPIPE_SZ
	fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES);
#else
	(void)fd;
#endif
}

static bool is_reserved(int status)
{
	return status == EX_USE || status == EX_DATA || status == EX_CUT || status == EX_HOLLOW ||
	       status == EX_STAGE || status == EX_FULL || status == EX_FILE;
}

int work_runtime_status(int status, const char *name)
{
	if (WIFEXITED(status))
		return is_reserved(WEXITSTATUS(status)) ? 1 : WEXITSTATUS(status);
	fprintf(stderr, "%s: ended by signal %d (%s)\n", name, WTERMSIG(status),
		strsignal(WTERMSIG(status)));
	return 128 + WTERMSIG(status);
}

bool work_is_failure(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) != 0 : WTERMSIG(status) != SIGPIPE;
}

int work_print_report(const struct options *o, uint64_t bytes, const unsigned char sum[SUM_BYTES],
		      const char *members)
{
	char hex[SUM_HEX + 1];

	sum_hex(sum, hex);
	printf("{\"bytes\":%" PRIu64, bytes);
	if (o->sum)
		printf(",\"sha256\":\"%s\"", hex);
	printf("%s%s}\n", *members ? "," : "", members);
	if (fflush(stdout) == 0)
		return 0;
	fprintf(stderr, "hpn-pipe: standard output: %s\n", strerror(errno));
	return EX_FILE;
}

int work_trouble_status(enum check_trouble trouble, bool just_written)
{
	if (trouble == CHECK_CUT)
		return EX_CUT;
	if (trouble != CHECK_HOLLOW)
		return EX_DATA;
	if (just_written)
		fputs("the engine does not have all of this image: remove it and what shares its "
		      "layers, and pull it again; or name its --platform\n",
		      stderr);
	return EX_HOLLOW;
}

/* One word, whatever the archive says. */
static void add_word(struct buf *b, const char *text)
{
	for (; *text; text++)
		if (*text > ' ' && *text <= '~' && *text != '\\')
			buf_addc(b, *text);
		else
			buf_addf(b, "\\x%02x", (unsigned char)*text);
}

int work_print_facts(const struct options *o, const struct check_report *r)
{
	struct buf b = BUF_INIT;
	int rc;

	if (!o->facts)
		return 0;
	buf_addf(&b, "archive-format %s\n", r->foreign ? "unknown" : r->format);
	if (r->zstd)
		buf_addf(&b, "archive-zstd-layers %zu\n", r->zstd);
	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; k < r->images[i].tags.n; k++) {
			buf_adds(&b, "archive-name ");
			add_word(&b, r->images[i].tags.v[k]);
			buf_addc(&b, '\n');
		}
	rc = work_print(&b);
	buf_release(&b);
	return rc;
}

int work_print(const struct buf *b)
{
	if (fwrite(buf_str(b), 1, b->len, stdout) == b->len && fflush(stdout) == 0)
		return 0;
	fprintf(stderr, "hpn-pipe: standard output: %s\n", strerror(errno));
	return EX_FILE;
}

int work_stage_failed(int status, const char *name)
{
	if (WIFSIGNALED(status))
		fprintf(stderr, "%s: ended by signal %d (%s)\n", name, WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	return EX_STAGE;
}

void work_die_by(int sig)
{
	sigset_t set;

	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	raise(sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}
