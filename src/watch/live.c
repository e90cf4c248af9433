/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "output/draw.h"
#include "output/keys.h"
#include "output/layout.h"
#include "output/terminal.h"
#include "output/view.h"
#include "proc/ttymode.h"

#define FRAME_NS (NS_PER_S / 5)
#define TEXT_BYTES ((size_t)128 * 1024)
#define LONGEST_LINE ((size_t)64 * 1024)

struct live {
	struct console *console;
	struct control *control;
	struct mux *mux;
	struct terminal terminal;
	struct view view;
	struct draw draw;
	struct rows rows;
	struct buf text; /* of the mux; its last line may not be whole yet */
	struct buf out;  /* on its way to the terminal */
	size_t sent;     /* of it */
	int64_t next_ns; /* when the next picture is due */
	int text_error;
	bool more;  /* there was more text than fits between two pictures */
	bool away;  /* no picture now: in the background, or about to be stopped */
	bool again; /* the terminal has changed: all has to be drawn */
	bool ended;
	bool wants_keys, has_keys;
	unsigned key_watch;
	struct keys keys;
};

static bool is_sent(const struct live *l)
{
	return l->sent == l->out.len;
}

/* ---- pictures ---- */

/* How much of the text may go out: whole lines, since the picture follows. */
static size_t whole_lines(struct live *l)
{
	const char *s = buf_str(&l->text);
	size_t n = l->text.len;

	if (l->ended)
		return n;
	while (n && s[n - 1] != '\n')
		n--;
	if (!n && l->text.len > LONGEST_LINE) {
		buf_addc(&l->text, '\n');
		n = l->text.len;
	}
	return n;
}

static void take_text(struct live *l)
{
	int rc = mux_take(l->mux, &l->text, TEXT_BYTES);

	if (rc)
		l->text_error = rc;
	l->more = mux_pending(l->mux);
}

static void compose(struct live *l, int64_t now_ns)
{
	size_t n;

	buf_reset(&l->out);
	l->sent = 0;
	take_text(l);
	n = whole_lines(l);
	view_settle(&l->view, now_ns);
	if (l->away || l->ended)
		l->rows.n = 0;
	else
		layout_rows(&l->view, &l->terminal.size, now_ns, &l->rows);
	if ((n || l->again) && l->draw.shown.n)
		draw_erase(&l->draw, &l->terminal, &l->out);
	buf_add(&l->out, buf_str(&l->text), n);
	buf_eat(&l->text, n);
	draw_rows(&l->draw, &l->terminal, &l->rows, &l->out);
	l->again = false;
	l->next_ns = now_ns + FRAME_NS;
}

static int send(struct live *l)
{
	while (!is_sent(l)) {
		ssize_t n =
			writer_write(&l->console->out, l->out.data + l->sent, l->out.len - l->sent);

		if (n == -EAGAIN)
			return 0;
		if (n < 0)
			return (int)n;
		l->sent += (size_t)n;
		if ((size_t)n < l->console->out.chunk && !l->console->out.own)
			return 0; /* poll() promised no more */
	}
	return 0;
}

int live_flush(struct live *l)
{
	if (is_sent(l) && live_wants(l))
		compose(l, l->console->loop.now_ns);
	return l->text_error ? l->text_error : send(l);
}

bool live_wants(const struct live *l)
{
	return !is_sent(l) || l->more || (l->ended && live_pending(l));
}

bool live_pending(const struct live *l)
{
	return !is_sent(l) || mux_pending(l->mux) || l->draw.shown.n || l->text.len;
}

/* ---- the terminal, ours and not ---- */

static void use_keys(struct live *l, bool use)
{
	if (use == l->has_keys || !l->wants_keys)
		return;
	if (use)
		l->has_keys = ttymode_enter(STDIN_FILENO);
	else
		ttymode_leave();
	if (!use)
		l->has_keys = false;
	loop_want(&l->console->loop, l->key_watch, l->has_keys ? POLLIN : 0);
}

/* The shell may have put hpn into the background, or back. */
static void look_around(struct live *l)
{
	bool away = ttymode_is_background(l->terminal.fd);

	if (away != l->away)
		l->next_ns = 0;
	l->away = away;
	use_keys(l, !away);
}

static void take_away(struct live *l)
{
	if (is_sent(l)) {
		buf_reset(&l->out);
		l->sent = 0;
	}
	if (l->draw.shown.n)
		draw_erase(&l->draw, &l->terminal, &l->out);
	send(l);
}

void live_leave(struct live *l)
{
	use_keys(l, false);
	take_away(l);
}

void live_step_aside(struct live *l)
{
	if (!isatty(STDERR_FILENO))
		return;
	take_away(l);
	l->next_ns = 0;
}

