/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/resume.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "plan/items.h"
#include "state/statedir.h"

#define NO_JOURNAL "none"
#define JOURNAL_PREFIX "journal-"
#define MOST_JOURNALS 20
#define OLDEST_NS (30 * 24 * 3600 * NS_PER_S)

/* ---- which journal ---- */

static bool wants_rest(const struct plan *p)
{
	return p->set->resume || p->set->retry_failed;
}

static void add_cwd(struct buf *b)
{
	char cwd[4096];

	buf_adds(b, getcwd(cwd, sizeof(cwd)) ? cwd : "");
}

/* One for each directory, verb, runtime and list; the list's own content may
 * change from run to run. */
static void own_name(const struct plan *p, struct buf *b)
{
	struct buf what = BUF_INIT;

	add_cwd(&what);
	buf_addf(&what, "\n%s\n%s", p->verbs, p->rt->name);
	for (char *const *l = p->set->lists; *l; l++)
		buf_addf(&what, "\n-f %s", *l);
	for (size_t i = 0; i < p->set->operands->n; i++)
		buf_addf(&what, "\n%s", p->set->operands->v[i]);
	buf_addf(b, JOURNAL_PREFIX "%016" PRIx64, name_map_hash(buf_str(&what), what.len));
	buf_release(&what);
}

/* 1: there is no place for one, or none is wanted. */
static int journal_path(const struct plan *p, struct buf *path)
{
	struct buf name = BUF_INIT;
	struct err err;
	int rc;

	if (!strcmp(p->set->journal, NO_JOURNAL))
		return 1;
	if (*p->set->journal) {
		buf_adds(path, p->set->journal);
		return 0;
	}
	own_name(p, &name);
	rc = statedir_file(buf_str(&name), path, &err);
	buf_release(&name);
	return rc ? 1 : 0;
}

struct found_journal {
	char *path;
	int64_t mtime_ns;
};

static int newer_first(const void *a, const void *b)
{
	int64_t x = ((const struct found_journal *)a)->mtime_ns;
	int64_t y = ((const struct found_journal *)b)->mtime_ns;

	return x < y ? 1 : x > y ? -1 : 0;
}

/* Runs that nobody resumes leave journals: the newest are kept, for a month. */
static void drop_old_journals(const char *dir, int64_t now_ns)
{
	struct found_journal *all = NULL;
	struct journal_entry file;
	struct dirent *e;
	size_t n = 0;
	DIR *d = opendir(dir);

	while (d && (e = readdir(d))) {
		struct buf path = BUF_INIT;

		if (strncmp(e->d_name, JOURNAL_PREFIX, strlen(JOURNAL_PREFIX)) != 0)
			continue;
		buf_addf(&path, "%s/%s", dir, e->d_name);
		resume_stat(buf_str(&path), &file);
		all = mem_grow(all, n + 1, sizeof(*all));
		all[n++] = (struct found_journal){ buf_detach(&path), file.mtime_ns };
	}
	if (d)
		closedir(d);
	if (n)
		qsort(all, n, sizeof(*all), newer_first);
	for (size_t i = 0; i < n; i++) {
		if (i >= MOST_JOURNALS || all[i].mtime_ns < now_ns - OLDEST_NS)
			unlink(all[i].path);
		free(all[i].path);
	}
	free(all);
}

/* A user who asked for a journal is told when there is none; others are not. */
static int open_journal(struct resume *r, const struct plan *p, bool create,
			enum journal_found *ret_found, struct err *err)
{
	const char *given = p->set->journal;
	bool must = *given || wants_rest(p);
	struct buf path = BUF_INIT;
	int rc = 0;

	*ret_found = JOURNAL_NONE;
	if (journal_path(p, &path)) {
		if (wants_rest(p))
			rc = err_set(err,
				     "no journal to resume from; name one with --journal FILE");
	} else {
		rc = journal_open(&r->journal, buf_str(&path), !*given, create, ret_found, err);
		if (!rc && must && *ret_found == JOURNAL_BUSY)
			rc = err_set(err,
				     "the journal %s is in use by another hpn; wait for it, or"
				     " name another one with --journal FILE",
				     buf_str(&path));
	}
	buf_release(&path);
	return rc && must ? -1 : 0;
}

