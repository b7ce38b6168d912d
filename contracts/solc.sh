#!/bin/sh
# The compiler of the npm package "solc", spoken to as forge speaks to a native one.
exec node "$(dirname "$0")/solc.mjs" "$@"
