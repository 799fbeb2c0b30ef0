# shellcheck shell=bash
# Sourced. Finds a container engine, or makes podman ready to stand in for one.
# Sets ENGINE (docker | podman) and defines: engine, compose.

engine_prepare() {
    if docker info >/dev/null 2>&1 && docker compose version >/dev/null 2>&1; then
        ENGINE=docker
    else
        ENGINE=podman
        podman_install
        podman_configure
        podman_compose_install
    fi
    say "engine: $ENGINE"
}

engine() { "$ENGINE" "$@"; }

compose() {
    local program=(docker compose)
    [ "$ENGINE" = docker ] || program=("$STATE/venv/bin/podman-compose" --in-pod false)
    timeout --foreground --kill-after=20 "${COMPOSE_SECONDS:-600}" \
        "${program[@]}" --project-name "$PROJECT" --file "$REPO/docker-compose.yml" "$@"
}

# Named one by one: podman alone may bring another runtime, and no network tools.
PODMAN_PACKAGES=(podman runc netavark aardvark-dns iptables catatonit debootstrap python3-venv)

podman_install() {
    local missing
    missing=$(packages_missing)
    [ -n "$missing" ] || return 0
    [ "$(id -u)" = 0 ] || fail "no Docker engine here; to set up podman instead, run as root"
    say "installing from Debian's packages: $missing"
    export DEBIAN_FRONTEND=noninteractive
    gently 300 apt-get -qq update
    # shellcheck disable=SC2086 # a list of names
    gently 600 apt-get -qq install -y --no-install-recommends $missing >"$STATE/apt.log" 2>&1 || fail "see $STATE/apt.log"
}

packages_missing() {
    local package
    for package in "${PODMAN_PACKAGES[@]}"; do
        dpkg-query --show --showformat '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || printf '%s ' "$package"
    done
}

# Everything podman keeps is under $STATE: nothing of the machine's own podman is read or changed.
podman_configure() {
    mkdir -p "$STATE/networks"
    cat >"$STATE/containers.conf" <<END
[containers]
# Not above this shell's own limits: a container may not raise them.
default_ulimits = ["nofile=$(hard_limit -n 10000)", "nproc=$(hard_limit -u 10000)"]
[engine]
cgroup_manager = "cgroupfs"
runtime = "runc"
events_logger = "file"
[network]
network_backend = "netavark"
network_config_dir = "$STATE/networks"
END
    cat >"$STATE/storage.conf" <<END
[storage]
driver = "overlay"
graphroot = "$STATE/storage"
runroot = "/run/clayette-containers"
END
    cat >"$STATE/registries.conf" <<END
unqualified-search-registries = []
short-name-mode = "disabled"
END
    export CONTAINERS_CONF=$STATE/containers.conf
    export CONTAINERS_STORAGE_CONF=$STATE/storage.conf
    export CONTAINERS_REGISTRIES_CONF=$STATE/registries.conf
}

hard_limit() {
    local limit
    limit=$(ulimit -H "$1")
    if [ "$limit" = unlimited ] || [ "$limit" -gt "$2" ]; then limit=$2; fi
    echo "$limit:$limit"
}

podman_compose_install() {
    [ ! -x "$STATE/venv/bin/podman-compose" ] || return 0
    say "installing podman-compose into $STATE/venv"
    python3 -m venv "$STATE/venv"
    gently 300 "$STATE/venv/bin/pip" install --quiet "podman-compose==$PODMAN_COMPOSE_VERSION"
}
