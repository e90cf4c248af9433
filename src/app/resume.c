/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/resume.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/action.h"
#include "app/bundle.h"
#include "app/loaded.h"
#include "state/statedir.h"
#include "base/mem.h"
#include "base/replace.h"

#define NO_JOURNAL "none"
#define JOURNAL_PREFIX "journal-"

/* ---- which journal ---- */

static bool wants_rest(const struct action *a)
{
	return cfg_bool(a->cfg, OPT_RESUME) || cfg_bool(a->cfg, OPT_RETRY_FAILED);
}

static void add_cwd(struct buf *b)
{
	char cwd[4096];

	buf_adds(b, getcwd(cwd, sizeof(cwd)) ? cwd : "");
}

/* One for each folder, verb, runtime and list; the list's own content may
 * change from run to run. */
static void own_name(const struct action *a, const struct args *args, struct buf *b)
{
	struct buf what = BUF_INIT;

	add_cwd(&what);
	buf_addf(&what, "\n%s\n%s", a->verbs, a->rt->name);
	for (char *const *l = usage_lists(args, a->cfg); *l; l++)
		buf_addf(&what, "\n-f %s", *l);
	for (size_t i = 0; i < args->operands.n; i++)
		buf_addf(&what, "\n%s", args->operands.v[i]);
	buf_addf(b, JOURNAL_PREFIX "%016" PRIx64, claims_hash(buf_str(&what), what.len));
	buf_release(&what);
}

/* 1: there is none to be had, or none is wanted. */
static int journal_path(const struct action *a, const struct args *args, struct buf *path)
{
	const char *given = cfg_str(a->cfg, OPT_JOURNAL);
	struct buf name = BUF_INIT;
	struct err err;
	int rc = 0;

	if (!strcmp(given, NO_JOURNAL))
		return 1;
	if (*given) {
		buf_adds(path, given);
		return 0;
	}
	own_name(a, args, &name);
	rc = statedir_file(buf_str(&name), path, &err);
	buf_release(&name);
	return rc ? 1 : 0;
}

/* Who asked for a journal is told when there is none; others are not. */
static int open_journal(struct action *a, const struct args *args, bool create,
			enum journal_found *ret_found, struct err *err)
{
	const char *given = cfg_str(a->cfg, OPT_JOURNAL);
	bool must = *given || wants_rest(a);
	struct buf path = BUF_INIT;
	int rc = 0;

	*ret_found = JOURNAL_NONE;
	if (journal_path(a, args, &path)) {
		if (wants_rest(a))
			rc = err_set(err,
				     "no journal to resume from; name one with --journal FILE");
	} else {
		rc = journal_open(&a->resume.journal, buf_str(&path), !*given, create, ret_found,
				  err);
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

static int check_head(const struct action *a, struct err *err)
{
	const struct journal_head *h = &a->resume.log.head;
	const char *file = a->resume.journal.path, *platform = cfg_str(a->cfg, OPT_PLATFORM);

	if (!h->verbs)
		return 0;
	if (strcmp(h->verbs, a->verbs) != 0)
		return err_set(err, "%s:1: this is the journal of a %s, not of a %s", file,
			       h->verbs, a->verbs);
	if (strcmp(h->runtime, a->rt->name) != 0)
		return err_set(err, "%s:1: that run used %s, this one %s; give --runtime %s", file,
			       h->runtime, a->rt->name, h->runtime);
	if (strcmp(h->platform, platform) != 0)
		return err_set(err, "%s:1: that run had --platform '%s', this one has '%s'", file,
			       h->platform, platform);
	return 0;
}

static void keep_failed_images(struct action *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->list.n; i++)
		if (journal_has_failed(&a->resume.log, a->list.item[i].name))
			a->list.item[n++] = a->list.item[i];
	a->list.n = n;
	a->n = (uint32_t)n;
}

static void keep_failed_files(struct action *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->paths.n; i++)
		if (journal_has_failed(&a->resume.log, a->paths.v[i]))
			a->paths.v[n++] = a->paths.v[i];
		else
			free(a->paths.v[i]);
	for (size_t i = n; i < a->paths.n; i++)
		a->paths.v[i] = NULL;
	a->paths.n = n;
	a->n = (uint32_t)n;
}

/* Of a bundle there is never a rest. */
static bool is_kept(const struct action *a)
{
	return a->rt && !action_is_dry(a) && !bundle_wanted(a);
}

