"""Tables of payments. What the provider is to be asked for is committed here before it is asked.

`try_at` is both the date of the next try and the lease of the one that runs: whoever takes a row up moves it ahead, so
that another replica leaves it alone until the taker must be dead.
"""

from services.payments.models.balances import MemberAccount
from services.payments.models.base import Base
from services.payments.models.baskets import DeliveredLine, SettledBasket
from services.payments.models.disputes import Dispute, Orphan
from services.payments.models.documents import Invoice, InvoiceRate, PaidOrder, Person
from services.payments.models.ledger import Entry, Posting
from services.payments.models.others import Market, Producer, Referent, Role
from services.payments.models.payments import Payment, ProviderEvent
from services.payments.models.payouts import Account, HeldPayout, Payout, Settlement, Share, Transfer
from services.payments.models.reconciliation import Mismatch, Movement, Reconciliation
from services.payments.models.refunds import Refund, RefundPart

__all__ = [
    "Account",
    "Base",
    "DeliveredLine",
    "Dispute",
    "Entry",
    "HeldPayout",
    "Invoice",
    "InvoiceRate",
    "Market",
    "MemberAccount",
    "Mismatch",
    "Movement",
    "Orphan",
    "PaidOrder",
    "Payment",
    "Payout",
    "Person",
    "Posting",
    "Producer",
    "ProviderEvent",
    "Reconciliation",
    "Referent",
    "Refund",
    "RefundPart",
    "Role",
    "SettledBasket",
    "Settlement",
    "Share",
    "Transfer",
]
