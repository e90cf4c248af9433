/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "archive/check.h"
#include "archive/index.h"
#include "archive/json.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/sums.h"
#include "base/utf8.h"
#include "libexec/work.h"

#define SHOWN_BYTES ((size_t)512)

int work_open(const char *file)
{
	return open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

/* What it is published as, is known to who asked; the name that it has until
 * then is nobody's. */
static void name_file(const struct options *o, struct buf *b)
{
	buf_adds(b, "archive check: ");
	if (!o->record.publish)
		buf_addf(b, "%s: ", o->file);
}

/* An archive that fits the lists that were about to be written is complete: hpn
 * was ended before it could put them in their place. */
static int check_sum(const struct options *o, struct sum *sum, unsigned char ret_sum[SUM_BYTES],
		     struct err *err)
{
	char hex[SUM_HEX + 1];
	bool pending;

	sum_end(sum, ret_sum);
	sum_hex(ret_sum, hex);
	if (!o->want || strcasecmp(o->want, hex) == 0)
		return 0;
	pending = record_is_pending(o->file, hex);
	if (pending && o->record.dir)
		return 0;
	return err_set(err, "its sha256 is %s, and " SUMS_NAME " says %s%s", hex, o->want,
		       pending ? ": the lists are older than the archive; 'hpn index' with the "
				 "directory brings them up to date"
			       : "");
}

/* A tag counts for one of those that are wanted. */
static bool take_tag(const struct check_report *r, const char *wanted, bool *taken)
{
	for (size_t i = 0, nth = 0; i < r->n; i++)
		for (size_t k = 0; k < r->images[i].tags.n; k++, nth++) {
			const char *tag = r->images[i].tags.v[k], *slash = strrchr(tag, '/');

			if (taken[nth] || strcmp(slash ? slash + 1 : tag, wanted) != 0)
				continue;
			taken[nth] = true;
			return true;
		}
	return false;
}

int work_check_tags(const struct options *o, const struct check_report *r, struct err *err)
{
	size_t n = 0;
	bool *taken;
	int rc = 0;

	for (size_t i = 0; i < r->n; i++)
		n += r->images[i].tags.n;
	taken = mem_array(n + 1, sizeof(*taken));
	for (size_t i = 0; !rc && i < o->tags.n; i++)
		if (!take_tag(r, o->tags.v[i], taken))
			rc = err_set(err, "an image %s is missing in it", o->tags.v[i]);
	free(taken);
	return rc;
}

static int look(const struct options *o, int fd, struct seen *ret, struct err *err)
{
	bool wants_sum = o->sum || o->want || o->record.dir;
	struct sum sum;
	struct unpack *u;
	struct source src;
	int rc;

	sum_init(&sum);
	u = unpack_new(fd, wants_sum ? &sum : NULL, err);
	if (!u)
		return -1;
	ret->packed = unpack_is_packed(u);
	src = unpack_source(u);
	rc = check_archive(&src, &ret->report, err);
	if (unpack_is_cut(u))
		ret->report.trouble = CHECK_CUT;
	if (ret->report.foreign && o->foreign)
		rc = 0;
	if (!rc)
		rc = work_check_tags(o, &ret->report, err);
	if (!rc)
		rc = unpack_finish(u, &ret->bytes, err);
	if (!rc)
		rc = check_sum(o, &sum, ret->sum, err);
	unpack_free(u);
	return rc;
}

int work_look_through(const struct options *o, int fd, struct seen *ret, struct err *err)
{
	struct buf where = BUF_INIT;

	memset(ret, 0, sizeof(*ret));
	if (look(o, fd, ret, err) == 0)
		return 0;
	name_file(o, &where);
	fprintf(stderr, "%s%s\n", buf_str(&where), err->text);
	buf_release(&where);
	return work_trouble_status(ret->report.trouble, o->record.publish != NULL);
}

static void show(struct buf *b, const char *before, const char *text)
{
	buf_adds(b, before);
	utf8_show(b, text, strlen(text), SHOWN_BYTES);
}

/* Tags and platforms come out of the archive, and could hold anything: also
 * what looks like another line, or what a terminal obeys. */
static void add_texts(const struct check_report *r, struct buf *b)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct check_image *im = &r->images[i];

		buf_adds(b, "Image:");
		for (size_t k = 0; k < im->tags.n; k++)
			show(b, k ? ", " : " ", im->tags.v[k]);
		show(b, " ", im->id);
		if (im->platform)
			show(b, " ", im->platform);
		buf_addc(b, '\n');
	}
}