int resume_open(struct action *a, const struct args *args, struct err *err)
{
	const char *failed_list = cfg_str(a->cfg, OPT_FAILED_LIST);
	struct resume *r = &a->resume;
	enum journal_found found;

	r->journal.fd = -1;
	if (*failed_list && replace_check(failed_list, err))
		return err_wrap(err, "--failed-list");
	if (!is_kept(a) || !wants_rest(a))
		return 0;
	if (open_journal(a, args, false, &found, err))
		return -1;
	if (found == JOURNAL_FOUND &&
	    (journal_read(&r->journal, &r->log, err) || check_head(a, err)))
		return err_wrap(err, "cannot resume (without --resume all is done again)");
	if (found == JOURNAL_NONE && cfg_bool(a->cfg, OPT_RETRY_FAILED))
		return err_set(err, "no journal of such a run; nothing is known to have failed");
	if (found == JOURNAL_NONE)
		console_warn("Warning: nothing to resume: no journal of such a run; all is done\n");
	if (cfg_bool(a->cfg, OPT_RETRY_FAILED) && a->paths.v)
		keep_failed_files(a);
	else if (cfg_bool(a->cfg, OPT_RETRY_FAILED))
		keep_failed_images(a);
	return 0;
}

/* ---- what is still there ---- */

static const char *key_of(const struct action *a, uint32_t job)
{
	return a->paths.v ? a->paths.v[job] : a->list.item[job].name;
}

