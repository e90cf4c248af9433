/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hpn-pipe - a save, a load or a check of one image archive
 *
 *   hpn-pipe save --out FILE [--no-check] [--sum] [--compress HOW] [--threads N]
 *                 [KEEP] -- RUNTIME ARG...
 *   hpn-pipe load --in FILE [--no-check|--foreign] [--facts] [--sha256 SUM]
 *                 -- RUNTIME ARG...
 *   hpn-pipe verify [--sum|--text|--lines|--json] [--facts] [--foreign] [--sha256 SUM]
 *                 [KEEP] FILE
 *   hpn-pipe known DIR
 * KEEP: [--publish FINAL] [--record DIR --scratch NAME [--prune] [--image NAME]
 *       [--lock-wait SECONDS]] [--tag BASE:TAG]...
 *
 * save runs the runtime, whose standard output is the archive, checks what
 * comes as it streams, compresses it if asked to, and writes it to FILE, which
 * must not exist. FILE is synced when this ends with 0, and is gone in every
 * other case, unless this process was killed. load checks FILE, decompresses
 * it if need be, and gives it to the runtime's standard input.
 *
 * With --publish FILE becomes FINAL when it is complete; with --record it is put
 * into DIR/SHA256SUMS and DIR/hpn-index.json (record.h, index.h), which are
 * locked meanwhile: who cannot lock them within --lock-wait, 30 seconds if not
 * given, fails. --sha256 is the sum that FILE has to have; each --tag has to be
 * in it, as the last part of the name of an image, as often as it is given. With
 * --foreign a complete tar without the files of an archive of images will do, as
 * runtimes know forms that this does not.
 *
 * --facts prints what is in FILE, as lines of two words, before the runtime is
 * started, or after the report of verify: "archive-format F", where F is
 * docker-archive, oci, docker-archive+oci or unknown; "archive-zstd-layers N"
 * where N is not 0; and "archive-name NAME" for each name that an engine could
 * give to an image, in which \xHH stands for bytes that are not visible ASCII.
 *
 * save and verify print one line of JSON when all is well; --sum puts the
 * sha256 of FILE into it. --text is a line for each image for people instead,
 * --lines the lines of index_lines(), --json a line of JSON also when it is not
 * well. publish makes FINAL of FILE without looking into it: FILE gets the mode
 * that umask wants, goes to the disk, and takes the place of FINAL; then the
 * directory goes to the disk. It prints nothing when all is well, and otherwise
 * leaves FILE and FINAL as they were. known prints DIR's index in such lines.
 * What went wrong is one line on standard error, after whatever the runtime
 * said there.
 *
 *     0  all is well
 *    64  wrong usage
 *    65  the archive is not complete ("archive check: ..."), or cannot be decompressed
 *    66  likewise, since the archive ends too early: save, or verify with
 *        --publish, may succeed when the runtime saves once more
 *    67  likewise, since the manifest or index names what the archive does not
 *        hold, as of an engine that has only a part of the image
 *    70  a stage of hpn-pipe's own failed
 *    73  FILE could not be written: no space left on device
 *    74  FILE could not be read or written
 *  else  the runtime's own exit status, 128 + N when signal N ended it, and 1
 *        where it would be one of the above
 *
 * INT, TERM, HUP and QUIT are passed on to the stages; when these are gone and
 * FILE is cleared away, hpn-pipe ends by the same signal.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/sums.h"
#include "libexec/work.h"

#define MAX_THREADS 256
#define MAX_WAIT_S 3600
#define LOCK_WAIT_S 30

enum { SAVE = 1, LOAD = 2, VERIFY = 4 };

/* Which verbs an option belongs to; its place is what getopt_long() returns. */
static const struct {
	const char *name;
	int argument;
	unsigned verbs;
} known[] = {
	{ "no-check", no_argument, SAVE | LOAD },
	{ "sum", no_argument, SAVE | VERIFY },
	{ "text", no_argument, VERIFY },
	{ "lines", no_argument, VERIFY },
	{ "json", no_argument, VERIFY },
	{ "out", required_argument, SAVE },
	{ "in", required_argument, LOAD },
	{ "compress", required_argument, SAVE },
	{ "threads", required_argument, SAVE },
	{ "sha256", required_argument, LOAD | VERIFY },
	{ "publish", required_argument, SAVE | VERIFY },
	{ "record", required_argument, SAVE | VERIFY },
	{ "scratch", required_argument, SAVE | VERIFY },
	{ "image", required_argument, SAVE | VERIFY },
	{ "prune", no_argument, SAVE | VERIFY },
	{ "foreign", no_argument, LOAD | VERIFY },
	{ "tag", required_argument, SAVE | VERIFY },
	{ "facts", no_argument, LOAD | VERIFY },
	{ "lock-wait", required_argument, SAVE | VERIFY },
};
#define N_KNOWN (sizeof(known) / sizeof(known[0]))

enum {
	O_NO_CHECK,
	O_SUM,
	O_TEXT,
	O_LINES,
	O_JSON,
	O_OUT,
	O_IN,
	O_COMPRESS,
	O_THREADS,
	O_SHA256,
	O_PUBLISH,
	O_RECORD,
	O_SCRATCH,
	O_IMAGE,
	O_PRUNE,
	O_FOREIGN,
	O_TAG,
	O_FACTS,
	O_LOCK_WAIT,
};

