#!/bin/sh
# As the official image does: become the user postgres, make the cluster once, run the
# init scripts against a server that listens on its socket only, then start for real.
set -eu

if [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA" /var/run/postgresql
    chown -R postgres:postgres "$PGDATA" /var/run/postgresql
    chmod 700 "$PGDATA"
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    user=${POSTGRES_USER:-postgres}
    password_file=$(mktemp)
    printf '%s\n' "${POSTGRES_PASSWORD:?must be set}" >"$password_file"
    initdb --username="$user" --pwfile="$password_file" --auth-local=trust --auth-host=scram-sha-256
    rm "$password_file"
    echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
    echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"

    pg_ctl -w -o "-c listen_addresses=''" start
    database=${POSTGRES_DB:-$user}
    [ "$database" = postgres ] || createdb --username="$user" "$database"
    for script in /docker-entrypoint-initdb.d/*.sh; do
        [ ! -f "$script" ] || PGUSER=$user sh "$script"
    done
    pg_ctl -w -m fast stop
fi

exec "$@"
