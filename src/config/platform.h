/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * platform.h - what --platform may be: OS/ARCH or OS/ARCH/VARIANT
 */
#ifndef HPN_CONFIG_PLATFORM_H
#define HPN_CONFIG_PLATFORM_H

#include "base/err.h"

/* Are system and architecture known to Go (GOOS and GOARCH), as which images
 * have them? podman pulls nothing else, and says that all went well. */
int platform_check(const char *text, struct err *why);

#endif
