#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A header with the version of an object file: a hash of what is in it.
set -eu
hash=$(sha256sum "$1" | cut -c1-16)
printf '#define POLICE_VERSION\t"%s"\n' "$hash"
