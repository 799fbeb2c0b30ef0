"""What people and time do to markets, by noun. The door's session is the transaction; nothing here commits.

Who changes a market's roles, links or sales locks its row first (`loading.lock_market`), so that two administrators,
or an administrator and a timer, take turns; nobody locks a sale before its market.
"""

from services.markets.commands.calendar import close_due, finish_due, open_due, release_blocked
from services.markets.commands.catalogs import link_catalog, unlink_catalog
from services.markets.commands.duty import (
    call_vacancies,
    remind_of_duty,
    set_duty_shifts,
    sign_up_for_duty,
    withdraw_from_duty,
)
from services.markets.commands.invitations import accept_invitation, invite
from services.markets.commands.logos import forget_removed_logos, remove_logo, restore_logo, set_logo
from services.markets.commands.markets import change_market, create_market
from services.markets.commands.members import decide_waiting, join, leave
from services.markets.commands.participation import invite_producer, participate, withdraw
from services.markets.commands.roles import grant_role, revoke_role
from services.markets.commands.sales import appoint_referent, cancel_sale, plan_cycle, plan_sale, reschedule_sale

__all__ = [
    "accept_invitation",
    "appoint_referent",
    "call_vacancies",
    "cancel_sale",
    "change_market",
    "close_due",
    "create_market",
    "decide_waiting",
    "finish_due",
    "forget_removed_logos",
    "grant_role",
    "invite",
    "invite_producer",
    "join",
    "leave",
    "link_catalog",
    "open_due",
    "participate",
    "plan_cycle",
    "plan_sale",
    "release_blocked",
    "remind_of_duty",
    "remove_logo",
    "reschedule_sale",
    "restore_logo",
    "revoke_role",
    "set_duty_shifts",
    "set_logo",
    "sign_up_for_duty",
    "unlink_catalog",
    "withdraw",
    "withdraw_from_duty",
]
