/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "doctor/doctor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "query/ask.h"
#include "doctor/daemon.h"
#include "query/engine_info.h"
#include "doctor/findings.h"
#include "query/select.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "config/registry.h"
#include "image/ref.h"
#include "runtime/argv.h"
#include "runtime/classify.h"

#define MACHINE "this machine"
#define LITTLE_BYTES (INT64_C(1) << 30)
#define REACH_NS (20 * NS_PER_S)
#define FILES_WANTED 534 /* two for each of 256 children, and hpn's own */

struct doctor {
	struct console *console;
	const struct cfg *cfg;
	struct findings found;
	unsigned answering;
};

/* --runtime names one. */
static bool is_wanted(const struct doctor *d, const struct runtime *rt)
{
	const char *wanted = cfg_str(d->cfg, OPT_RUNTIME);

	return !*wanted || strcmp(wanted, rt->name) == 0;
}

/* ---- file systems ---- */

static void look_at_space(struct doctor *d, const char *about, const char *check, const char *what,
			  const char *dir)
{
	struct buf left = BUF_INIT, all = BUF_INIT;
	struct statvfs vfs;
	int64_t free_bytes;

	if (statvfs(dir, &vfs) < 0) {
		findings_add(&d->found, FINDING_NOTE, about, check, NULL, "%s: %s: %s", what, dir,
			     strerror(errno));
		return;
	}
	free_bytes = (int64_t)(vfs.f_bavail * vfs.f_frsize);
	bytes_show(&left, free_bytes);
	bytes_show(&all, (int64_t)(vfs.f_blocks * vfs.f_frsize));
	findings_add(
		&d->found, free_bytes < LITTLE_BYTES ? FINDING_PROBLEM : FINDING_OK, about, check,
		free_bytes < LITTLE_BYTES ? "free some space before you pull, save or load images"
					  : NULL,
		"%s: %s free of %s in %s", what, buf_str(&left), buf_str(&all), dir);
	buf_release(&left);
	buf_release(&all);
}

/* ---- one runtime ---- */

static void look_at_storage(struct doctor *d, const struct runtime *rt, const struct engine_info *f)
{
	struct buf store = BUF_INIT;
	const char *root = f->root;

	if (f->driver && strcmp(f->driver, "vfs") == 0)
		findings_add(&d->found, FINDING_NOTE, rt->name, "storage-driver",
			     "configure overlay or overlay2 if the kernel supports it",
			     "storage driver vfs copies all files for each layer, which is slow and"
			     " takes a lot of space");
	else if (f->driver)
		findings_add(&d->found, FINDING_OK, rt->name, "storage-driver", NULL,
			     "storage driver %s", f->driver);
	if (daemon_store_root(&rt->daemon, f->driver, &store))
		root = buf_str(&store);
	if (engine_info_is_folder(root))
		look_at_space(d, rt->name, "storage-space", "images", root);
	else if (root)
		findings_add(
			&d->found, FINDING_NOTE, rt->name, "storage-space", NULL,
			"images: %s cannot be found on this machine, so its free space is unknown",
			root);
	if (engine_info_is_folder(f->staging) && (!f->root || strcmp(f->root, f->staging) != 0))
		look_at_space(d, rt->name, "staging-space", "temporary archives", f->staging);
	if (f->rootless && strcmp(f->rootless, "true") == 0)
		findings_add(&d->found, FINDING_OK, rt->name, "rootless", NULL,
			     "runs without root; its images belong to this user only");
	buf_release(&store);
}

