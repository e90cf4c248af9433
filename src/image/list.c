/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image/list.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "image/plainlist.h"
#include "image/ref.h"
#include "image/yamllist.h"

#define HEAD_BYTES ((size_t)64 << 10) /* what is looked at to tell the form */
#define PIECE_BYTES ((size_t)16 << 10)
#define LONG_SHOWN ((size_t)60)  /* of a name that is too long */
#define FILE_SHOWN ((size_t)600) /* so that the reason fits after it */

void list_init(struct list *l)
{
	memset(l, 0, sizeof(*l));
	l->stop_fd = -1;
}

void list_seal(struct list *l)
{
	name_map_release(&l->seen);
}

void list_release(struct list *l)
{
	list_seal(l);
	arena_release(&l->text);
	strvec_release(&l->file);
	free(l->item);
	list_init(l);
}

static struct list_item *new_item(struct list *l)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->item = mem_grow(l->item, l->cap, sizeof(*l->item));
	}
	return &l->item[l->n++];
}

static void add_bad(struct list *l, const struct list_found *found, const char *bad,
		    struct list_item at)
{
	int too_long = found->len > LIST_NAME_MAX;
	struct buf shown = BUF_INIT;

	utf8_show(&shown, found->text, too_long ? LIST_NAME_MAX : found->len,
		  too_long ? LONG_SHOWN : SIZE_MAX);
	at.name = arena_copy(&l->text, buf_str(&shown), shown.len);
	at.bad = arena_copy(&l->text, bad, strlen(bad));
	*new_item(l) = at;
	l->n_bad++;
	buf_release(&shown);
}

static void add_good(struct list *l, const struct list_found *found, const struct ref *ref,
		     struct list_item at)
{
	struct buf key = BUF_INIT;
	uint32_t first;

	ref_key(ref, &key);
	if (name_map_add(&l->seen, buf_str(&key), key.len, (uint32_t)l->n, &first)) {
		at.name = arena_copy(&l->text, found->text, found->len);
		*new_item(l) = at;
	} else {
		l->n_again++;
		if (at.priority > l->item[first].priority)
			l->item[first].priority = at.priority;
	}
	buf_release(&key);
}

static int add(struct list *l, uint32_t file, const struct list_found *found, struct err *err)
{
	struct list_item at = {
		.file = file,
		.line = found->line,
		.priority = (int8_t)found->priority,
	};
	struct err why = { "" };
	struct ref ref;

	if (l->n == LIST_MAX_ITEMS)
		return err_set(err, "more than %zu images; split the list", LIST_MAX_ITEMS);
	if (found->bad)
		add_bad(l, found, found->bad, at);
	else if (found->len > LIST_NAME_MAX)
		add_bad(l, found,
			"invalid reference format: longer than 4096 bytes; "
			"write one image a line",
			at);
	else if (ref_parsen(found->text, found->len, &ref, &why))
		add_bad(l, found, why.text, at);
	else
		add_good(l, found, &ref, at);
	return 0;
}

int list_add_word(struct list *l, const char *word, struct err *err)
{
	struct list_found found = { .text = word, .len = strlen(word), .line = ++l->n_words };

	return add(l, LIST_WORDS, &found, err);
}

/* A list that is being read. */
struct reading {
	struct list *list;
	const struct list_source *source;
	uint32_t file;
	size_t found;    /* images, the left-out ones too */
	struct buf data; /* read and not used yet */
	int ended;
};

static int take(void *user, const struct list_found *found, struct err *err)
{
	struct reading *r = user;

	r->found++;
	if (add(r->list, r->file, found, err))
		return err_wrap(err, "%lu", (unsigned long)found->line);
	return 0;
}

static int read_piece(struct reading *r)
{
	ssize_t n = r->source->read(r->source->user, buf_room(&r->data, PIECE_BYTES), PIECE_BYTES);

	if (n < 0)
		return (int)n;
	r->data.len += (size_t)n;
	r->ended = n == 0;
	return 0;
}

/* For libyaml: first what was read to look at, then the rest. */
static ssize_t read_on(void *user, char *to, size_t n)
{
	struct reading *r = user;

	if (!r->data.len)
		return r->ended ? 0 : r->source->read(r->source->user, to, n);
	if (n > r->data.len)
		n = r->data.len;
	memcpy(to, r->data.data, n);
	buf_eat(&r->data, n);
	return (ssize_t)n;
}

/* Both forms: 0, -errno, or 1 when err has it all, but for the list's name. */
static int read_yaml(struct reading *r, struct err *err)
{
	struct list_source source = { read_on, r };
	struct list_sink sink = { take, r };
	int errnum, rc;

	rc = yamllist_read(&source, &sink, &errnum, err);
	return errnum ? -errnum : rc != 0;
}

