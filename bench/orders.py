"""How many orders a second one orders service takes: `orders.place` over a real broker, on PostgreSQL.

    AMQP_URI=amqp://guest:guest@127.0.0.1/bench DATABASE_URL=postgresql+psycopg2://postgres@127.0.0.1/{service} \
        python -m bench.orders --seconds 10 --clients 8 --lines 6

Makes a database of its own and drops it. The broker's vhost must be one that nobody else uses. Everything that a
checkout does is on: validation, idempotency key, membership, prices, stock, outbox and relay. In the same run the
same rows are written by plain SQL without any checks: the ratio of the two says what our code costs, on any machine.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import psycopg2
from kombu import Connection
from sqlalchemy import event, make_url

from bench.processes import cpu_seconds
from bench.stall import open_sale
from clayette import migrations
from gateway.rpc import RpcClient, ServiceUnavailable
from shared import clock
from shared.config import Config
from shared.db import Database
from shared.events import queue_of
from shared.events.orders import OrderPlaced

PRODUCTS, PRICE = 400, 250
WARM_UP_ORDERS = 300


def main() -> None:
    options = _options()
    config = Config()
    if config.embedded or not config.database_url.startswith("postgresql"):
        sys.exit("needs a broker (AMQP_URI) and PostgreSQL (DATABASE_URL)")
    url = make_url(config.database_of("orders")).set(database=f"bench_orders_{uuid4().hex[:8]}")
    _on_server(url, f'CREATE DATABASE "{url.database}"')
    db = Database(url.render_as_string(hide_password=False))
    try:
        migrations.upgrade(["orders"], replace(config, database_url=db.url.render_as_string(hide_password=False)))
        _measure(db, config, options)
    finally:
        db.close()
        _on_server(url, f'DROP DATABASE "{url.database}" WITH (FORCE)')


def _measure(db: Database, config: Config, options: argparse.Namespace) -> None:
    sale_id, products = open_sale(db, farms=20, products=PRODUCTS, price_cents=PRICE)
    _analyze(db)
    statements = _statements_of_one_order(db, _order(sale_id, products, options.lines))
    service = _start_service(db, config)
    client = RpcClient(config.amqp_uri)
    try:
        place = _placing(client, sale_id, products, options.lines)
        _wait_until_it_answers(place)
        for _ in range(WARM_UP_ORDERS):
            place()
        _analyze(db)
        before = cpu_seconds(service.pid)
        seconds, took = _drive(place, options)
        spent = cpu_seconds(service.pid) - before
        _report(took, seconds, statements, spent)
        bare = _bare_inserts(db, options)
        print(f"bare inserts of the same rows: {bare:.0f}/s; ratio {len(took) / seconds / bare:.2f}")
    finally:
        client.close()
        service.terminate()
        service.wait(20)
        _purge(config)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--lines", type=int, default=6)
    return parser.parse_args()


def _order(sale_id: UUID, products: list[UUID], lines: int) -> dict[str, object]:
    chosen = random.sample(products, lines)
    return {
        "sale_id": str(sale_id),
        "lines": [{"product_id": str(each), "quantity": "2", "unit_price_cents": PRICE} for each in chosen],
    }


def _statements_of_one_order(db: Database, args: dict[str, object]) -> list[str]:
    """The second order of a member, in this process: what the service sends to PostgreSQL."""
    from services.orders.service import OrdersService

    service, seen = OrdersService(), list[str]()
    service.db = db
    actor = {"account_id": str(uuid4()), "language": "fr"}
    service.place(actor, args, str(uuid4()))
    event.listen(db.engine, "before_cursor_execute", lambda _c, _cursor, statement, *_rest: seen.append(statement))
    service.place(actor, args, str(uuid4()))
    return seen


def _start_service(db: Database, config: Config) -> subprocess.Popen[bytes]:
    env = os.environ | {"DATABASE_URL": db.url.render_as_string(hide_password=False), "AMQP_URI": config.amqp_uri}
    with Path(os.environ.get("BENCH_LOG", os.devnull)).open("ab") as log:
        return subprocess.Popen([sys.executable, "-m", "clayette", "run", "orders"], env=env, stdout=log, stderr=log)


def _placing(client: RpcClient, sale_id: UUID, products: list[UUID], lines: int) -> Callable[[], None]:
    def place() -> None:
        client.call(
            "orders.place",
            headers={},
            actor={"account_id": str(uuid4()), "language": "fr"},
            args=_order(sale_id, products, lines),
            idempotency_key=str(uuid4()),
        )

    return place


def _wait_until_it_answers(place: Callable[[], None]) -> None:
    for _ in range(30):
        try:
            return place()
        except ServiceUnavailable:  # the service is starting
            time.sleep(0.5)
    return place()


def _drive(place: Callable[[], None], options: argparse.Namespace) -> tuple[float, list[float]]:
    """Each client orders again as soon as it has its answer; answers the elapsed time and each order's seconds."""
    took: list[float] = []
    start = time.perf_counter()

    def client() -> None:
        while time.perf_counter() - start < options.seconds:
            began = time.perf_counter()
            place()
            took.append(time.perf_counter() - began)

    _together(client, options.clients)
    return time.perf_counter() - start, took


