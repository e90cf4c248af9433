/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the run has done, in the journal that --resume reads. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "plan/items.h"
#include "run/step.h"
#include "watch/watcher.h"

struct keeper {
	struct watch_at at;
	struct journal_entry *file; /* load: what each file was when it was begun */
};

static void *open_keeper(const struct watch_at *at, void *state)
{
	struct keeper *k;

	(void)state;
	if (!at->journal)
		return NULL;
	k = mem_alloc(sizeof(*k));
	k->at = *at;
	if (plan_unpacks(at->plan))
		k->file = mem_array(at->plan->n, sizeof(*k->file));
	return k;
}

static const char *id_of(const struct keeper *k, const struct step *st)
{
	const struct local_image *image = NULL;

	if (st->stage->verb->to_target && resume_notes_ids(k->at.plan))
		image = plan_image(k->at.plan, st->job);
	return image ? image->id : "";
}

static void note_done(struct keeper *k, const struct step *st)
{
	const struct plan *p = k->at.plan;
	struct journal_entry e = { .verb = st->stage->verb->words.verb,
				   .name = item_key(&p->item[st->job]),
				   .target = st->path ? st->path : "",
				   .bytes = -1,
				   .id = id_of(k, st) };
	struct buf images = BUF_INIT;

	if (st->stage->verb->record)
		st->stage->verb->record(p, st, &e);
	if (k->file && st->stage->nth == 0) {
		e.bytes = k->file[st->job].bytes;
		e.mtime_ns = k->file[st->job].mtime_ns;
		archive_images_names(k->at.images, st->job, &images);
		e.target = buf_str(&images);
	}
	journal_ok(k->at.journal, &e);
	buf_release(&images);
}

static void event(void *state, const struct event *ev)
{
	struct keeper *k = state;
	const struct plan *p = k->at.plan;
	bool ends = ev->kind == EVENT_STAGE_END || ev->kind == EVENT_FINISH;
	struct step st;

	if (ev->kind == EVENT_START && k->file)
		resume_stat(p->item[ev->job].file, &k->file[ev->job]);
	if (!ends || ev->cause == CAUSE_SKIPPED)
		return;
	st = step_at(p, k->at.images, ev->job, ev->step);
	if (ev->kind == EVENT_STAGE_END || ev->result == RESULT_OK)
		note_done(k, &st);
	else if (ev->result == RESULT_FAILED)
		journal_failed(k->at.journal, st.stage->verb->words.verb,
			       item_key(&p->item[ev->job]));
}

static int64_t tick(void *state, int64_t now_ns)
{
	return journal_tick(((struct keeper *)state)->at.journal, now_ns);
}

/* When nothing is left to resume, the journal goes. */
static int close_keeper(void *state, const struct watch_end *end)
{
	struct keeper *k = state;
	struct journal *j = k->at.journal;
	const uint32_t *ended = k->at.ledger->ended;
	bool done = !ended[RESULT_FAILED] && !ended[RESULT_CANCELLED] && !end->set->retry_failed;
	struct buf path = BUF_INIT;
	int errnum;

	buf_adds(&path, j->path);
	errnum = journal_close(j, done);
	if (errnum)
		console_warn("Warning: the journal %s is not complete: %s\n", buf_str(&path),
			     strerror(errnum));
	buf_release(&path);
	free(k->file);
	free(k);
	return end->status;
}

const struct watcher watch_journal = {
	.open = open_keeper, .event = event, .tick = tick, .close = close_keeper
};