static void look_at_downloads(struct doctor *d, const struct runtime *rt,
			      const struct daemon_seen *seen)
{
	struct buf advice = BUF_INIT;

	if (!seen->downloads)
		return;
	if (seen->downloads > rt->daemon.most_downloads) {
		findings_add(&d->found, FINDING_OK, rt->name, "downloads", NULL,
			     "%s fetches %d layers at a time (%s)", rt->daemon.program,
			     seen->downloads, rt->daemon.downloads);
		return;
	}
	buf_addf(&advice,
		 "on a slow network this limits pulls more than -j does; put \"%s\": 10 into %s"
		 " and restart it",
		 rt->daemon.downloads,
		 seen->config.len ? buf_str(&seen->config) : "its configuration");
	findings_add(&d->found, FINDING_NOTE, rt->name, "downloads", buf_str(&advice),
		     "%s fetches %d layers at a time, for all pulls together (%s%s)",
		     rt->daemon.program, seen->downloads, rt->daemon.downloads,
		     seen->downloads_set ? "" : ", the default");
	buf_release(&advice);
}

static void look_at_daemon(struct doctor *d, const struct runtime *rt)
{
	struct buf advice = BUF_INIT;
	struct daemon_seen seen;

	if (!rt->daemon.program)
		return;
	daemon_look(&seen, &rt->daemon);
	probe_add_advice(rt, &advice);
	if (!seen.socket.len)
		findings_add(&d->found, FINDING_NOTE, rt->name, "socket", NULL,
			     "the daemon is at %s, so its settings cannot be read from here",
			     buf_str(&seen.address));
	else if (seen.connect_errno)
		findings_add(&d->found, FINDING_NOTE, rt->name, "socket",
			     seen.connect_errno == EACCES ? rt->probe.permit_hint : advice.data,
			     "socket %s: %s", buf_str(&seen.socket), strerror(seen.connect_errno));
	else
		findings_add(&d->found, FINDING_OK, rt->name, "socket", NULL,
			     "socket %s accepts connections from this user", buf_str(&seen.socket));
	look_at_downloads(d, rt, &seen);
	buf_release(&advice);
	daemon_release(&seen);
}

static const char *shell_proxy(const struct cfg *cfg)
{
	static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "http_proxy",
					     "HTTP_PROXY" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return names[i];
	}
	return cfg_bool(cfg, OPT_PROXY_ENABLED) ? "proxy.enabled" : NULL;
}

/* A daemon does the pulling, with the proxies that it was started with. */
static void look_at_proxies(struct doctor *d, const struct runtime *rt, const struct engine_info *f)
{
	const char *shell = shell_proxy(d->cfg);
	bool has = (f->http_proxy && *f->http_proxy) || (f->https_proxy && *f->https_proxy);

	if (!rt->daemon.program && shell)
		findings_add(&d->found, FINDING_OK, rt->name, "proxy", NULL,
			     "proxy: it uses the one that %s names", shell);
	else if (rt->daemon.program && has)
		findings_add(&d->found, FINDING_OK, rt->name, "proxy", NULL,
			     "proxy: the daemon has its own, and uses it for pulls and pushes");
	else if (rt->daemon.program && shell)
		findings_add(&d->found, FINDING_NOTE, rt->name, "proxy",
			     "set HTTP_PROXY and HTTPS_PROXY for the daemon (its systemd unit, or"
			     " \"proxies\" in its configuration), and restart it",
			     "proxy: the daemon does the pulling, and has no proxy; it does not use"
			     " %s",
			     shell);
}

static void look_at_runtime(struct doctor *d, const struct runtime *rt, const struct probe *p)
{
	struct engine_info facts;
	struct buf install = BUF_INIT;

	if (!p->there) {
		if (!rt->path && rt->install_hint)
			buf_addf(&install, "to install it: %s", rt->install_hint);
		findings_add(&d->found, FINDING_NOTE, rt->name, "answers", install.data, "%s",
			     p->reason ? p->reason : "not found");
		buf_release(&install);
		if (rt->path)
			look_at_daemon(d, rt);
		return;
	}
	d->answering++;
	findings_add(&d->found, FINDING_OK, rt->name, "answers", NULL, "answers: %s, version %s",
		     rt->path, p->version ? p->version : "unknown");
	engine_info_read(&facts, d->console, rt, NULL);
	look_at_daemon(d, rt);
	look_at_storage(d, rt, &facts);
	look_at_proxies(d, rt, &facts);
	engine_info_release(&facts);
}