static int usage(void)
{
	fputs("usage: hpn-pipe save --out FILE [--no-check] [--sum] [--compress HOW]\n"
	      "                     [--threads N] [KEEP] -- RUNTIME ARG...\n"
	      "       hpn-pipe load --in FILE [--no-check|--foreign] [--facts]\n"
	      "                     [--sha256 SUM] -- RUNTIME ARG...\n"
	      "       hpn-pipe verify [--sum|--text|--lines|--json] [--facts] [--foreign]\n"
	      "                     [--sha256 SUM] [KEEP] FILE\n"
	      "       hpn-pipe known DIR\n"
	      "HOW is zstd, gzip, xz or lz4, with a level as in zstd:3, or none.\n"
	      "KEEP is [--publish FINAL] [--record DIR --scratch NAME [--prune] [--image NAME]\n"
	      "        [--lock-wait SECONDS]] [--tag BASE:TAG]...\n",
	      stderr);
	return EX_USE;
}

static int set_number(const char *name, const char *text, int most, int *ret)
{
	int64_t n;

	if (parse_int(text, &n) || n < 1 || n > most) {
		fprintf(stderr, "hpn-pipe: --%s %s: a number from 1 to %d\n", name, text, most);
		return EX_USE;
	}
	*ret = (int)n;
	return 0;
}

static int set_sum(const char *text, struct options *o)
{
	if (!sums_is_hex(text)) {
		fprintf(stderr, "hpn-pipe: --sha256: 64 hexadecimal digits\n");
		return -1;
	}
	o->want = text;
	return 0;
}

static void take_report(int option, struct options *o)
{
	if (option == O_SUM)
		o->sum = true;
	else
		o->report = option == O_TEXT    ? REPORT_TEXT
			    : option == O_LINES ? REPORT_LINES
						: REPORT_RESULT;
	if (o->report == REPORT_LINES || o->report == REPORT_RESULT)
		o->sum = true;
}

static int take_record(int option, const char *arg, struct record *r)
{
	if (option == O_PUBLISH)
		r->publish = arg;
	else if (option == O_RECORD)
		r->dir = arg;
	else if (option == O_SCRATCH)
		r->scratch = arg;
	else if (option == O_IMAGE)
		r->image = arg;
	else
		r->prune = true;
	return 0;
}

/* 0, or an exit status. */
static int take_option(int option, const char *arg, struct options *o)
{
	struct err err;

	switch (option) {
	case O_NO_CHECK:
		o->check = false;
		return 0;
	case O_FOREIGN:
		o->foreign = true;
		return 0;
	case O_FACTS:
		o->facts = true;
		return 0;
	case O_SUM:
	case O_TEXT:
	case O_LINES:
	case O_JSON:
		take_report(option, o);
		return 0;
	case O_OUT:
	case O_IN:
		o->file = arg;
		return 0;
	case O_COMPRESS:
		return pack_parse(arg, &o->how, &err)
			       ? work_complain(EX_USE, "hpn-pipe: --compress", &err)
			       : 0;
	case O_THREADS:
		return set_number("threads", arg, MAX_THREADS, &o->how.threads);
	case O_LOCK_WAIT:
		return set_number("lock-wait", arg, MAX_WAIT_S, &o->record.patience_s);
	case O_TAG:
		strvec_push(&o->tags, arg);
		return 0;
	case O_SHA256:
		return set_sum(arg, o) ? EX_USE : 0;
	default:
		return take_record(option, arg, &o->record);
	}
}

static int read_options(int argc, char **argv, unsigned verb, struct options *o)
{
	struct option all[N_KNOWN + 1] = { { NULL, 0, NULL, 0 } };
	int c, rc = 0;

	for (size_t i = 0; i < N_KNOWN; i++)
		all[i] = (struct option){ known[i].name, known[i].argument, NULL, (int)i };
	while (!rc && (c = getopt_long(argc, argv, "+", all, NULL)) != -1) {
		if (c < 0 || c >= (int)N_KNOWN || !(known[c].verbs & verb))
			return usage();
		rc = take_option(c, optarg, o);
	}
	if (rc)
		return rc;
	if (verb == VERIFY) {
		o->file = argv[optind];
		optind += o->file != NULL;
	}
	o->argv = argv + optind;
	if (!o->file || (verb == VERIFY) != !*o->argv || (o->record.dir && !o->record.scratch) ||
	    (o->record.dir && !o->check))
		return usage();
	return 0;
}

int main(int argc, char **argv)
{
	struct options o = { .check = true,
			     .how = { .threads = 1 },
			     .record = { .patience_s = LOCK_WAIT_S } };
	const char *word = argc > 1 ? argv[1] : "";
	unsigned verb = strcmp(word, "save") == 0     ? SAVE
			: strcmp(word, "load") == 0   ? LOAD
			: strcmp(word, "verify") == 0 ? VERIFY
						      : 0;
	int rc;

	if (strcmp(word, "known") == 0)
		return argc == 3 ? work_known(argv[2]) : usage();
	if (!verb)
		return usage();
	rc = read_options(argc - 1, argv + 1, verb, &o);
	if (!rc)
		rc = verb == SAVE ? work_save(&o) : verb == LOAD ? work_load(&o) : work_verify(&o);
	strvec_release(&o.tags);
	return rc;
}