/* For programs: one line, whether it is good or not. */
static void add_result(const struct options *o, const struct seen *s, const char *what,
		       const char *trouble, struct buf *b)
{
	char hex[SUM_HEX + 1];

	buf_adds(b, "{");
	json_pair(b, "file", o->file);
	buf_addf(b, ",\"ok\":%s", s ? "true" : "false");
	if (!s) {
		buf_addc(b, ',');
		json_pair(b, "reason", trouble);
	} else {
		sum_hex(s->sum, hex);
		buf_addf(b, ",\"bytes\":%" PRIu64 ",\"sha256\":\"%s\",%s", s->bytes, hex, what);
	}
	buf_adds(b, "}\n");
}

/* As of an index in which there is nothing else. */
static void add_lines(const struct options *o, const struct seen *s, const char *what,
		      struct buf *b)
{
	static const char none[] = "{\"schema\":1,\"images\":[]}";
	struct index_file f = { .name = o->file, .bytes = s->bytes };
	struct buf text = BUF_INIT;
	char hex[SUM_HEX + 1];
	struct err err;
	json_t *index = index_parse(none, strlen(none), "", &err), *object;

	sum_hex(s->sum, hex);
	f.hex = hex;
	buf_addf(&text, "{%s}", what);
	object = json_parse("", buf_str(&text), text.len, &err);
	f.what = object;
	index_put(index, &f);
	index_lines(index, b);
	json_decref(object);
	json_decref(index);
	buf_release(&text);
}

static int report(const struct options *o, const struct seen *s, const char *what)
{
	struct buf b = BUF_INIT;
	int rc;

	if (o->report == REPORT_JSON)
		return work_print_report(o, s->bytes, s->sum, what);
	if (o->report == REPORT_TEXT)
		add_texts(&s->report, &b);
	else if (o->report == REPORT_LINES)
		add_lines(o, s, what, &b);
	else
		add_result(o, s, what, NULL, &b);
	rc = work_print(&b);
	buf_release(&b);
	return rc;
}

/* It is said twice: for programs, and as every failure is. */
static void report_trouble(const struct options *o, const char *trouble)
{
	struct buf b = BUF_INIT;

	add_result(o, NULL, NULL, trouble, &b);
	work_print(&b);
	buf_release(&b);
}

static int keep(const struct options *o, const struct seen *s, const char *what, struct err *err)
{
	if (record_archive(&o->record, o->file, s->bytes, s->sum, what, err) == 0)
		return 0;
	fprintf(stderr, "%s\n", err->text);
	return strstr(err->text, strerror(ENOSPC)) ? EX_FULL : EX_FILE;
}

/* What is to be published has to go to the disk in any case: it can do so
 * while it is read. */
static void flush_early(const struct options *o, int fd)
{
#ifdef SYNC_FILE_RANGE_WRITE
	if (o->record.publish)
		sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
#else
	(void)o, (void)fd;
#endif
}

int work_verify(const struct options *o)
{
	struct buf what = BUF_INIT;
	struct err err = { "" };
	struct seen seen;
	int rc, fd = work_open(o->file);

	if (fd < 0 && o->report == REPORT_RESULT)
		report_trouble(o, strerror(errno));
	if (fd < 0 && errno == ENOENT && o->want)
		fprintf(stderr, "missing, although " SUMS_NAME " lists it\n");
	else if (fd < 0)
		fprintf(stderr, "open %s: %s\n", o->file, strerror(errno));
	if (fd < 0)
		return EX_FILE;
	flush_early(o, fd);
	rc = work_look_through(o, fd, &seen, &err);
	close(fd);
	if (!rc) {
		check_json(&seen.report, &what);
		rc = keep(o, &seen, buf_str(&what), &err);
	}
	if (!rc)
		rc = report(o, &seen, buf_str(&what));
	if (!rc)
		rc = work_print_facts(o, &seen.report);
	else if (o->report == REPORT_RESULT)
		report_trouble(o, err.text);
	check_release(&seen.report);
	buf_release(&what);
	return rc;
}

int work_known(const char *dir)
{
	struct buf b = BUF_INIT;
	struct err err;
	json_t *index = index_read(dir, INDEX_NAME, &err);
	int rc;

	if (!index)
		return work_complain(EX_DATA, "", &err);
	index_lines(index, &b);
	rc = work_print(&b);
	json_decref(index);
	buf_release(&b);
	return rc;
}
