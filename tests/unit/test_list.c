/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "image/list.h"
#include "image/ref.h"
#include "memsource.h"
#include "refgen.h"
#include "unit.h"

#define NBSP "\xc2\xa0"
#define N_RANDOM 3000

static int read_mem(struct list *l, const char *data, size_t len, size_t piece, enum list_form form,
		    struct err *err)
{
	struct memsource m = { data, len, piece, 0 };
	struct list_source source = { memsource_read, &m };

	return list_read_source(l, "list.txt", &source, form, err);
}

/* The whole list in words: LINE NAME, a '!' for a bad one, its priority. */
static char *in_words(const struct list *l)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < l->n; i++) {
		const struct list_item *it = &l->item[i];

		buf_addf(&b, "%s%lu %s%s", i ? "|" : "", (unsigned long)it->line,
			 it->bad ? "!" : "", it->name);
		if (it->priority)
			buf_addf(&b, " %+d", it->priority);
	}
	return buf_detach(&b);
}

static void ck_list(const char *data, size_t len, const char *want)
{
	for (size_t piece = 1; piece < 9; piece += 7) {
		struct err err = { "" };
		struct list l;
		char *got;

		list_init(&l);
		ck_assert_msg(!read_mem(&l, data, len, piece, LIST_AUTO, &err), "%s", err.text);
		got = in_words(&l);
		ck_assert_str_eq(got, want);
		free(got);
		list_release(&l);
	}
}

#define CK_LIST(data, want) ck_list(data, sizeof(data) - 1, want)

START_TEST(lines)
{
	CK_LIST("nginx", "1 nginx");
	CK_LIST("nginx\n", "1 nginx");
	CK_LIST("nginx\r\nredis\r\n", "1 nginx|2 redis");
	CK_LIST("\n\n  # c\n#\n \t nginx \t\r\n\nredis", "5 nginx|7 redis");
	CK_LIST(NBSP "\xe3\x80\x80"
		     "a" NBSP "\xe2\x80\xa8\x0b\x0c\n",
		"1 a");
	CK_LIST(NBSP "# comment\nb", "2 b");
	CK_LIST("\xef\xbb\xbf"
		"a\nb",
		"1 a|2 b");
	CK_LIST("\xef\xbb\xbf# c\na", "2 a");
	CK_LIST("\xef\xbb\xbf\na\n\xef\xbb\xbf"
		"b",
		"2 a|3 b");
	CK_LIST("localhost:5000/x\nlocalhost:5000\n", "1 localhost:5000/x|2 localhost:5000");
}
END_TEST

START_TEST(comments_behind)
{
	CK_LIST("a # c", "1 a");
	CK_LIST("a\t#c\nb" NBSP "# c\n", "1 a|2 b");
	CK_LIST("a #\nb", "1 a|2 b");
	CK_LIST("a#b", "1 !a#b");
	CK_LIST("a # priority=high\nb # x, priority=low;y\nc # priority=higher\n"
		"d # nopriority=high\ne #priority=high\r\nf # priority=high",
		"1 a +1|2 b -1|3 c|4 d|5 e +1|6 f +1");
	CK_LIST("# priority=high\na", "2 a");
	CK_LIST("a\nb # priority=high\na # priority=high", "1 a +1|2 b +1");
}
END_TEST

START_TEST(one_image_once)
{
	struct list l;
	char *got;

	list_init(&l);
	ck_assert_int_eq(read_mem(&l, "nginx\nb\nnginx:latest\ndocker.io/library/nginx\nnginx:1\n",
				  53, 64, LIST_AUTO, NULL),
			 0);
	ck_assert_int_eq(read_mem(&l, "b:latest\nBad\nBad\nc", 18, 64, LIST_AUTO, NULL), 0);
	ck_assert_int_eq(list_add_word(&l, "c", NULL), 0);
	ck_assert_int_eq(list_add_word(&l, "d", NULL), 0);
	got = in_words(&l);
	ck_assert_str_eq(got, "1 nginx|2 b|5 nginx:1|2 !Bad|3 !Bad|4 c|2 d");
	ck_assert_uint_eq(l.n_again, 4);
	ck_assert_uint_eq(l.n_bad, 2);
	free(got);
	list_release(&l);
}
END_TEST

