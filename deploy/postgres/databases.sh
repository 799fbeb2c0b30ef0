#!/bin/sh
# Run once by the postgres image, on an empty volume: one database per service.
set -eu

for service in accounts markets catalogs orders distributions payments notifications; do
    createdb --username="$POSTGRES_USER" --owner="$POSTGRES_USER" "clayette_$service"
done
