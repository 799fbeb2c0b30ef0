#!/bin/sh
# As the official image does: the data belongs to the user rabbitmq, and so does the server.
set -eu

if [ "$(id -u)" = 0 ] && [ "${1#rabbitmq}" != "$1" ]; then
    chown -R rabbitmq:rabbitmq /var/lib/rabbitmq
    exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups "$@"
fi

exec "$@"
