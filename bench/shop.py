"""How long a shop of many products takes to answer, and how much it sends. Embedded set-up, nothing else needed:

    python -m bench.shop --products 10000 --times 20

Starts a suite of its own, writes the sale straight into the tables of orders, and asks for pages as a browser does.
"""

import argparse
import gzip
import re
import statistics
import tempfile
import time
from pathlib import Path

import requests

from bench.processes import cpu_seconds
from bench.stall import open_sale
from shared.db import Database
from tests.flows.embedded import Embedded


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        suite = Embedded(Path(folder))
        try:
            suite.start()
            db = Database(f"sqlite:///{folder}/orders.sqlite")
            sale_id, _products = open_sale(db, farms=options.farms, products=options.products, price_cents=250)
            db.close()
            _measure(f"{suite.url}/group/1/shop/{sale_id}", suite.pid, options.times)
        finally:
            suite.kill()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--farms", type=int, default=50)
    parser.add_argument("--times", type=int, default=20)
    return parser.parse_args()


def _measure(shop: str, pid: int, times: int) -> None:
    browser = requests.Session()
    browser.headers["Sec-Fetch-Site"] = "same-origin"
    text = browser.get(shop, timeout=60).text
    after = re.search(r"after=([\w-]+)", text)
    assert after is not None, "the shop has one page only"
    script = {"HX-Request": "true"}
    for name, query, headers in (
        ("first page", "", {}),
        ("its offers alone", "", script),
        ("the next ones", f"?after={after[1]}", script),
        ("one group", "?group=fruit", {}),
        ("a search", "?search=produit+77", script),
        ("a search without answer", "?search=zzz", script),
    ):
        _report(browser, name, shop + query, headers, pid, times)


def _report(browser: requests.Session, name: str, address: str, headers: dict[str, str], pid: int, times: int) -> None:
    """Milliseconds to the first byte, and of the processor for the whole suite; what goes over the wire."""
    before = cpu_seconds(pid)
    took, packed = [], b""
    for _ in range(times):
        began = time.perf_counter()
        with browser.get(address, headers=headers, stream=True, timeout=60) as answer:
            took.append((time.perf_counter() - began) * 1000)
            answer.raise_for_status()
            packed = answer.raw.read(decode_content=False)
    spent = (cpu_seconds(pid) - before) / times * 1000
    whole = gzip.decompress(packed) if "Content-Encoding" in answer.headers else packed
    print(
        f"{name:24} first byte after {statistics.median(took):5.0f} ms (least {min(took):.0f}), "
        f"processor {spent:4.0f} ms, {len(packed) / 1024:4.1f} KiB, unpacked {len(whole) / 1024:4.1f} KiB",
        flush=True,
    )


if __name__ == "__main__":
    main()
