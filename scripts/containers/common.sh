# shellcheck shell=bash disable=SC2034
# Sourced by run and compose: names, limits, and small functions.

REPO=$(cd "$HERE/../.." && pwd)
STATE=${CLAYETTE_CONTAINERS_STATE:-$REPO/var/containers}
PROJECT=${CLAYETTE_CONTAINERS_PROJECT:-clayette}
PODMAN_COMPOSE_VERSION=1.6.0

# Loopback ports that do not meet an embedded suite's 8000.
export GATEWAY_PORT=${GATEWAY_PORT:-18000} STRIPE_PORT=${STRIPE_PORT:-18001} MAILBOX_PORT=${MAILBOX_PORT:-18025}
export CLAYETTE_URL=http://127.0.0.1:$GATEWAY_PORT
export STRIPE_STAND_IN_URL=http://127.0.0.1:$STRIPE_PORT
export MAILBOX_URL=http://127.0.0.1:$MAILBOX_PORT
export CLAYETTE_MAILBOX=$MAILBOX_URL/dev/mailbox.json
export PUBLIC_URL=${PUBLIC_URL:-$CLAYETTE_URL} STRIPE_PUBLIC_BASE=${STRIPE_PUBLIC_BASE:-$STRIPE_STAND_IN_URL}
export COMPOSE_PROFILES=${COMPOSE_PROFILES-sandbox}
export PAYMENTS_REPLICAS=${PAYMENTS_REPLICAS:-3} NOTIFICATIONS_REPLICAS=${NOTIFICATIONS_REPLICAS:-3}

umask 022
mkdir -p "$STATE"

say() { printf '%s containers: %s\n' "$(date +%T)" "$*" >&2; }

fail() {
    say "FAILED: $*"
    exit 1
}

# gently SECONDS COMMAND...: at low priority and bounded in time.
gently() {
    local seconds=$1
    shift
    timeout --kill-after=20 "$seconds" nice -n 10 "$@"
}

# shellcheck source=engine.sh
. "$HERE/engine.sh"
# shellcheck source=base-images.sh
. "$HERE/base-images.sh"
# shellcheck source=suite.sh
. "$HERE/suite.sh"
