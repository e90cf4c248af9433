/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/limits.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "config/jobs.h"

#define START_WORKERS 4    /* the default of -j */
#define NETWORK_CEILING 16 /* unless somebody says otherwise */

/* How many files this process may have open; 0: as many as it likes. */
static unsigned long open_files(void)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) < 0 || lim.rlim_cur == RLIM_INFINITY)
		return 0;
	return (unsigned long)lim.rlim_cur;
}

/* How many can ever run at once: for each child two pipes, both ends while one
 * is started, and its log; and hpn's own files. */
static unsigned most_workers(const struct action *a)
{
	unsigned long files = open_files(), each = *cfg_str(a->cfg, OPT_LOG_DIR) ? 3 : 2;
	unsigned long most = files > 24 ? (files - 22) / each : 1;

	return !files || most > JOBS_MOST ? JOBS_MOST : (unsigned)most;
}

static unsigned workers(const struct action *a)
{
	unsigned wanted = (unsigned)cfg_workers(a->cfg), possible = most_workers(a);

	if (wanted <= possible)
		return wanted;
	console_warn("Warning: only %u of %u images at once, since this process may open only %lu"
		     " files; raise it with 'ulimit -n'\n",
		     possible, wanted, open_files());
	return possible;
}

static unsigned class_limit(const struct action *a, enum opt id)
{
	int64_t n = cfg_int(a->cfg, id);

	return n ? (unsigned)n : UINT_MAX;
}

/* What waits for a network may be many; what computes, not many more than there
 * are cores. */
struct pool_limits limits_of(const struct action *a, struct jobserver *js)
{
	unsigned most = cfg_bool(a->cfg, OPT_SERIAL) ? 1 : most_workers(a);
	unsigned set = (unsigned)cfg_max_workers(a->cfg), cores = 2 * jobs_cores();

	if (cores < START_WORKERS)
		cores = START_WORKERS;
	return (struct pool_limits){ .workers = workers(a),
				     .of_class = { class_limit(a, OPT_NETWORK_WORKERS),
						   class_limit(a, OPT_DISK_WORKERS),
						   class_limit(a, OPT_CPU_WORKERS) },
				     .grace_ns = cfg_duration_ns(a->cfg, OPT_KILL_AFTER),
				     .jobserver = js,
				     .finds_level = cfg_finds_level(a->cfg),
				     .ceiling = { [WORK_NETWORK] = set ? set : NETWORK_CEILING,
						  [WORK_DISK] = set ? set : cores,
						  [WORK_CPU] = set ? set : cores },
				     .proc = "/proc",
				     .cores = jobs_cores(),
				     .most = most,
				     .lanes = a->rules.gate,
				     .n_lanes = (uint32_t)a->lane_names.n };
}

/* Under make -jN its jobs are shared, unless -j says how many to use. */
struct jobserver *limits_jobserver(struct action *a)
{
	const char *makeflags = getenv("MAKEFLAGS");
	enum jobserver_found found;
	struct err err;

	if (cfg_given_by_flag(a->cfg, OPT_SERIAL))
		return NULL;
	found = jobserver_open(&a->jobserver, makeflags, &err);
	if (found == JOBSERVER_CLOSED)
		console_warn("Warning: %s\n", err.text);
	if (found != JOBSERVER_OPEN)
		return NULL;
	if (!cfg_given_by_flag(a->cfg, OPT_JOBS) || cfg_finds_level(a->cfg))
		return &a->jobserver;
	console_warn("Warning: -j %d: not sharing make's jobs\n", cfg_workers(a->cfg));
	jobserver_close(&a->jobserver);
	return NULL;
}
