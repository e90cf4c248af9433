/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engines.h - what the fake says and does as one engine or another
 *
 * $FAKE_ENGINE is one of: "docker 20", "docker 26", "docker 26 ctd" (with
 * containerd's store), "docker 29", "docker 29 ctd", "podman 5", "nerdctl 2.3",
 * "ctr 1.6", "ctr 2". Without it the fake is as it was before there were so many.
 * The words are those that were written down from the real ones.
 */
#ifndef FAKE_ENGINES_H
#define FAKE_ENGINES_H

struct engine {
	const char *name;
	const char *version;       /* what `version` prints; NULL: see the fake */
	const char *api;           /* of docker, for `version --format {{.Client.APIVersion}}` */
	int ctd;                   /* an image's id is its digest, and its size counts both forms */
	int all_or_none;           /* image inspect prints nothing when one image is missing */
	int blind;                 /* manifest inspect says nothing of a single image */
	const char *before_loaded; /* what load says first */
	/* Words for the deeds of the same name; NULL: there is no such failure. */
	const char *missing, *partial, *platform, *nolayer, *badrequest;
	const char *cut, *foreign; /* load of an archive that is cut; of one without an image */
};

/* NULL: no engine was asked for. Ends the process when it is not known. */
const struct engine *engine_played(void);

/* The words for a deed of a pull, save or push; NULL: none. */
const char *engine_words(const struct engine *e, const char *deed);

/* Whether a save and a push have --platform. */
int engine_has_platform(const struct engine *e, const char *verb);

#endif
