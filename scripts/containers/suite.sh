# shellcheck shell=bash
# Sourced. The suite's containers: build, up, wait, show, down.

suite_build() {
    say "building clayette:dev"
    if [ "$ENGINE" = docker ]; then
        gently 900 docker compose --project-name "$PROJECT" --file "$REPO/docker-compose.yml" build --quiet migrate
    else
        gently 900 podman build --layers --network host --format docker --tag localhost/clayette:dev "$REPO" &&
            podman image prune --force # the store is ours alone: only what this build replaced
    fi >"$STATE/build.log" 2>&1 || fail "see $STATE/build.log"
}

suite_up() {
    say "up: payments=$PAYMENTS_REPLICAS notifications=$NOTIFICATIONS_REPLICAS"
    # shellcheck disable=SC2046 # none, or four words
    compose up --detach --no-build $(suite_scale) >"$STATE/up.log" 2>&1 || fail "see $STATE/up.log"
    suite_wait
}

# podman-compose takes one --scale at most; it reads the same numbers from the compose file.
suite_scale() {
    [ "$ENGINE" = podman ] || echo --scale "payments=$PAYMENTS_REPLICAS" --scale "notifications=$NOTIFICATIONS_REPLICAS"
}

# Two good looks in a row: what comes up only to fall again is not up.
suite_wait() {
    local deadline=$((SECONDS + ${CLAYETTE_CONTAINERS_PATIENCE:-240})) good=0 pending
    while [ $good -lt 2 ]; do
        [ $SECONDS -lt $deadline ] || { suite_show; fail "still not healthy: ${pending//$'\n'/ }"; }
        pending=$(suite_unready)
        if [ -z "$pending" ]; then good=$((good + 1)); else good=0; sleep 2; fi
    done
    say "ready: $CLAYETTE_URL (payment page $STRIPE_STAND_IN_URL, mail $MAILBOX_URL)"
}

# The names of what is not as it should be: one-shots ended with 0, all others healthy, the gateway ready.
suite_unready() {
    local name state
    for name in $(suite_containers); do
        state=$(engine inspect --format '{{.State.Status}} {{.State.ExitCode}}' "$name")
        case $state in
        "exited 0") ;;
        running*) suite_healthy "$name" || echo "$name" ;;
        *) echo "$name" ;;
        esac
    done
    gateway_ready || echo "$CLAYETTE_URL/readyz"
}

suite_containers() {
    engine ps --all --filter "label=com.docker.compose.project=$PROJECT" --format '{{.Names}}'
}

# podman leaves the timing of health checks to systemd, which may not be here: run the check now.
suite_healthy() {
    if [ "$ENGINE" = podman ]; then
        timeout 30 podman healthcheck run "$1" >/dev/null 2>&1
    else
        [ "$(docker inspect --format '{{.State.Health.Status}}' "$1")" = healthy ]
    fi
}

gateway_ready() {
    python3 -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=5)' "$CLAYETTE_URL/readyz" 2>/dev/null
}

suite_show() {
    engine ps --all --filter "label=com.docker.compose.project=$PROJECT" \
        --format 'table {{.Names}}\t{{.Status}}\t{{.Ports}}' >&2
}

suite_logs() {
    local name
    rm -rf "$STATE/logs" && mkdir "$STATE/logs"
    for name in $(suite_containers); do engine logs "$name" >"$STATE/logs/$name.log" 2>&1 || true; done
    say "logs kept in $STATE/logs"
}

suite_down() {
    say "down"
    suite_logs
    compose down --volumes >"$STATE/down.log" 2>&1 || fail "see $STATE/down.log"
    [ -z "$(suite_containers)" ] || fail "left behind: $(suite_containers)"
}
