/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A plan that is carried out as the loop does it, without a process: the test says
 * how each child ended. What listeners hear is gathered as text.
 */
#ifndef HPN_TESTS_WORKBED_H
#define HPN_TESTS_WORKBED_H

#include "planbed.h"

#include "run/tell.h"
#include "run/work.h"

static struct work work;
static struct tell work_tell;
static struct buf work_heard;
static struct pool_task work_task;
static struct err work_err;
static struct pool_verdict work_verdict;

static inline void work_hear(void *ctx, const struct event *ev)
{
	static const char *const kinds[] = { [EVENT_NOTE] = "note",
					     [EVENT_PROGRESS] = "bytes",
					     [EVENT_STAGE_END] = "end",
					     [EVENT_STAGE_START] = "start",
					     [EVENT_WARNING] = "warning" };

	if (!kinds[ev->kind])
		return;
	buf_addf(&work_heard, "%s", kinds[ev->kind]);
	if (ev->job != NO_JOB)
		buf_addf(&work_heard, " %s/%s", ev->subject, ev->step_name);
	if (ev->len)
		buf_addf(&work_heard, ": %.*s", (int)ev->len, ev->data);
	buf_addc(&work_heard, '\n');
}

static inline void work_hear_images(void *ctx, const struct event *ev)
{
	archive_images_hear(&work.images, ev);
}

/* Of the plan as it stands. */
static inline void work_begin(void)
{
	ck_assert_int_eq(unsetenv("OTEL_EXPORTER_OTLP_ENDPOINT"), 0);
	work_init(&work, &plan, "");
	work_tell =
		(struct tell){ .plan = &plan, .images = &work.images, .loop = &plan_console.loop };
	tell_add(&work_tell, &(struct listener){ work_hear, NULL, NULL });
	tell_add(&work_tell, &(struct listener){ work_hear_images, NULL, NULL });
}

static inline void work_end(void)
{
	tell_release(&work_tell);
	work_release(&work);
	strvec_release(&work_task.argv);
	buf_release(&work_heard);
}

/* What was heard since the last time; the text holds until something else is. */
static inline const char *work_told(void)
{
	static struct buf told;

	buf_reset(&told);
	buf_adds(&told, buf_str(&work_heard));
	buf_reset(&work_heard);
	return buf_str(&told);
}

static inline struct step work_step(uint32_t job, unsigned nth)
{
	return step_at(&plan, &work.images, job, nth);
}

static inline enum prepared work_ask(uint32_t job, unsigned nth)
{
	struct step st = work_step(job, nth);

	strvec_release(&work_task.argv);
	work_task = (struct pool_task){ 0 };
	work_err.text[0] = '\0';
	return work_prepare(&work, &st, &work_tell, &work_task, &work_err);
}

/* The command of the step that was asked for last, with hpn-pipe and the name of
 * the temporary file of item 0 cut short. */
static inline const char *work_command(void)
{
	struct buf line = BUF_INIT;

	strvec_quote(work_task.argv.v, &line);
	buf_reset(&plan_text);
	plan_shorten(&line, &plan_text);
	buf_release(&line);
	return buf_str(&plan_text);
}

static inline void work_judge(uint32_t job, unsigned nth, struct pool_attempt at)
{
	struct step st = work_step(job, nth);

	at.job = job;
	at.step = nth;
	if (!at.attempt)
		at.attempt = 1;
	if (!at.text)
		at.text = "";
	work_verdict = work_ended(&work, &st, &at, "interrupted");
	work_tell_stage(&work, &st, &at, &work_verdict, &work_tell);
}

static inline void work_exited(uint32_t job, unsigned nth, int exit, const char *text)
{
	work_judge(job, nth,
		   (struct pool_attempt){ .cause = CAUSE_EXITED,
					  .status = exit << 8,
					  .text = text,
					  .took_ns = 1000000000 });
}

static inline void work_skipped(uint32_t job, unsigned nth)
{
	work_judge(job, nth, (struct pool_attempt){ .cause = CAUSE_SKIPPED });
}

/* What the child of this step writes on standard output. */
static inline void work_says(uint32_t job, unsigned nth, const char *text)
{
	struct event ev = {
		.kind = EVENT_OUTPUT, .job = job, .step = nth, .data = text, .len = strlen(text)
	};

	tell_event(&work_tell, &ev);
}

#endif
