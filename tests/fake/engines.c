/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUM "383800072fc64fdb1aaeea004f98a1f94966590667a9686dd9be3ff834ca5691"
#define DIGEST "content digest sha256:" SUM ": not found"
#define LAYER "\"blobs/sha256/" SUM "\""
#define FROM_DAEMON "Error response from daemon: "
#define FATAL "time=\"2026-08-25T10:00:00Z\" level=fatal msg=\""
#define BAD_REQUEST \
	"unexpected status from HEAD request to http://%s/v2/blobs/sha256:" SUM ": 400 Bad Request"

#define OLD_MISSING FROM_DAEMON "manifest for %s not found: manifest unknown: manifest unknown"
#define CTD_MISSING FROM_DAEMON "failed to resolve reference \"%s\": %s: not found"

static const struct engine engines[] = {
	{ .name = "docker 20",
	  .version = "20.10.24+dfsg1",
	  .api = "1.41",
	  .missing = OLD_MISSING,
	  .platform = "no matching manifest for linux/amd64 in the manifest list entries",
	  .nolayer = FROM_DAEMON "empty export - not implemented",
	  .cut = "Error processing tar file(exit status 1): unexpected EOF",
	  .foreign = "open /var/lib/docker/tmp/docker-import-1/blobs/json: no such file or"
		     " directory" },
	{ .name = "docker 26",
	  .version = "26.1.5+dfsg1",
	  .api = "1.45",
	  .missing = OLD_MISSING,
	  .platform = "no matching manifest for linux/amd64 in the manifest list entries",
	  .nolayer = FROM_DAEMON "empty export - not implemented",
	  .cut = "unexpected EOF",
	  .foreign = "open /var/lib/docker/tmp/docker-import-1/blobs/json: no such file or"
		     " directory" },
	{ .name = "docker 26 ctd",
	  .version = "26.1.5+dfsg1",
	  .api = "1.45",
	  .ctd = 1,
	  .missing = CTD_MISSING,
	  .partial = DIGEST,
	  .platform = FROM_DAEMON "no match for platform in manifest: not found",
	  .badrequest = BAD_REQUEST,
	  .cut = "failed to ingest " LAYER ": failed to read expected number of bytes: unexpected"
		 " EOF",
	  .foreign = "unrecognized image format" },
	{ .name = "docker 29",
	  .version = "29.0.0-rc.1",
	  .api = "1.52",
	  .missing = OLD_MISSING,
	  .platform = "no matching manifest for linux/amd64 in the manifest list entries",
	  .nolayer = FROM_DAEMON "empty export - not implemented",
	  .cut = "unexpected EOF",
	  .foreign = FROM_DAEMON "invalid archive: does not contain a manifest.json" },
	{ .name = "docker 29 ctd",
	  .version = "29.0.0-rc.1",
	  .api = "1.52",
	  .ctd = 1,
	  .missing = CTD_MISSING,
	  .partial = FROM_DAEMON "NotFound: " DIGEST,
	  .platform = FROM_DAEMON "unable to create manifests file: NotFound",
	  .badrequest = BAD_REQUEST,
	  .cut = "failed to ingest " LAYER ": short read: expected 40284 bytes but got 17440:"
		 " unexpected EOF",
	  .foreign = "unrecognized image format" },
	{ .name = "podman 5",
	  .version = "5.8.6",
	  .blind = 1,
	  .missing = "Error: initializing source docker://%s: reading manifest v1 in %s: manifest"
		     " unknown",
	  .platform = "Error: choosing an image from manifest list docker://%s: no image found in"
		      " image index for architecture \"amd64\", variant \"\", OS \"linux\"",
	  .cut = "Error: payload does not match any of the supported image formats:\n"
		 " * docker-archive: loading tar component \"manifest.json\": unexpected EOF",
	  .foreign = "Error: payload does not match any of the supported image formats:\n"
		     " * docker-archive: loading tar component \"manifest.json\": file does not"
		     " exist" },
	{ .name = "nerdctl 2.3",
	  .version = "Client:\n Version:\tv2.3.5\nServer:\n containerd:\n  Version:\tv2.3.4",
	  .ctd = 1,
	  .all_or_none = 1,
	  .before_loaded = "Loaded image: import@sha256:" SUM,
	  .missing = FATAL "failed to resolve image: %s: not found\"",
	  .partial = FATAL DIGEST "\"",
	  .platform = FATAL "no match for platform in manifest: not found\"",
	  .badrequest = FATAL BAD_REQUEST "\"",
	  .cut = FATAL "failed to ingest \\" LAYER ": short read: expected 40284 bytes but got"
		       " 17440: unexpected EOF\"",
	  .foreign = FATAL "unrecognized image format\"" },
	{ .name = "ctr 1.6",
	  .version = "Client:\n  Version:  1.6.20~ds1\nServer:\n  Version:  1.6.20~ds1" },
	{ .name = "ctr 2",
	  .version = "Client:\n  Version:  2.3.4\nServer:\n  Version:  2.3.4",
	  .missing = "ctr: failed to resolve image: %s: not found",
	  .partial = "ctr: failed to get reader: " DIGEST,
	  .platform = "ctr: no manifest found for platform: not found",
	  .badrequest = "ctr: " BAD_REQUEST,
	  .cut = "ctr: failed to ingest " LAYER ": short read: expected 40284 bytes but got 17440:"
		 " unexpected EOF",
	  .foreign = "ctr: unrecognized image format" },
};

const struct engine *engine_played(void)
{
	const char *name = getenv("FAKE_ENGINE");

	if (!name)
		return NULL;
	for (size_t i = 0; i < sizeof(engines) / sizeof(engines[0]); i++)
		if (!strcmp(name, engines[i].name))
			return &engines[i];
	fprintf(stderr, "the fake cannot play '%s'\n", name);
	_exit(95);
}

const char *engine_words(const struct engine *e, const char *deed)
{
	if (!strcmp(deed, "missing"))
		return e->missing;
	if (!strcmp(deed, "partial"))
		return e->partial;
	if (!strcmp(deed, "platform"))
		return e->platform;
	if (!strcmp(deed, "nolayer"))
		return e->nolayer;
	return strcmp(deed, "badrequest") ? NULL : e->badrequest;
}

int engine_has_platform(const struct engine *e, const char *verb)
{
	int minor = e->api ? (int)strtol(e->api + 2, NULL, 10) : 99;

	return !strcmp(verb, "save") ? minor >= 48 : strcmp(verb, "push") || minor >= 46;
}
