"""Run the stand-in as a process of its own."""

import argparse

from werkzeug.serving import run_simple

from sandbox.stripe import Config, create_app


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.stripe", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--db", default="var/stripe.sqlite", help="SQLite file, :memory: to forget")
    parser.add_argument("--api-key", default=Config.api_key)
    parser.add_argument("--webhook-url", help="where events are posted")
    parser.add_argument("--webhook-secret", default=Config.webhook_secret)
    parser.add_argument("--public-url", help="address of the pages for a browser")
    parser.add_argument("--fee-basis-points", type=int, default=0)
    parser.add_argument("--fee-fixed-cents", type=int, default=0)
    parser.add_argument("--dispute-fee-cents", type=int, default=0)
    parser.add_argument("--pending-seconds", type=int, default=0)
    parser.add_argument("--payout-seconds", type=float, default=1.0)
    wanted = vars(parser.parse_args())
    host, port = wanted.pop("host"), wanted.pop("port")
    run_simple(host, port, create_app(Config(**wanted)), threaded=True)


if __name__ == "__main__":
    main()
