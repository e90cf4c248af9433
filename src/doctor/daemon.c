/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "doctor/daemon.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/slurp.h"
#include "base/strvec.h"
#include "runtime/socket.h"

#define MOST_BYTES ((size_t)1 << 20)

static void find_socket(struct daemon_seen *d, const struct rt_daemon_def *def)
{
	const char *value = def->socket_env ? getenv(def->socket_env) : NULL;
	pid_t pid = 0;

	socket_path(def->socket_env, def->socket, &d->socket);
	buf_adds(&d->address, value ? value : "");
	if (d->socket.len)
		d->connect_errno = socket_knock(buf_str(&d->socket), &pid);
	d->pid = pid;
}

/* Read a small file of /proc; NULs in it are kept. */
static bool read_proc(long pid, const char *name, struct buf *ret)
{
	struct buf path = BUF_INIT;
	int rc;

	buf_reset(ret);
	buf_addf(&path, "/proc/%ld/%s", pid, name);
	rc = slurp(buf_str(&path), MOST_BYTES, ret, NULL);
	buf_release(&path);
	return rc == 0;
}

static bool is_called(long pid, const char *program)
{
	struct buf comm = BUF_INIT;
	bool is = read_proc(pid, "comm", &comm) && comm.len > 1 &&
		  strncmp(comm.data, program, comm.len - 1) == 0 && !program[comm.len - 1];

	buf_release(&comm);
	return is;
}

/* The process of that name; 0 when there is none, or more than one, since nothing
 * says which of them it is. */
static long find_by_name(const char *program)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;
	long found = 0;
	int n = 0;

	while (dir && (e = readdir(dir)))
		if (isdigit((unsigned char)e->d_name[0]) &&
		    is_called(strtol(e->d_name, NULL, 10), program)) {
			found = strtol(e->d_name, NULL, 10);
			n++;
		}
	if (dir)
		closedir(dir);
	return n == 1 ? found : 0;
}

/* The value of --NAME VALUE or --NAME=VALUE among arguments that end with NUL. */
static const char *flag_value(const struct buf *cmdline, const char *name)
{
	const char *p = cmdline->data, *end = p + cmdline->len, *found = NULL;
	size_t len = strlen(name);

	for (; p && p < end; p += strlen(p) + 1) {
		const char *word = p + strspn(p, "-");

		if (word == p || strncmp(word, name, len) != 0)
			continue;
		if (word[len] == '=')
			found = word + len + 1;
		else if (!word[len] && p + strlen(p) + 1 < end)
			found = p + strlen(p) + 1;
	}
	return found;
}

int daemon_setting(const char *json, const char *key)
{
	struct buf quoted = BUF_INIT;
	const char *at;
	int n = 0;

	buf_addf(&quoted, "\"%s\"", key);
	at = strstr(json, buf_str(&quoted));
	if (at) {
		at += quoted.len;
		at += strspn(at, " \t\r\n");
		if (*at == ':')
			n = (int)strtol(at + 1, NULL, 10);
	}
	buf_release(&quoted);
	return n > 0 ? n : 0;
}

static void read_settings(struct daemon_seen *d, const struct rt_daemon_def *def,
			  const struct buf *cmdline)
{
	const char *config = flag_value(cmdline, "config-file");
	const char *flag = flag_value(cmdline, def->downloads);
	struct buf json = BUF_INIT;
	int64_t n;

	buf_adds(&d->config, config ? config : def->config ? def->config : "");
	if (flag && parse_int(flag, &n) == 0 && n > 0)
		d->downloads = (int)n;
	else if (d->config.len && slurp(d->config.data, MOST_BYTES, &json, NULL) == 0)
		d->downloads = daemon_setting(buf_str(&json), def->downloads);
	d->downloads_set = d->downloads > 0;
	if (!d->downloads_set)
		d->downloads = def->most_downloads;
	buf_release(&json);
}

/* Keys after the first [table] belong to that table. */
void daemon_toml_root(const char *toml, struct buf *ret)
{
	for (const char *p = toml; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		p += strspn(p, " \t\r");
		if (*p == '[')
			return;
		if (strncmp(p, "root", strlen("root")) != 0)
			continue;
		p += strlen("root");
		p += strspn(p, " \t");
		if (*p != '=')
			continue;
		p += 1 + strspn(p + 1, " \t");
		if (*p == '"' || *p == '\'') {
			const char quote[] = { *p, '\n', '\0' };

			p++;
			buf_add(ret, p, strcspn(p, quote));
			return;
		}
	}
}

bool daemon_store_root(const struct rt_daemon_def *def, const char *driver, struct buf *ret)
{
	struct buf cmdline = BUF_INIT, toml = BUF_INIT;
	bool has_one =
		def->store && def->store_driver && driver && strcmp(driver, def->store_driver) == 0;
	long pid = has_one ? find_by_name(def->store) : 0;
	const char *config, *root;
	bool is_read;

	buf_reset(ret);
	if (!pid || !read_proc(pid, "cmdline", &cmdline))
		return false;
	root = flag_value(&cmdline, "root");
	config = flag_value(&cmdline, "config");
	if (!config)
		config = flag_value(&cmdline, "c");
	is_read = !root && (config || def->store_config) &&
		  slurp(config ? config : def->store_config, MOST_BYTES, &toml, NULL) == 0;
	if (root)
		buf_adds(ret, root);
	else if (is_read)
		daemon_toml_root(buf_str(&toml), ret);
	if (!ret->len && (is_read || !config) && def->store_root)
		buf_adds(ret, def->store_root);
	buf_release(&cmdline);
	buf_release(&toml);
	return ret->len > 0;
}

void daemon_look(struct daemon_seen *d, const struct rt_daemon_def *def)
{
	struct buf cmdline = BUF_INIT;

	*d = (struct daemon_seen){ .pid = 0 };
	find_socket(d, def);
	/* A daemon that systemd listens for is found by its name. */
	if (!d->pid && !d->connect_errno && d->socket.len && def->program)
		d->pid = find_by_name(def->program);
	if (d->pid && def->downloads && read_proc(d->pid, "cmdline", &cmdline))
		read_settings(d, def, &cmdline);
	buf_release(&cmdline);
}

void daemon_release(struct daemon_seen *d)
{
	buf_release(&d->socket);
	buf_release(&d->address);
	buf_release(&d->config);
}