static int read_plain(struct reading *r, struct err *err)
{
	struct list_sink sink = { take, r };
	struct plainlist p;
	size_t used;
	int rc = 0;

	plainlist_init(&p, &sink);
	for (;;) {
		if (plainlist_feed(&p, buf_str(&r->data), r->data.len, r->ended, &used, err)) {
			rc = 1;
			break;
		}
		buf_eat(&r->data, used);
		if (r->ended)
			break;
		rc = read_piece(r);
		if (rc)
			break;
	}
	plainlist_release(&p);
	return rc;
}

/* Text in another encoding would be a list of nothing but bad lines. */
static int is_utf16(const struct buf *b)
{
	return b->len >= 4 && ((!memcmp(b->data, "\xff\xfe", 2) && !b->data[3]) ||
			       (!memcmp(b->data, "\xfe\xff", 2) && !b->data[2]));
}

static int read_form(struct reading *r, const char *file, enum list_form form, struct err *err)
{
	int rc = 0;

	while (!rc && !r->ended && r->data.len < HEAD_BYTES)
		rc = read_piece(r);
	if (rc)
		return rc;
	if (form == LIST_AUTO && yamllist_detect(file, buf_str(&r->data), r->data.len, r->ended))
		form = LIST_YAML;
	if (form == LIST_YAML)
		return read_yaml(r, err);
	if (is_utf16(&r->data)) {
		err_set(err, "1: the text is UTF-16; save it as UTF-8");
		return 1;
	}
	return read_plain(r, err);
}

int list_read_source(struct list *l, const char *file, const struct list_source *source,
		     enum list_form form, struct err *err)
{
	struct reading r = { .list = l, .source = source, .file = (uint32_t)l->file.n };
	struct buf shown = BUF_INIT;
	struct err why = { "" };
	int rc;

	strvec_push(&l->file, file);
	utf8_show(&shown, file, strlen(file), FILE_SHOWN);
	rc = read_form(&r, file, form, &why);
	if (rc == 1)
		rc = err_set(err, "%s:%s", buf_str(&shown), why.text);
	else if (rc == -ECANCELED)
		rc = err_set(err, "interrupted while reading %s", buf_str(&shown));
	else if (rc == -EISDIR)
		rc = err_sys(err, EISDIR, "failed to open file %s", buf_str(&shown));
	else if (rc)
		rc = err_sys(err, -rc, "failed to read file %s", buf_str(&shown));
	else if (!r.found)
		rc = err_set(err, "no images found in file %s", buf_str(&shown));
	buf_release(&r.data);
	buf_release(&shown);
	return rc;
}

struct fd_source {
	int fd;
	const struct list *list;
};

/* Waits in poll(), as a read() that SA_RESTART keeps going would never see
 * that somebody pressed Ctrl-C. */
static ssize_t fd_read(void *user, char *to, size_t size)
{
	const struct fd_source *from = user;
	struct pollfd p[2] = {
		{ .fd = from->list->stop_fd, .events = POLLIN },
		{ .fd = from->fd, .events = POLLIN },
	};
	ssize_t n;

	for (;;) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (p[0].revents && from->list->stopped(from->list->stop_ctx))
			return -ECANCELED;
		if (!p[1].revents)
			continue;
		n = read(from->fd, to, size);
		if (n >= 0)
			return n;
		if (errno != EINTR && errno != EAGAIN)
			return -errno;
	}
}

int list_read(struct list *l, const char *path, enum list_form form, struct err *err)
{
	struct fd_source from = { STDIN_FILENO, l };
	struct list_source source = { fd_read, &from };
	struct buf shown = BUF_INIT;
	int is_stdin = !strcmp(path, "-"), rc;

	/* O_NONBLOCK, as the open of a FIFO would wait for its writer, deaf to
	 * signals. fd_read() waits instead. */
	if (!is_stdin)
		from.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (from.fd < 0) {
		rc = errno;
		utf8_show(&shown, path, strlen(path), FILE_SHOWN);
		err_sys(err, rc, "failed to open file %s", buf_str(&shown));
		buf_release(&shown);
		return -1;
	}
	rc = list_read_source(l, path, &source, form, err);
	if (!is_stdin)
		close(from.fd);
	return rc;
}

void list_where(const struct list *l, const struct list_item *item, struct buf *b)
{
	if (item->file == LIST_WORDS) {
		buf_addf(b, "argument %lu", (unsigned long)item->line);
		return;
	}
	list_name(l, item->file, b);
	buf_addf(b, ":%lu", (unsigned long)item->line);
}

void list_name(const struct list *l, uint32_t file, struct buf *b)
{
	if (file == LIST_WORDS)
		buf_adds(b, "arguments");
	else
		utf8_show(b, l->file.v[file], strlen(l->file.v[file]), FILE_SHOWN);
}
