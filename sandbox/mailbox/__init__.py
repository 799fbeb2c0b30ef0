"""A stand-in of the world's mail servers: takes every mail by SMTP, keeps it, shows it; nothing leaves the machine.

    box = start("var/mailbox.sqlite", smtp_port=1025)             # beside other things, also on green threads
    app.register_blueprint(mailbox_pages(box), url_prefix="/dev/mailbox")
    box.stop()

Or as a process of its own: `python -m sandbox.mailbox --smtp-port 1025 --web-port 8025 --db var/mailbox.sqlite`.
"""

from sandbox.mailbox.box import Mailbox, start
from sandbox.mailbox.pages import create_app, mailbox_pages
from sandbox.mailbox.store import Fault, Store

__all__ = ["Fault", "Mailbox", "Store", "create_app", "mailbox_pages", "start"]