START_TEST(bad_lines)
{
	CK_LIST("a\n-v\nb", "1 a|2 !-v|3 b");
	CK_LIST("a b\nBad\nx:\n", "1 !a b|2 !Bad|3 !x:");
	CK_LIST("a\0b\nc", "1 !a\\x00b|2 c");
	CK_LIST("\0\nc", "1 !\\x00|2 c");
	CK_LIST("\033[31mx\nc", "1 !\\x1b[31mx|2 c");
	CK_LIST("a\xff\nb", "1 !a\\xff|2 b");
	CK_LIST("\x85\nb\xe2\x80", "1 !\\x85|2 !b\\xe2\\x80");
	CK_LIST("nginx: latest\nb\n", "1 !nginx: latest|2 b");
	CK_LIST("image: nginx\nb\n", "1 !image: nginx|2 b");
	CK_LIST("---\nnginx:1\n---\nb\n", "1 !---|2 nginx:1|3 !---|4 b");
	CK_LIST("Bad\nBad2\n", "1 !Bad|2 !Bad2");
}
END_TEST

static void add_many(struct buf *b, const char *what, size_t n)
{
	while (n--)
		buf_adds(b, what);
}

static void ck_long(struct buf *b, const char *want)
{
	struct err err = { "" };
	struct list l;
	char *got;

	list_init(&l);
	ck_assert_msg(!read_mem(&l, b->data, b->len, 5000, LIST_AUTO, &err), "%s", err.text);
	got = in_words(&l);
	ck_assert_str_eq(got, want);
	free(got);
	list_release(&l);
	buf_release(b);
}

START_TEST(long_lines)
{
	struct buf b = BUF_INIT;

	add_many(&b, " ", 300000);
	buf_adds(&b, "a");
	add_many(&b, NBSP, 300000);
	buf_adds(&b, "\n#");
	add_many(&b, "x", 300000);
	buf_adds(&b, "\nb");
	add_many(&b, "\t", 300000);
	buf_adds(&b, "# ");
	add_many(&b, "y", 2000000);
	buf_adds(&b, "\nc\n");
	ck_long(&b, "1 a|3 b|4 c");
	buf_adds(&b, "a\n");
	add_many(&b, "x", 5000);
	buf_adds(&b, "  # c\nb");
	ck_long(&b, "1 a|2 !xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...|3 b");
	buf_adds(&b, "a");
	add_many(&b, " ", 5000);
	buf_adds(&b, "b\nc");
	ck_long(&b, "1 !a                                                           ...|2 c");
}
END_TEST

static size_t n_bad_for_len(size_t len)
{
	struct buf b = BUF_INIT;
	struct list l;
	size_t n;

	add_many(&b, "X", len);
	list_init(&l);
	ck_assert_int_eq(read_mem(&l, b.data, b.len, 4096, LIST_PLAIN, NULL), 0);
	ck_assert_uint_eq(l.n, 1);
	n = strstr(l.item[0].bad, "longer than 4096") != NULL;
	ck_assert_uint_eq(strlen(l.item[0].name), n ? 63 : len);
	list_release(&l);
	buf_release(&b);
	return n;
}

START_TEST(limit_of_a_name)
{
	ck_assert_uint_eq(n_bad_for_len(4096), 0);
	ck_assert_uint_eq(n_bad_for_len(4097), 1);
	ck_assert_uint_eq(n_bad_for_len(4098), 1);
}
END_TEST

static void ck_error(const char *data, size_t len, enum list_form form, const char *want)
{
	struct err err = { "" };
	struct list l;

	list_init(&l);
	ck_assert_int_eq(read_mem(&l, data, len, 7000, form, &err), -1);
	ck_assert_str_eq(err.text, want);
	list_release(&l);
}

