# shellcheck shell=bash
# Sourced. Makes stand-ins of the base images, where no image registry answers, from Debian's
# packages alone. apt and pip sources and the CA bundle are those of this machine.

BASE_SUITE=bookworm # Debian 12: the one with Python 3.11, PostgreSQL 15 and RabbitMQ 3
BASE_DEBIAN=localhost/clayette-base-debian:$BASE_SUITE

base_images_build() {
    [ "$ENGINE" = podman ] || return 0
    base_debian
    base_image python localhost/python:3.11-slim
    base_image rabbitmq localhost/rabbitmq:3
    base_image postgres localhost/postgres:15
}

base_debian() {
    ! engine image exists "$BASE_DEBIAN" || return 0
    local root=$STATE/debian
    say "debootstrap of Debian $BASE_SUITE"
    rm -rf "$root"
    gently 900 debootstrap --variant=minbase --include=ca-certificates "$BASE_SUITE" "$root" "$(debian_mirror)" \
        >"$STATE/debootstrap.log" 2>&1 || fail "see $STATE/debootstrap.log"
    base_configure "$root"
    gently 300 tar -C "$root" --one-file-system -cf - . | engine import --quiet - "$BASE_DEBIAN" >/dev/null
    rm -rf "$root"
}

base_image() {
    local recipe=$HERE/base/$1 name=$2 hash
    hash=$(find "$recipe" -type f -print0 | sort -z | xargs -0 cat | sha256sum | cut -c1-16)
    [ "$(engine image inspect --format '{{index .Labels "recipe"}}' "$name" 2>/dev/null)" != "$hash" ] || return 0
    say "building a stand-in for ${name#localhost/}"
    gently 900 podman build --quiet --network host --format docker --label "recipe=$hash" --tag "$name" \
        --file "$recipe/Containerfile" "$recipe" >"$STATE/base-$1.log" 2>&1 || fail "see $STATE/base-$1.log"
}

# The address from which this machine takes Debian's own packages.
debian_mirror() {
    # shellcheck disable=SC2016 # apt's variables, not the shell's
    apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' |
        awk '$1 == "Debian" { print $2; found = 1; exit } END { exit !found }'
}

base_configure() {
    local root=$1
    cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
    rm -f "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*_*
    pip_settings >"$root/etc/pip.conf"
    echo 'Acquire::Languages "none";' >"$root/etc/apt/apt.conf.d/90clayette"
    apt-config dump | grep -E '^Acquire::(Check-Valid-Until|Check-Date|https?::Proxy) ' \
        >>"$root/etc/apt/apt.conf.d/90clayette" || true
}

# This machine's pip settings, less those that name a folder of this machine.
pip_settings() {
    echo '[global]'
    python3 -m pip config list |
        sed -nE "s/^(global|:env:)\.(index-url|extra-index-url|trusted-host|proxy)='(.*)'$/\2 = \3/p" |
        grep -v 'file:' || true
    echo 'cert = /etc/ssl/certs/ca-certificates.crt'
}