static void stat_file(const char *path, struct journal_entry *e)
{
	struct stat st;

	e->bytes = -1;
	e->mtime_ns = 0;
	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	e->bytes = st.st_size;
	e->mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

static bool same_file(const char *path, const struct journal_entry *e)
{
	struct journal_entry now = { 0 };

	stat_file(path, &now);
	return e->bytes > 0 && now.bytes == e->bytes && now.mtime_ns == e->mtime_ns;
}

/* Each image of a comma-separated list is there. */
static bool are_there(const struct local_images *inv, const char *names)
{
	bool all = *names != '\0';

	while (all && *names) {
		size_t len = strcspn(names, ",");
		struct buf one = BUF_INIT;

		buf_add(&one, names, len);
		all = local_images_find(inv, buf_str(&one)) != NULL;
		buf_release(&one);
		names += len + (names[len] == ',');
	}
	return all;
}

static bool is_still_done(const struct action *a, const struct stage *st, uint32_t job)
{
	const struct resume *r = &a->resume;
	const char *name = key_of(a, job);
	const struct journal_entry *e = journal_find(&r->log, st->ops->words.verb, name);
	const struct local_image *fact;

	if (!e)
		return false;
	if (st->ops == &action_load)
		return same_file(name, e) && are_there(&r->inventory, e->target);
	if (st->ops == &action_save)
		return st->path[job] && !strcmp(e->target, st->path[job]) &&
		       same_file(st->path[job], e);
	fact = local_images_find(&r->inventory, name);
	if (st->ops == &action_pull)
		return fact != NULL;
	return fact && st->path[job] && !strcmp(e->target, st->path[job]) && *e->id &&
	       !strcmp(e->id, fact->id);
}

/* Names in question, one behind another: the list's, and what files held. */
static void names_to_ask(const struct action *a, struct strvec *names)
{
	for (uint32_t i = 0; i < a->n; i++) {
		const struct journal_entry *e;

		if (!a->paths.v) {
			if (!a->target[i].bad)
				strvec_push(names, action_name(a, i));
			continue;
		}
		e = journal_find(&a->resume.log, "load", key_of(a, i));
		for (const char *p = e ? e->target : ""; *p;) {
			size_t len = strcspn(p, ",");

			strvec_pushn(names, p, len);
			p += len + (p[len] == ',');
		}
	}
}

static const char *name_to_ask(void *ctx, uint32_t i)
{
	return ((struct strvec *)ctx)->v[i];
}

static void ask_runtime(struct action *a)
{
	struct strvec names = STRVEC_INIT;

	names_to_ask(a, &names);
	if (names.n)
		local_images_read(&a->resume.inventory, a->console, a->rt, a->env.v, name_to_ask,
				  &names, (uint32_t)names.n, NULL);
	strvec_release(&names);
}

static void find_done(struct action *a)
{
	for (uint32_t i = 0; i < a->n; i++) {
		uint8_t n = 0;

		while (n < a->n_stages && !a->target[i].bad && is_still_done(a, &a->stage[n], i))
			n++;
		a->resume.done[i] = n;
		if (n && a->loaded)
			loaded_again(a, i,
				     journal_find(&a->resume.log, "load", key_of(a, i))->target);
	}
}

bool resume_is_done(const struct action *a, uint32_t job, unsigned stage)
{
	return a->resume.done && stage < a->resume.done[job];
}

/* An image's id is noted with what was pushed, where it was there before the
 * run began. */
static bool notes_ids(const struct action *a)
{
	return action_has(a, &action_push) && !action_has(a, &action_pull) && !a->paths.v;
}

static void begin_anew(struct action *a, const struct args *args)
{
	struct journal_head head = { a->verbs, a->rt->name, cfg_str(a->cfg, OPT_PLATFORM), NULL,
				     STRVEC_INIT };
	struct buf cwd = BUF_INIT;

	add_cwd(&cwd);
	head.cwd = buf_str(&cwd);
	for (char *const *w = args->line; w && *w; w++)
		strvec_push(&head.words, *w);
	journal_begin(&a->resume.journal, &head);
	strvec_release(&head.words);
	buf_release(&cwd);
}

int resume_begin(struct action *a, const struct args *args, struct err *err)
{
	struct resume *r = &a->resume;
	enum journal_found found = JOURNAL_FOUND;

	if (!is_kept(a))
		return 0;
	r->done = mem_array(a->n, 1);
	if (action_has(a, &action_load))
		r->file = mem_array(a->n, sizeof(*r->file));
	if (wants_rest(a) || (*cfg_str(a->cfg, OPT_JOURNAL) && notes_ids(a)))
		ask_runtime(a);
	if (r->log.head.verbs)
		find_done(a);
	if (r->journal.fd < 0 && open_journal(a, args, true, &found, err))
		return -1;
	r->keeps = r->journal.fd >= 0;
	if (r->keeps && r->log.head.verbs)
		journal_resume(&r->journal, &r->log);
	else if (r->keeps)
		begin_anew(a, args);
	return 0;
}

/* ---- writing it ---- */

static void fill_id(const struct action *a, const struct stage *st, struct journal_entry *e)
{
	const struct local_image *fact = NULL;

	if (st->ops == &action_push && notes_ids(a))
		fact = local_images_find(&a->resume.inventory, e->name);
	e->id = fact ? fact->id : "";
}

static void note_done(struct action *a, const struct event *ev)
{
	struct place at = action_place(a, ev->job, ev->step);
	struct journal_entry e = { .verb = at.stage->ops->words.verb,
				   .name = key_of(a, ev->job),
				   .target = at.path ? at.path : "",
				   .bytes = -1 };
	struct buf images = BUF_INIT;

	if (at.stage->ops == &action_save && at.path)
		stat_file(at.path, &e);
	if (at.stage->ops == &action_load) {
		e.bytes = a->resume.file[ev->job].bytes;
		e.mtime_ns = a->resume.file[ev->job].mtime_ns;
		loaded_names(a, ev->job, &images);
		e.target = buf_str(&images);
	}
	fill_id(a, at.stage, &e);
	journal_ok(&a->resume.journal, &e);
	buf_release(&images);
}

void resume_event(void *action, const struct event *ev)
{
	struct action *a = action;
	bool ends = ev->kind == EVENT_STAGE_END || ev->kind == EVENT_FINISH;
	struct place at;

	if (ev->kind == EVENT_START && a->resume.file)
		stat_file(a->paths.v[ev->job], &a->resume.file[ev->job]);
	if (!ends || ev->cause == CAUSE_SKIPPED)
		return;
	if (ev->kind == EVENT_STAGE_END || ev->result == RESULT_OK) {
		note_done(a, ev);
	} else if (ev->result == RESULT_FAILED) {
		at = action_place(a, ev->job, ev->step);
		journal_failed(&a->resume.journal, at.stage->ops->words.verb, key_of(a, ev->job));
	}
}

int64_t resume_tick(void *action, int64_t now_ns)
{
	return journal_tick(&((struct action *)action)->resume.journal, now_ns);
}

static int write_failed_list(const struct action *a, struct err *err)
{
	struct replace to;

	if (!*cfg_str(a->cfg, OPT_FAILED_LIST) || !a->run.result)
		return 0;
	replace_begin(&to, cfg_str(a->cfg, OPT_FAILED_LIST));
	for (uint32_t i = 0; i < a->n; i++) {
		if (a->run.result[i] == RESULT_OK)
			continue;
		replace_add(&to, action_name(a, i), strlen(action_name(a, i)));
		replace_add(&to, "\n", 1);
	}
	return replace_end(&to, err) ? err_wrap(err, "--failed-list") : 0;
}

int resume_end(struct action *a, struct err *err)
{
	struct resume *r = &a->resume;
	bool done = !a->run.failed && !a->run.cancelled;
	int errnum;

	if (r->keeps) {
		struct buf path = BUF_INIT;

		buf_adds(&path, r->journal.path);
		r->keeps = false;
		errnum = journal_close(&r->journal, done && !cfg_bool(a->cfg, OPT_RETRY_FAILED));
		if (errnum)
			console_warn("Warning: the journal %s is not whole: %s\n", buf_str(&path),
				     strerror(errnum));
		buf_release(&path);
	}
	return write_failed_list(a, err);
}

void resume_release(struct action *a)
{
	struct resume *r = &a->resume;

	if (r->journal.path)
		journal_close(&r->journal, false);
	journal_log_release(&r->log);
	local_images_release(&r->inventory);
	free(r->done);
	free(r->file);
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

	stat_file(path, &file);
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