START_TEST(no_list)
{
	struct buf b = BUF_INIT;

	ck_error("", 0, LIST_AUTO, "no images found in file list.txt");
	ck_error(" \n# c\n\xef\xbb\xbf\r\n", 11, LIST_AUTO, "no images found in file list.txt");
	ck_error("# c", 3, LIST_YAML, "no images found in file list.txt");
	ck_error("\xff\xfe"
		 "n\0g\0",
		 6, LIST_AUTO, "list.txt:1: the text is UTF-16; save it as UTF-8");
	ck_error("\xfe\xff\0n\0g", 6, LIST_AUTO,
		 "list.txt:1: the text is UTF-16; save it as UTF-8");
	buf_adds(&b, "a\n");
	add_many(&b, "x", ((size_t)1 << 20) + 1);
	ck_error(b.data, b.len, LIST_AUTO,
		 "list.txt:2: longer than 1048576 bytes; is this a list of images?");
	buf_release(&b);
}
END_TEST

START_TEST(fault_in_the_middle)
{
	struct memsource m = { "a\nb\n", 4, 1, EIO };
	struct list_source source = { memsource_read, &m };
	struct err err = { "" };
	struct list l;

	list_init(&l);
	ck_assert_int_eq(list_read_source(&l, "x\ny", &source, LIST_PLAIN, &err), -1);
	ck_assert_str_eq(err.text, "failed to read file x\\ny: Input/output error");
	m = (struct memsource){ "image: a\n", 9, 1, EIO };
	ck_assert_int_eq(list_read_source(&l, "x", &source, LIST_YAML, &err), -1);
	ck_assert_str_eq(err.text, "failed to read file x: Input/output error");
	list_release(&l);
}
END_TEST

START_TEST(where)
{
	struct buf b = BUF_INIT;
	struct list l;

	list_init(&l);
	ck_assert_int_eq(list_add_word(&l, "a", NULL), 0);
	ck_assert_int_eq(list_add_word(&l, " b", NULL), 0);
	ck_assert_int_eq(read_mem(&l, "\nc", 2, 9, LIST_AUTO, NULL), 0);
	ck_assert_ptr_nonnull(l.item[1].bad);
	list_where(&l, &l.item[1], &b);
	buf_adds(&b, " ");
	list_where(&l, &l.item[2], &b);
	ck_assert_str_eq(buf_str(&b), "argument 2 list.txt:2");
	buf_release(&b);
	list_release(&l);
}
END_TEST

/* Files. Each test has a directory of its own and is in it. */

static char dir[] = "/tmp/hpn-test-list.XXXXXX";

static void enter_dir(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
}

