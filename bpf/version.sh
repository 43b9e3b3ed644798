#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A header with the version of object files: a hash of what is in them.
set -eu
hash=$(cat "$@" | sha256sum | cut -c1-16)
printf '#define POLICE_VERSION\t"%s"\n' "$hash"