/* ---- reading it ---- */

static int check_head(const struct resume *r, const struct plan *p, struct err *err)
{
	const struct journal_head *h = &r->log.head;
	const char *file = r->journal.path, *platform = p->set->platform;

	if (!h->verbs)
		return 0;
	if (strcmp(h->verbs, p->verbs) != 0)
		return err_set(err, "%s:1: this is the journal of a %s, not of a %s", file,
			       h->verbs, p->verbs);
	if (strcmp(h->runtime, p->rt->name) != 0)
		return err_set(err, "%s:1: that run used %s, this one %s; give --runtime %s", file,
			       h->runtime, p->rt->name, h->runtime);
	if (strcmp(h->platform, platform) != 0)
		return err_set(err, "%s:1: that run had --platform '%s', this one has '%s'", file,
			       h->platform, platform);
	return 0;
}

static bool has_failed(const void *log, const char *key)
{
	return journal_has_failed(log, key);
}

static bool is_kept(const struct plan *p)
{
	return p->rt && !p->stage[0].verb->no_journal;
}

int resume_open(struct resume *r, struct plan *p, struct err *err)
{
	enum journal_found found;

	*r = (struct resume){ .journal = { .fd = -1 } };
	if (!is_kept(p) || !wants_rest(p))
		return 0;
	if (open_journal(r, p, false, &found, err))
		return -1;
	if (found == JOURNAL_FOUND &&
	    (journal_read(&r->journal, &r->log, err) || check_head(r, p, err)))
		return err_wrap(err, "cannot resume (without --resume everything is done again)");
	if (found == JOURNAL_NONE && p->set->retry_failed)
		return err_set(err, "there is no journal of such a run, so nothing is known to have"
				    " failed");
	if (found == JOURNAL_NONE)
		strvec_push(&p->warnings, "there is no journal of such a run to resume;"
					  " everything is done");
	if (p->set->retry_failed)
		items_filter(p, has_failed, &r->log);
	return 0;
}

/* ---- what is still there ---- */