static void leave_dir(void)
{
	static const char *const names[] = { "list", "link", "fifo", "dangling", "x\033y" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(names[i]);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
}

static void ck_read(const char *path, const char *want, const char *error)
{
	struct err err = { "" };
	struct list l;
	char *got;

	list_init(&l);
	ck_assert_msg((list_read(&l, path, LIST_AUTO, &err) == 0) == (want != NULL), "%s",
		      err.text);
	ck_assert_str_eq(err.text, error);
	got = in_words(&l);
	if (want)
		ck_assert_str_eq(got, want);
	free(got);
	list_release(&l);
}

START_TEST(files)
{
	enter_dir();
	write_file("list", "a\nb\n");
	ck_assert_int_eq(symlink("list", "link"), 0);
	ck_assert_int_eq(symlink("nowhere", "dangling"), 0);
	ck_read("list", "1 a|2 b", "");
	ck_read("link", "1 a|2 b", "");
	ck_read("dangling", NULL, "failed to open file dangling: No such file or directory");
	ck_read("nope", NULL, "failed to open file nope: No such file or directory");
	ck_read("x\033y", NULL, "failed to open file x\\x1by: No such file or directory");
	ck_read("", NULL, "failed to open file : No such file or directory");
	ck_read(".", NULL, "failed to open file .: Is a directory");
	ck_read("list/x", NULL, "failed to open file list/x: Not a directory");
	write_file("list", "");
	ck_read("list", NULL, "no images found in file list");
	leave_dir();
}
END_TEST

START_TEST(standard_input)
{
	int fd;

	enter_dir();
	write_file("list", "a\nb\n");
	fd = open("list", O_RDONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	ck_read("-", "1 a|2 b", "");
	ck_assert_int_eq(lseek(STDIN_FILENO, 0, SEEK_SET), 0);
	ck_read("/dev/stdin", "1 a|2 b", "");
	close(fd);
	close(STDIN_FILENO);
	ck_read("-", NULL, "failed to read file -: Bad file descriptor");
	leave_dir();
}
END_TEST

static void *write_fifo(void *unused)
{
	int to = open("fifo", O_WRONLY); /* waits for a reader */

	if (to < 0 || write(to, "a\n", 2) != 2 || write(to, "b\n", 2) != 2)
		return unused;
	close(to);
	return NULL;
}

START_TEST(fifos)
{
	pthread_t writer;
	void *failed;
	char mark;

	enter_dir();
	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	ck_assert_int_eq(pthread_create(&writer, NULL, write_fifo, &mark), 0);
	ck_read("fifo", "1 a|2 b", "");
	ck_assert_int_eq(pthread_join(writer, &failed), 0);
	ck_assert_ptr_null(failed);
	leave_dir();
}
END_TEST

/* Takes the one byte of a pipe; '!' is a signal to end, others are not. */
static int is_stop(void *ctx)
{
	const int *fd = ctx;
	char c = '\0';

	return read(*fd, &c, 1) == 1 && c == '!';
}

/* A FIFO that nobody writes to, and a signal: the reading ends. */
START_TEST(stopped)
{
	struct err err = { "" };
	struct list l;
	int stop[2];

	enter_dir();
	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	ck_assert_int_eq(pipe(stop), 0);
	/* The first is a signal that ends nothing, as a child's end. */
	ck_assert_int_eq(write(stop[1], ".!", 2), 2);
	list_init(&l);
	l.stop_fd = stop[0];
	l.stopped = is_stop;
	l.stop_ctx = &stop[0];
	ck_assert_int_eq(list_read(&l, "fifo", LIST_AUTO, &err), -1);
	ck_assert_str_eq(err.text, "interrupted while reading fifo");
	list_release(&l);
	close(stop[0]);
	close(stop[1]);
	leave_dir();
}
END_TEST

/* The same once more, the simple way: with all of the text at hand. */

static void naive_line(struct list *want, const char *s, size_t len, uint32_t line)
{
	struct list_item it = { .line = line };
	struct ref r, other;
	struct buf key = BUF_INIT, shown = BUF_INIT;

	utf8_trim(&s, &len);
	while (len > 2 && !memcmp(s, UTF8_BOM, 3)) {
		s += 3;
		len -= 3;
		utf8_trim(&s, &len);
	}
	for (size_t i = 1; i < len && *s != '#'; i++) {
		const char *head = s;
		size_t n = i;

		utf8_trim(&head, &n);
		if (s[i] == '#' && n < i)
			len = n;
	}
	if (len && *s != '#') {
		utf8_show(&shown, s, len, SIZE_MAX);
		it.bad = ref_parsen(s, len, &r, NULL) ? "bad" : NULL;
		for (size_t i = 0; i < want->n && !it.bad; i++) {
			struct buf theirs = BUF_INIT;

			buf_reset(&key);
			ref_key(&r, &key);
			if (!ref_parse(want->item[i].name, &other, NULL))
				ref_key(&other, &theirs);
			len = strcmp(buf_str(&key), buf_str(&theirs)) ? len : 0;
			buf_release(&theirs);
		}
		if (len) {
			it.name = arena_copy(&want->text, buf_str(&shown), shown.len);
			want->item[want->n++] = it;
		}
	}
	buf_release(&key);
	buf_release(&shown);
}

static char *naive_list(const char *s, size_t len)
{
	struct list want;
	uint32_t line = 1;
	char *words;

	list_init(&want);
	want.item = mem_array(len + 1, sizeof(*want.item));
	for (;;) {
		const char *end = memchr(s, '\n', len);
		size_t n = end ? (size_t)(end - s) : len;

		naive_line(&want, s, n, line++);
		if (!end)
			break;
		s += n + 1;
		len -= n + 1;
	}
	words = in_words(&want);
	list_release(&want);
	return words;
}

static void random_text(struct chance *c, struct buf *b)
{
	static const char *const bits[] = { "\n",       "\r\n",       "\n",     " ",
					    "\t",       NBSP,         "#",      " # c",
					    "\xe2\x80", "\xff",       UTF8_BOM, "a",
					    "b:1",      "Bad",        "-",      "\xe3\x80\x80",
					    "\n\n",     "docker.io/a" };

	for (size_t n = chance_below(c, 12); n; n--) {
		if (chance_below(c, 3))
			buf_adds(b, bits[chance_below(c, sizeof(bits) / sizeof(bits[0]))]);
		else
			refgen_add(c, b);
		if (chance_below(c, 40) == 0)
			buf_addc(b, '\0');
	}
}

START_TEST(random_lists)
{
	struct chance c = { 3 };
	struct buf text = BUF_INIT;
	size_t items = 0;

	for (size_t i = 0; i < N_RANDOM; i++) {
		char *want, *got;
		struct list l;

		buf_reset(&text);
		random_text(&c, &text);
		want = naive_list(buf_str(&text), text.len);
		list_init(&l);
		ck_assert_int_eq(read_mem(&l, buf_str(&text), text.len, 1 + chance_below(&c, 9),
					  LIST_PLAIN, NULL),
				 want[0] ? 0 : -1);
		got = in_words(&l);
		ck_assert_str_eq(got, want);
		items += l.n;
		list_release(&l);
		free(want);
		free(got);
	}
	ck_assert_uint_gt(items, N_RANDOM);
	buf_release(&text);
}
END_TEST

/* Names aside, a hundred bytes an image; and all of them in the right order. */
START_TEST(many)
{
	struct buf text = BUF_INIT;
	struct list l;
	char name[64];

	for (int i = 0; i < 100000; i++)
		buf_addf(&text, "registry.example/team/img%d:v1\n", i);
	list_init(&l);
	ck_assert_int_eq(read_mem(&l, text.data, text.len, 65536, LIST_AUTO, NULL), 0);
	list_seal(&l);
	ck_assert_uint_eq(l.n, 100000);
	ck_assert_uint_le(sizeof(*l.item) * l.cap, 100 * l.n);
	for (int i = 0; i < 100000; i++) {
		snprintf(name, sizeof(name), "registry.example/team/img%d:v1", i);
		ck_assert_str_eq(l.item[i].name, name);
	}
	list_release(&l);
	buf_release(&text);
}
END_TEST

START_TEST(too_many)
{
	struct buf text = BUF_INIT;
	struct err err = { "" };
	struct list l;

	for (size_t i = 0; i <= LIST_MAX_ITEMS; i++)
		buf_addf(&text, "a%zu\n", i);
	list_init(&l);
	ck_assert_int_eq(read_mem(&l, text.data, text.len, 65536, LIST_AUTO, &err), -1);
	ck_assert_str_eq(err.text, "list.txt:1000001: more than 1000000 images; split the list");
	ck_assert_int_eq(list_add_word(&l, "b", &err), -1);
	list_release(&l);
	buf_release(&text);
}
END_TEST

UNIT_MAIN("list", lines, comments_behind, one_image_once, bad_lines, long_lines, limit_of_a_name,
	  no_list, fault_in_the_middle, where, files, standard_input, fifos, stopped, random_lists,
	  many, too_many)
