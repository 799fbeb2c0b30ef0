"""Connected accounts and the links to their onboarding page."""

from stripe.params import (
    AccountCreateParams,
    AccountLinkCreateParams,
    AccountListParams,
    AccountRetrieveCurrentParams,
    AccountRetrieveParams,
    AccountUpdateParams,
)

from sandbox.stripe import events
from sandbox.stripe.dispatch import Call, endpoint
from sandbox.stripe.errors import ApiError, Body, bad_parameter, missing
from sandbox.stripe.listing import PAGING, metadata, page
from sandbox.stripe.present import listed
from sandbox.stripe.store import PLATFORM, Tx, new_id

_LINK_SECONDS = 300
_DUE = ["business_profile.url", "external_account", "individual.dob.day", "tos_acceptance.date", "tos_acceptance.ip"]
_CHANGEABLE = "business_profile business_type email metadata settings.payouts"
_CREATED_WITH = f"{_CHANGEABLE} capabilities controller country default_currency type"


@endpoint("accounts.create", "POST", "/v1/accounts", AccountCreateParams, _CREATED_WITH)
def create(call: Call) -> Body:
    """Open an account that can do nothing before its holder has been through the onboarding page."""
    params = call.params
    if "type" in params and "controller" in params:
        raise bad_parameter("You may only specify one of these parameters: type, controller.", "type")
    account = _blank(call.tx, params)
    _change(account, params)
    return call.tx.add(account)


@endpoint("accounts.retrieve", "GET", "/v1/accounts/<account_id>", AccountRetrieveParams)
def retrieve(call: Call, account_id: str) -> Body:
    """Show a connected account."""
    return _account(call.tx, account_id)


@endpoint("accounts.retrieve_current", "GET", "/v1/account", AccountRetrieveCurrentParams)
def retrieve_current(call: Call) -> Body:
    """Show the account that the call acts for."""
    if call.account != PLATFORM:
        return _account(call.tx, call.account)
    able = {"charges_enabled": True, "payouts_enabled": True, "details_submitted": True}
    return {"id": PLATFORM, "object": "account", "type": "standard", "country": "FR", "email": None, **able}


@endpoint("accounts.list", "GET", "/v1/accounts", AccountListParams, f"{PAGING} created")
def index(call: Call) -> Body:
    """List the connected accounts."""
    return page(call, "account")


@endpoint("accounts.update", "POST", "/v1/accounts/<account_id>", AccountUpdateParams, _CHANGEABLE + " capabilities")
def update(call: Call, account_id: str) -> Body:
    """Change an account and tell."""
    account = _account(call.tx, account_id)
    _change(account, call.params)
    for name, wanted in call.params.get("capabilities", {}).items():
        if wanted.get("requested"):
            account["capabilities"].setdefault(name, "active" if account["payouts_enabled"] else "inactive")
    events.record(call.tx, "account.updated", call.tx.save(account), account_id)
    return account


@endpoint(
    "account_links.create",
    "POST",
    "/v1/account_links",
    AccountLinkCreateParams,
    "account refresh_url return_url type collect collection_options",
)
def create_link(call: Call) -> Body:
    """Make a link to the onboarding page: for one visit, within five minutes."""
    account = _account(call.tx, call.params["account"], "account")
    for name in ("refresh_url", "return_url"):
        if not call.params.get(name):
            raise bad_parameter(f"Missing required param: {name}.", name, "parameter_missing")
    if call.params["type"] == "account_update" and account["type"] == "express":
        raise ApiError("You cannot create account_update type account links for this account.", param="type")
    link = {"object": "account_link", "created": call.tx.now, "expires_at": call.tx.now + _LINK_SECONDS}
    token = new_id("acct_link_", 32)
    urls = {"return_url": call.params["return_url"], "refresh_url": call.params["refresh_url"]}
    call.tx.add({**link, **urls, "id": token, "account": account["id"], "visited": False})
    return {**link, "url": f"{call.base_url}/onboarding/{token}"}


def settle(tx: Tx, account_id: str, state: str) -> Body:
    """Put an account into the state `active`, `asked` (active, and a document is due in two weeks), `pending` (being
    verified), `restricted` (a document lacks) or `rejected`.
    """
    account = _account(tx, account_id)
    if state not in _REQUIREMENTS:
        raise ApiError(f"An account is {', '.join(_REQUIREMENTS)}", code="bad_state")
    active = state in {"active", "asked"}
    account |= {"details_submitted": True, "charges_enabled": active, "payouts_enabled": active}
    account["capabilities"] = dict.fromkeys(account["capabilities"], _CAPABILITY[state])
    account["requirements"] = _requirements() | _REQUIREMENTS[state]
    if state == "asked":
        account["requirements"]["current_deadline"] = tx.now + _DEADLINE_SECONDS
    if not account["external_accounts"]["data"]:
        account["external_accounts"]["data"] = [_bank(account_id)]
    events.record(tx, "account.updated", tx.save(account), account_id)
    return account


