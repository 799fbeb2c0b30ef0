"""The provider's books against ours (SPEC F8): every balance transaction has its entry, every entry its transaction.

Each run hears first what was not heard (settling), then copies what the provider lists beside the journal (mirror), then
compares amount by amount (comparing). It may be run at any time, by several at once: every step has the same effect twice.
"""

from services.payments.commands.reconciliation.running import Report, nightly, run

__all__ = ["Report", "nightly", "run"]
