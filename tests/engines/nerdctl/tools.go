// SPDX-License-Identifier: GPL-3.0-or-later

//go:build tools

package tools

import (
	_ "github.com/containerd/nerdctl/v2/cmd/nerdctl"
)