/* ---- the machine ---- */

static void look_at_machine(struct doctor *d)
{
	struct rlimit lim;
	char here[4096];

	if (!d->answering)
		findings_add(&d->found, FINDING_PROBLEM, MACHINE, "runtime",
			     "install or start docker, podman or nerdctl: see above",
			     "no container runtime answers");
	if (getrlimit(RLIMIT_NOFILE, &lim) == 0 && lim.rlim_cur != RLIM_INFINITY &&
	    lim.rlim_cur < FILES_WANTED)
		findings_add(&d->found, FINDING_NOTE, MACHINE, "files",
			     "raise it with 'ulimit -n 1024'",
			     "the limit of %lu open files is enough for %lu images at once",
			     (unsigned long)lim.rlim_cur,
			     lim.rlim_cur > 24 ? (unsigned long)(lim.rlim_cur - 22) / 2 : 1ul);
	else
		findings_add(&d->found, FINDING_OK, MACHINE, "files", NULL,
			     "the limit of open files is enough for 256 images at once");
	findings_add(&d->found, FINDING_OK, MACHINE, "processors", NULL, "%ld processors",
		     sysconf(_SC_NPROCESSORS_ONLN));
	if (getcwd(here, sizeof(here)))
		look_at_space(d, MACHINE, "archive-space", "archives", here);
}

/* ---- registries ---- */

struct reach {
	struct doctor *doctor;
	const struct runtime *rt;
	char *const *names; /* as they were given */
	struct strvec full; /* what is asked for */
};

/* For a registry that is named alone, an image that no registry has. */
static void full_name(const char *name, struct buf *b)
{
	const char *slash = strchr(name, '/');

	buf_adds(b, name);
	if (!slash && (strpbrk(name, ".:") || strcmp(name, "localhost") == 0))
		buf_adds(b, "/hpn/doctor:none");
}

static bool is_insecure(const struct cfg *cfg, const char *host)
{
	const struct reg_value *v = registry_find(cfg_registries(cfg), host, REG_INSECURE);

	if (v && v->num)
		return true;
	for (char *const *h = cfg_list(cfg, OPT_INSECURE); *h; h++)
		if (strcmp(*h, host) == 0)
			return true;
	return false;
}

static void ask_registry(void *ctx, uint32_t i, struct strvec *argv)
{
	struct reach *r = ctx;
	struct rt_call call = { .target = r->full.v[i] };
	struct buf host = BUF_INIT;
	struct ref ref;

	if (ref_parse(call.target, &ref, NULL)) {
		strvec_clear(argv);
		return;
	}
	buf_add(&host, ref_registry(&ref).s, ref_registry(&ref).len);
	if (is_insecure(r->doctor->cfg, buf_str(&host)))
		call.insecure_host = buf_str(&host);
	if (runtime_argv(r->rt, RT_MANIFEST, &call, argv, NULL))
		strvec_clear(argv);
	buf_release(&host);
}

