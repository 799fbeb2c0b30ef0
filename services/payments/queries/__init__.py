"""Reads of payments: an order's payment, a sale's ledger, what producers are paid and when, documents."""

from services.payments.queries.accounting import market_accounting, producer_accounting
from services.payments.queries.balances import balance_page, market_balances, my_balances
from services.payments.queries.disputes import market_disputes
from services.payments.queries.documents import invoice, invoices_of, my_invoices, receipt
from services.payments.queries.journal import figures, sale_ledger
from services.payments.queries.payments import checkout, payment
from services.payments.queries.payouts import FIGURES, account, payout, payout_date, payouts_of, sale_payouts
from services.payments.queries.refunds import ATTENTION, refund, refunds_needing_attention, sale_refunds
from services.payments.queries.statements import statement, statement_on, statements_of

__all__ = [
    "ATTENTION",
    "FIGURES",
    "account",
    "balance_page",
    "checkout",
    "figures",
    "invoice",
    "invoices_of",
    "market_accounting",
    "market_balances",
    "market_disputes",
    "my_balances",
    "my_invoices",
    "payment",
    "payout",
    "payout_date",
    "payouts_of",
    "producer_accounting",
    "receipt",
    "refund",
    "refunds_needing_attention",
    "sale_ledger",
    "sale_payouts",
    "sale_refunds",
    "statement",
    "statement_on",
    "statements_of",
]