void resume_stat(const char *path, struct journal_entry *e)
{
	struct stat st;

	e->bytes = -1;
	e->mtime_ns = 0;
	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	e->bytes = st.st_size;
	e->mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

bool resume_is_same_file(const char *path, const struct journal_entry *e)
{
	struct journal_entry now = { 0 };

	resume_stat(path, &now);
	return e->bytes > 0 && now.bytes == e->bytes && now.mtime_ns == e->mtime_ns;
}

/* The names in question: those of the list, and those that files held. */
static void names_to_ask(const struct resume *r, const struct plan *p, struct strvec *names)
{
	for (uint32_t i = 0; i < p->n; i++) {
		const struct item *it = &p->item[i];
		const struct journal_entry *e;

		if (!it->file) {
			if (!it->bad)
				strvec_push(names, it->name);
			continue;
		}
		e = journal_find(&r->log, p->stage[0].verb->words.verb, it->file);
		for (const char *s = e ? e->target : ""; *s;) {
			size_t len = strcspn(s, ",");

			strvec_pushn(names, s, len);
			s += len + (s[len] == ',');
		}
	}
}

static const char *name_to_ask(void *ctx, uint32_t i)
{
	return ((struct strvec *)ctx)->v[i];
}

static void ask_runtime(const struct resume *r, struct plan *p, struct console *c)
{
	struct strvec names = STRVEC_INIT;

	names_to_ask(r, p, &names);
	if (names.n && p->images_state == IMAGES_NOT_ASKED)
		p->images_state = local_images_read(&p->images, c, p->rt, p->env.v, name_to_ask,
						    &names, (uint32_t)names.n, &p->call, NULL)
					  ? IMAGES_UNKNOWN
					  : IMAGES_KNOWN;
	strvec_release(&names);
}

static bool is_still_done(const struct resume *r, const struct plan *p, const struct stage *st,
			  uint32_t job)
{
	const struct journal_entry *e =
		journal_find(&r->log, st->verb->words.verb, item_key(&p->item[job]));

	return e && st->verb->is_still_done && st->verb->is_still_done(p, st, job, e, &p->images);
}

bool resume_notes_ids(const struct plan *p)
{
	for (unsigned i = 0; i < p->n_stages; i++)
		if (p->stage[i].verb->brings_images) /* other ones, under the same names */
			return false;
	return p->stage[p->n_stages - 1].verb->to_target;
}

void resume_mark(struct resume *r, struct plan *p, struct console *c)
{
	if (!is_kept(p))
		return;
	if (wants_rest(p) || (*p->set->journal && resume_notes_ids(p)))
		ask_runtime(r, p, c);
	for (uint32_t i = 0; r->log.head.verbs && i < p->n; i++) {
		struct item *it = &p->item[i];

		while (it->resumed < p->n_stages && !it->bad &&
		       is_still_done(r, p, &p->stage[it->resumed], i))
			it->resumed++;
	}
}

/* ---- this run's ---- */

static void begin_anew(struct resume *r, const struct plan *p)
{
	struct journal_head head = { p->verbs, p->rt->name, p->set->platform, NULL, STRVEC_INIT };
	struct buf cwd = BUF_INIT;

	add_cwd(&cwd);
	head.cwd = buf_str(&cwd);
	for (char *const *w = p->set->line; w && *w; w++)
		strvec_push(&head.words, *w);
	journal_begin(&r->journal, &head);
	strvec_release(&head.words);
	buf_release(&cwd);
}

int resume_begin(struct resume *r, const struct plan *p, struct err *err)
{
	enum journal_found found;
	struct buf dir = BUF_INIT;

	if (!is_kept(p) || p->set->dry_run)
		return 0;
	if (r->journal.fd < 0 && !*p->set->journal && !statedir_file("", &dir, err))
		drop_old_journals(buf_str(&dir), clock_wall_ns());
	buf_release(&dir);
	if (r->journal.fd < 0 && open_journal(r, p, true, &found, err))
		return -1;
	if (r->journal.fd >= 0 && r->log.head.verbs)
		journal_resume(&r->journal, &r->log);
	else if (r->journal.fd >= 0)
		begin_anew(r, p);
	return 0;
}

void resume_release(struct resume *r)
{
	if (r->journal.path)
		journal_close(&r->journal, false);
	journal_log_release(&r->log);
}

/* ---- hpn --resume, and nothing else ---- */

struct last {
	struct strvec *words;
	int64_t mtime_ns;
};

/* The words of a journal that was written here, if it is the newest so far. */
static void look_at(struct last *last, const char *path, const char *cwd)
{
	struct journal_entry file = { 0 };
	struct journal j;
	struct journal_log log = { 0 };
	enum journal_found found;
	struct err err;

	resume_stat(path, &file);
	if (file.bytes <= 0 || (last->words->n && file.mtime_ns < last->mtime_ns) ||
	    journal_open(&j, path, true, false, &found, &err) || found != JOURNAL_FOUND)
		return;
	if (!journal_read(&j, &log, &err) && log.head.verbs && !strcmp(log.head.cwd, cwd)) {
		last->mtime_ns = file.mtime_ns;
		strvec_clear(last->words);
		for (size_t i = 0; i < log.head.words.n; i++)
			strvec_push(last->words, log.head.words.v[i]);
	}
	journal_log_release(&log);
	journal_close(&j, false);
}

static void look_at_all(struct last *last, const char *dir, const char *cwd)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		struct buf path = BUF_INIT;

		buf_addf(&path, "%s/%s", dir, e->d_name);
		if (!strncmp(e->d_name, JOURNAL_PREFIX, strlen(JOURNAL_PREFIX)))
			look_at(last, buf_str(&path), cwd);
		buf_release(&path);
	}
	if (d)
		closedir(d);
}

int resume_last(struct strvec *ret_words, struct err *err)
{
	struct last last = { ret_words, 0 };
	struct buf path = BUF_INIT, cwd = BUF_INIT;
	int rc = statedir_file("", &path, err);

	add_cwd(&cwd);
	if (!rc)
		look_at_all(&last, buf_str(&path), buf_str(&cwd));
	if (!rc && !ret_words->n)
		rc = err_set(err, "nothing to resume: no run that was begun in this folder has left"
				  " a journal");
	buf_release(&path);
	buf_release(&cwd);
	return rc;
}