_DEADLINE_SECONDS = 14 * 24 * 3600
_CAPABILITY = {
    "active": "active",
    "asked": "active",
    "pending": "pending",
    "restricted": "inactive",
    "rejected": "inactive",
}
_DOCUMENT = "individual.verification.document"
_REQUIREMENTS: dict[str, Body] = {
    "active": {},
    "asked": {"currently_due": [_DOCUMENT], "eventually_due": [_DOCUMENT]},
    "rejected": {"disabled_reason": "rejected.other"},
    "pending": {"pending_verification": [_DOCUMENT], "disabled_reason": "requirements.pending_verification"},
    "restricted": {
        "currently_due": [_DOCUMENT],
        "past_due": [_DOCUMENT],
        "disabled_reason": "requirements.past_due",
    },
}


def _account(tx: Tx, account_id: str, param: str = "id") -> Body:
    found = tx.find(account_id)
    if found is None or found["object"] != "account":
        raise missing("account", account_id, param)
    return found


def _change(account: Body, params: Body) -> None:
    for name in ("email", "business_type"):
        account[name] = params.get(name, account[name])
    account["business_profile"] |= params.get("business_profile", {})
    account["metadata"] = metadata(params.get("metadata"), account["metadata"])
    payouts = params.get("settings", {}).get("payouts", {})
    account["settings"]["payouts"]["schedule"] |= payouts.get("schedule", {})


def _blank(tx: Tx, params: Body) -> Body:
    account_id = new_id("acct_1", 16)
    banks = listed(f"/v1/accounts/{account_id}/external_accounts", [])
    asked = [name for name, wanted in params.get("capabilities", {}).items() if wanted.get("requested")]
    return {
        "id": account_id,
        "object": "account",
        "business_profile": dict.fromkeys(("mcc", "name", "product_description", "support_email", "url")),
        "business_type": None,
        "capabilities": dict.fromkeys(asked, "inactive"),
        "charges_enabled": False,
        "controller": _controller(params),
        "country": params.get("country", "FR"),
        "created": tx.now,
        "default_currency": params.get("default_currency", "eur"),
        "details_submitted": False,
        "email": None,
        "external_accounts": {**banks, "total_count": 0},
        "future_requirements": _requirements(),
        "metadata": {},
        "payouts_enabled": False,
        "requirements": _requirements()
        | {"currently_due": _DUE, "past_due": _DUE, "eventually_due": _DUE}
        | {"disabled_reason": "requirements.past_due"},
        "settings": _settings(),
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": params.get("type", "none" if "controller" in params else "standard"),
    }


def _controller(params: Body) -> Body:
    wanted: Body = params.get("controller", {})
    dashboard = {"express": "express", "custom": "none"}.get(params.get("type", ""), "full")
    by_type = "application" if dashboard != "full" else "stripe"
    return {
        "fees": wanted.get("fees", {"payer": "application_" + params["type"] if "type" in params else "account"}),
        "is_controller": True,
        "losses": wanted.get("losses", {"payments": by_type}),
        "requirement_collection": wanted.get("requirement_collection", "stripe"),
        "stripe_dashboard": wanted.get("stripe_dashboard", {"type": dashboard}),
        "type": "application",
    }


def _requirements() -> Body:
    lists: Body = {name: [] for name in ("alternatives", "currently_due", "errors", "eventually_due", "past_due")}
    return {**lists, "current_deadline": None, "disabled_reason": None, "pending_verification": []}


def _settings() -> Body:
    schedule = {"delay_days": 7, "interval": "daily"}
    return {
        "branding": dict.fromkeys(("icon", "logo", "primary_color", "secondary_color")),
        "card_payments": {"decline_on": {"avs_failure": False, "cvc_failure": False}},
        "dashboard": {"display_name": None, "timezone": "Europe/Paris"},
        "payments": dict.fromkeys(("statement_descriptor", "statement_descriptor_kana")),
        "payouts": {"debit_negative_balances": True, "schedule": schedule, "statement_descriptor": None},
    }


def _bank(account_id: str) -> Body:
    return {
        "id": new_id("ba_1"),
        "object": "bank_account",
        "account": account_id,
        "account_holder_name": None,
        "account_holder_type": None,
        "bank_name": "STRIPE TEST BANK",
        "country": "FR",
        "currency": "eur",
        "default_for_currency": True,
        "last4": "2606",
        "metadata": {},
        "routing_number": "20041010050500013M026",
        "status": "new",
    }