def _report(took: list[float], seconds: float, statements: list[str], cpu: float) -> None:
    cuts = statistics.quantiles(took, n=100)
    print(
        f"orders: {len(took)} in {seconds:.1f} s = {len(took) / seconds:.0f}/s; "
        f"p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"
    )
    print(f"service's CPU: {cpu / len(took) * 1000:.2f} ms/order; statements: {len(statements)}/order")
    for statement in statements:
        print("   ", " ".join(statement.split())[:110])


def _bare_inserts(db: Database, options: argparse.Namespace) -> float:
    """Rows a second that the same clients write by hand: one order, its lines and an outbox row per transaction."""
    with db.engine.connect() as connection:
        basket, sale = connection.exec_driver_sql("SELECT id, sale_id FROM baskets LIMIT 1").one()
        envelope = json.dumps(connection.exec_driver_sql("SELECT answer FROM idempotency_keys LIMIT 1").scalar_one())
    counts: list[int] = []
    end = time.perf_counter() + min(options.seconds, 5)

    def client() -> None:
        connection = psycopg2.connect(
            host=db.url.host, port=db.url.port, user=db.url.username, password=db.url.password, dbname=db.url.database
        )
        written = 0
        while time.perf_counter() < end:
            with connection, connection.cursor() as cursor:
                _insert_bare(cursor, str(basket), str(sale), envelope, options.lines)
            written += 1
        counts.append(written)
        connection.close()

    start = time.perf_counter()
    _together(client, options.clients)
    return sum(counts) / (time.perf_counter() - start)


def _insert_bare(cursor: psycopg2.extensions.cursor, basket: str, sale: str, envelope: str, lines: int) -> None:
    order, now = str(uuid4()), clock.now()
    cursor.execute(
        "INSERT INTO orders (id, basket_id, sale_id, market_id, member_id, status, total_cents, placed_at, expires_at)"
        " VALUES (%s, %s, %s, %s, %s, 'placed', 100, %s, %s)",
        (order, basket, sale, sale, basket, now, now),
    )
    row = (order, sale, sale, "Produit", "piece", False, False, 1000, PRICE, 550, PRICE)
    values = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"] * lines)
    cursor.execute(
        "INSERT INTO order_lines (line_id, order_id, product_id, producer_id, name, unit, by_weight, weighed, quantity,"
        f" unit_price_cents, vat_bp, gross_cents) VALUES {values}",
        [value for _ in range(lines) for value in (str(uuid4()), *row)],
    )
    cursor.execute(
        "INSERT INTO outbox (id, type, envelope, state, recorded_at) VALUES (%s, 'Bare', %s, 'bare', %s)",
        (str(uuid4()), envelope, now),
    )


def _together(work: Callable[[], None], count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _analyze(db: Database) -> None:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _purge(config: Config) -> None:
    with Connection(config.amqp_uri) as connection:
        connection.default_channel.queue_purge(queue_of(OrderPlaced, "payments"))


def _on_server(url: object, statement: str) -> None:
    server = Database(make_url(url).set(database="postgres").render_as_string(hide_password=False))  # type: ignore[arg-type]
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(statement)
    server.close()


if __name__ == "__main__":
    main()
