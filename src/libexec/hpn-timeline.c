/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hpn-timeline - a picture of a run
 *
 *   hpn-timeline --out FILE EVENTS
 *
 * EVENTS is what hpn wrote with --events, "-" is standard input. FILE becomes
 * an HTML page, an SVG or, with .json, a trace for Perfetto, as its ending says;
 * "-" is standard output, and HTML.
 * A last line that is torn is left out, and told of on standard error.
 *
 *   0  all is well
 *   1  what was read is not a run, or FILE could not be written
 *  64  wrong usage
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/replace.h"
#include "story/timeline.h"

#define EX_USE 64

static int complain(int status, const struct err *err)
{
	fprintf(stderr, "Error: %s\n", err->text);
	return status;
}

static int usage(void)
{
	struct err err;

	err_set(&err, "usage: hpn timeline EVENTS -o FILE.html|FILE.svg|FILE.json");
	return complain(EX_USE, &err);
}

static int has_ending(const char *out, const char *ending)
{
	const char *dot = strrchr(out, '.');

	return dot && !strcasecmp(dot, ending);
}

static int write_out(const char *out, struct buf *b, struct err *err)
{
	struct replace to;

	if (!strcmp(out, "-"))
		return fwrite(b->data, 1, b->len, stdout) == b->len && fflush(stdout) == 0
			       ? 0
			       : err_sys(err, errno, "cannot write to standard output");
	if (replace_check(out, err))
		return -1;
	replace_begin(&to, out);
	replace_flush(&to, b);
	return replace_end(&to, err);
}

static int draw(FILE *in, const char *name, const char *out, struct err *err)
{
	struct buf b = BUF_INIT;
	struct recorded_run run;
	int rc = recorded_run_read(in, name, &run, err);

	if (!rc && run.torn)
		fprintf(stderr, "Warning: %s:%zu: the last line is torn, and left out\n", name,
			run.torn);
	if (!rc && has_ending(out, ".json")) {
		timeline_trace(&b, &run);
	} else if (!rc && has_ending(out, ".svg")) {
		buf_adds(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
		timeline_svg(&b, &run, true);
	} else if (!rc) {
		timeline_page(&b, &run);
	}
	if (!rc)
		rc = write_out(out, &b, err);
	buf_release(&b);
	recorded_run_release(&run);
	return rc;
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "out", required_argument, NULL, 'o' },
						 { NULL, 0, NULL, 0 } };
	const char *out = NULL, *name;
	struct err err;
	FILE *in;
	int opt, rc;

	while ((opt = getopt_long(argc, argv, "o:", options, NULL)) != -1)
		if (opt == 'o')
			out = optarg;
		else
			return usage();
	if (!out || argc - optind != 1)
		return usage();
	name = argv[optind];
	in = strcmp(name, "-") != 0 ? fopen(name, "re") : stdin;
	if (!in) {
		err_sys(&err, errno, "cannot open %s", name);
		return complain(1, &err);
	}
	rc = draw(in, in == stdin ? "standard input" : name, out, &err);
	fclose(in);
	return rc ? complain(1, &err) : 0;
}
