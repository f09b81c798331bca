#!/usr/bin/env bash
. "$(dirname "$0")/../../lib/common.sh"
stop_pids "$RIG_STATE/pixmill"
