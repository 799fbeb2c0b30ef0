"""What a set-up chooses, read from the environment once. The defaults are the embedded set-up."""

import os
from dataclasses import dataclass, field
from pathlib import Path


def _read(name: str, default: str) -> str:
    return os.environ.get(name) or default


@dataclass(frozen=True)
class Config:
    var: Path = field(default_factory=lambda: Path(_read("CLAYETTE_VAR", "var")))
    """What the embedded set-up keeps: databases, mails, the moved clock."""
    amqp_uri: str = field(default_factory=lambda: _read("AMQP_URI", "memory://localhost/"))
    database_url: str = field(default_factory=lambda: _read("DATABASE_URL", ""))
    public_url: str = field(default_factory=lambda: _read("PUBLIC_URL", "http://127.0.0.1:8000"))
    secret_key: str = field(default_factory=lambda: _read("SECRET_KEY", ""))
    smtp_url: str = field(default_factory=lambda: _read("SMTP_URL", "smtp://127.0.0.1:1025"))
    mail_from: str = field(default_factory=lambda: _read("MAIL_FROM", "clayette@localhost"))
    operator_email: str = field(default_factory=lambda: _read("OPERATOR_EMAIL", ""))
    """Who is told when the ledger and the card provider differ."""
    stripe_api_key: str = field(default_factory=lambda: _read("STRIPE_API_KEY", ""))
    stripe_api_base: str = field(default_factory=lambda: _read("STRIPE_API_BASE", ""))
    stripe_webhook_secret: str = field(default_factory=lambda: _read("STRIPE_WEBHOOK_SECRET", ""))
    trusted_proxies: int = field(default_factory=lambda: int(_read("TRUSTED_PROXIES", "0")))
    max_workers: int = field(default_factory=lambda: int(_read("MAX_WORKERS", "10")))

    @property
    def embedded(self) -> bool:
        """All in one process, on an in-process bus that forgets what it held when the process ends."""
        return self.amqp_uri.startswith("memory:")

    def database_of(self, service: str) -> str:
        url = self.database_url or f"sqlite:///{self.var}/{{service}}.sqlite"
        return url.replace("{service}", service)