static void judge_registry(struct reach *r, uint32_t i, const struct verdict *v)
{
	struct findings *f = &r->doctor->found;
	const char *about = r->names[i], *by = r->rt->name;
	bool alone = strcmp(about, r->full.v[i]) != 0;

	if (v->class == ERR_MISSING && !v->unreached && alone)
		findings_add(f, FINDING_OK, about, "reach", NULL, "%s reaches it", by);
	else if (v->rule && strcmp(v->rule, "missing.login") == 0)
		findings_add(f, FINDING_NOTE, about, "reach", v->hint,
			     "%s reaches its registry, which does not have that image, or shows it"
			     " only after a login",
			     by);
	else if (v->class == ERR_MISSING && !v->unreached)
		findings_add(f, FINDING_OK, about, "reach", NULL,
			     "%s reaches its registry, which does not have that image", by);
	else if (v->class == ERR_DENIED)
		findings_add(f, FINDING_NOTE, about, "reach", v->hint,
			     "%s reaches its registry, which refuses: %s", by, v->line);
	else if (v->class == ERR_TIMEOUT)
		findings_add(f, FINDING_PROBLEM, about, "reach",
			     "check the name, the port and the network",
			     "%s cannot reach it: no answer within %d s", by,
			     (int)(REACH_NS / NS_PER_S));
	else
		findings_add(f, FINDING_PROBLEM, about, "reach", v->hint, "%s cannot reach it: %s",
			     by, v->line);
}

/* A registry was reached when it answers that there is no such image, or that a
 * login is needed. */
static void take_registry(void *ctx, uint32_t i, int status, const struct buf *out,
			  const char *err_text)
{
	struct reach *r = ctx;
	struct failure failure = { .rt = r->rt,
				   .verb = RT_PULL,
				   .text = err_text,
				   .text_len = strlen(err_text),
				   .status = status << 8,
				   .image = r->full.v[i],
				   .timed_out = status < 0 };
	struct verdict v;

	(void)out;
	if (status == 0) {
		findings_add(&r->doctor->found, FINDING_OK, r->names[i], "reach", NULL,
			     "%s reaches it", r->rt->name);
		return;
	}
	classify(&failure, &v);
	judge_registry(r, i, &v);
	verdict_release(&v);
}

static void look_at_registries(struct doctor *d, const struct runtimes *all,
			       const struct probe *probes, const struct strvec *names)
{
	struct reach reach = { .doctor = d, .names = names->v, .full = STRVEC_INIT };
	struct ask q = { .n = (uint32_t)names->n,
			 .workers = 8,
			 .timeout_ns = REACH_NS,
			 .ctx = &reach,
			 .command = ask_registry,
			 .answer = take_registry };
	struct buf full = BUF_INIT;

	for (size_t i = 0; i < names->n; i++) {
		buf_reset(&full);
		full_name(names->v[i], &full);
		strvec_push(&reach.full, buf_str(&full));
	}
	for (size_t i = 0; i < all->n && names->n; i++)
		if (is_wanted(d, all->v[i]) && probes[i].there &&
		    all->v[i]->verb[RT_MANIFEST].given) {
			reach.rt = all->v[i];
			ask_all(d->console, &q);
		}
	if (names->n && !reach.rt)
		findings_add(&d->found, FINDING_NOTE, MACHINE, "reach", NULL,
			     "no runtime that answers can test whether a registry can be reached");
	buf_release(&full);
	strvec_release(&reach.full);
}

static void say(struct doctor *d)
{
	struct buf b = BUF_INIT;

	if (cfg_bool(d->cfg, OPT_JSON))
		findings_json(&d->found, &b);
	else
		findings_text(&d->found, &b);
	console_write(d->console, buf_str(&b), b.len);
	buf_release(&b);
}

int doctor_run(struct console *s, const struct cfg *cfg, const struct args *args)
{
	struct doctor d = { .console = s, .cfg = cfg };
	struct runtimes all;
	struct probe *probes;
	struct err err;
	int status = 1;

	if (select_survey(s, cfg, &all, &probes, &err)) {
		if (!s->ended_by)
			console_warn("Error: %s\n", err.text);
	} else {
		for (size_t i = 0; i < all.n; i++)
			if (is_wanted(&d, all.v[i]))
				look_at_runtime(&d, all.v[i], &probes[i]);
		look_at_machine(&d);
		look_at_registries(&d, &all, probes, &args->operands);
		if (!s->ended_by)
			say(&d);
		status = findings_has_problem(&d.found);
	}
	findings_release(&d.found);
	select_survey_free(&all, probes);
	return status;
}