void live_redraw(struct live *l, bool continued)
{
	terminal_measure(&l->terminal);
	l->next_ns = 0;
	l->again = true;
	if (!continued)
		return;
	l->draw.shown.n = 0;
	use_keys(l, false);
}

void live_end(struct live *l)
{
	use_keys(l, false);
	l->ended = true;
}

/* ---- keys ---- */

static void choose(struct live *l, int by)
{
	l->view.choosing = true;
	view_choose(&l->view, by);
}

static void on_key(struct live *l, char key)
{
	struct view *v = &l->view;

	if (key == '?' || key == 'h') {
		v->help = !v->help;
	} else if (key == ' ') {
		v->details = !v->details;
		v->choosing = true;
	} else if (key == 'j') {
		choose(l, 1);
	} else if (key == 'k') {
		choose(l, -1);
	} else if (key == 'p') {
		v->paused = !v->paused;
		l->control->pause = v->paused;
	} else if (key == 'q') {
		v->finishing = true;
		l->control->finish = true;
	} else if (key == '+' || key == '-') {
		l->control->more_workers += key == '+' ? 1 : -1;
	} else if (key == '\f') {
		l->again = true;
	}
}

static void on_keys(void *ctx, short revents)
{
	struct live *l = ctx;
	char keys[64];
	ssize_t n = read(STDIN_FILENO, keys, sizeof(keys));

	if (n < 0 ? errno != EINTR && errno != EAGAIN : revents & (POLLHUP | POLLERR)) {
		l->wants_keys = false; /* the terminal is gone */
		loop_want(&l->console->loop, l->key_watch, 0);
		return;
	}
	for (ssize_t i = 0; i < n; i++)
		on_key(l, keys_take(&l->keys, keys[i], l->console->loop.now_ns));
	l->control->wake = true;
}

/* ---- the run ---- */

void live_event(void *live, const struct event *ev)
{
	view_event(&((struct live *)live)->view, ev);
}

int64_t live_tick(void *live, int64_t now_ns)
{
	struct live *l = live;

	if (l->ended)
		return -1;
	if (now_ns < l->next_ns)
		return l->next_ns;
	look_around(l);
	on_key(l, keys_due(&l->keys, now_ns));
	l->view.asking = keys_wants_second(&l->keys, now_ns);
	if (!is_sent(l))
		l->next_ns = now_ns + FRAME_NS;
	else
		compose(l, now_ns);
	return l->next_ns;
}

/* A list that comes from standard input leaves no keys in it. */
static bool is_stdin(const char *list)
{
	struct stat of_list, of_stdin;

	if (!strcmp(list, "-"))
		return true;
	return !stat(list, &of_list) && !fstat(STDIN_FILENO, &of_stdin) &&
	       of_list.st_dev == of_stdin.st_dev && of_list.st_ino == of_stdin.st_ino;
}

static bool has_keys(const struct settings *set)
{
	for (char *const *f = set->lists; *f; f++)
		if (is_stdin(*f))
			return false;
	return isatty(STDIN_FILENO);
}

/* Others write to the terminal, too, and would tear the picture: the log, or
 * what else make runs. */
static bool has_terminal_for_itself(const struct settings *set, bool has_log)
{
	bool logs = has_log && !set->screen_is_free && isatty(STDERR_FILENO);

	return !logs && !set->under_make;
}

static struct live *new (struct console *s, const struct run_info *info)
{
	struct live *l = mem_alloc(sizeof(*l));

	if (!terminal_open(&l->terminal, STDOUT_FILENO)) {
		free(l);
		return NULL;
	}
	l->console = s;
	l->key_watch = loop_watch(&s->loop, STDIN_FILENO, 0, on_keys, l);
	view_init(&l->view, info);
	l->next_ns = info->start_ns + FRAME_NS / 2;
	return l;
}

struct live *live_open(struct console *s, const struct settings *set, const struct run_info *info,
		       struct control *control, bool has_log)
{
	bool wanted = set->screen == SCREEN_WANTED;
	struct live *l = NULL;

	if (!s->mute && (wanted || (set->screen == SCREEN_AUTO && !set->quiet &&
				    has_terminal_for_itself(set, has_log))))
		l = new (s, info);
	if (wanted && !l)
		console_warn("Warning: --progress tty: standard output is not a terminal that can"
			     " show it\n");
	if (l) {
		l->control = control;
		l->wants_keys = has_keys(set);
	}
	return l;
}

void live_attach(struct live *l, struct mux *mux)
{
	l->mux = mux;
	look_around(l);
}

void live_free(struct live *l)
{
	if (!l)
		return;
	use_keys(l, false);
	loop_drop(&l->console->loop, l->key_watch);
	view_release(&l->view);
	draw_release(&l->draw);
	rows_release(&l->rows);
	buf_release(&l->text);
	buf_release(&l->out);
	terminal_release(&l->terminal);
	free(l);
}
