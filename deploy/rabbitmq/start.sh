#!/bin/sh
# Starts RabbitMQ with Clayette's user and vhost. The vhost's queue type is quorum, so that every
# durable queue is replicated without a word in the code; RABBITMQ_DEFAULT_VHOST cannot say that.
set -eu

definitions=/etc/rabbitmq/definitions.json
cat >"$definitions" <<END
{
  "vhosts": [{"name": "clayette", "metadata": {"description": "", "tags": [], "default_queue_type": "quorum"}}],
  "users": [{"name": "clayette", "password": "$BROKER_PASSWORD", "tags": ["administrator"]}],
  "permissions": [{"user": "clayette", "vhost": "clayette", "configure": ".*", "write": ".*", "read": ".*"}]
}
END
echo "load_definitions = $definitions" >/etc/rabbitmq/conf.d/20-clayette.conf
chown rabbitmq:rabbitmq "$definitions"
chmod 400 "$definitions"

exec docker-entrypoint.sh rabbitmq-server
