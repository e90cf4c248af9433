/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hpn - pull, save, load and push container images in parallel */
#include <fcntl.h>
#include <unistd.h>

#include "app/app.h"
#include "proc/guard.h"
#include "proc/signals.h"

/* With 0, 1 or 2 closed, the next file that hpn opens would take its place,
 * and be written to. Opened the wrong way round, so that use is an error. */
static void fill_std_descriptors(void)
{
	static const int flags[] = { O_WRONLY, O_RDONLY, O_RDONLY };

	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", flags[fd]);
}

int main(int argc, char **argv)
{
	int died_of = 0, status;

	(void)argc;
	if (guard_is_wanted(argv))
		return guard_main();
	fill_std_descriptors();
	status = app_main(argv, &died_of);
	if (died_of)
		signals_die_of(died_of);
	return status;
}
