// SPDX-License-Identifier: GPL-3.0-or-later

//go:build tools

// Package tools pins the nerdctl that the end-to-end tests use, because
// Debian 12 has none: go.mod holds its version and go.sum the checksums.
// `go install module@version` would be shorter, but ignores go.sum and does
// not work through some module mirrors. ./bootstrap check builds it.
package tools

import _ "github.com/containerd/nerdctl/cmd/nerdctl"
