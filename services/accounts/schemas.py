"""Shapes of what accounts is asked and answers. `…Body` is what a person sends; the rest is added by the gateway."""

from typing import Any

from email_validator import EmailNotValidError, validate_email
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from shared.fields import ExactInteger, Line

PASSWORD = validate.Length(min=10, max=200)
MOST_NAME = 80
PHONE = validate.Regexp(r"^\+?[0-9 .()/-]{6,28}$")


class Email(fields.String):
    """An address in one spelling: trimmed, lower case, of valid form (its existence is not asked)."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return validate_email(text.strip(), check_deliverability=False).normalized.lower()
        except EmailNotValidError:
            raise ValidationError("Not a valid email address.") from None


class Nothing(Schema):
    pass


class RegisterBody(Schema):
    email = Email(required=True)
    password = fields.String(required=True, validate=PASSWORD, load_only=True)
    first_name = Line(MOST_NAME, 1, required=True)
    last_name = Line(MOST_NAME, 1, required=True)
    phone = Line(29, 6, PHONE, load_default=None, allow_none=True)
    language = fields.String(load_default="fr", validate=validate.OneOf(["fr", "en"]))


class Register(RegisterBody):
    address = fields.String(load_default="")


class ChangeMe(Schema):
    first_name = Line(MOST_NAME, 1)
    last_name = Line(MOST_NAME, 1)
    phone = Line(29, 6, PHONE, allow_none=True)
    language = fields.String(validate=validate.OneOf(["fr", "en"]))
    second_email = Email(allow_none=True)
    version = ExactInteger(allow_none=True)

    @validates_schema
    def _something(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not set(data) - {"version"}:
            raise ValidationError("Nothing to change.")


class LogInBody(Schema):
    email = Email(required=True)
    password = fields.String(required=True, validate=validate.Length(max=200), load_only=True)
    label = Line(120, load_default="")
    scopes = fields.List(
        fields.String(validate=validate.OneOf(["read", "write"])),
        load_default=lambda: ["read", "write"],
        validate=validate.Length(min=1, max=2),
    )


class LogIn(LogInBody):
    address = fields.String(load_default="")


class Token(Schema):
    token = fields.String(required=True, validate=validate.Length(max=200))


class RequestResetBody(Schema):
    email = Email(required=True)


class RequestReset(RequestResetBody):
    address = fields.String(load_default="")


class Reset(Token):
    password = fields.String(required=True, validate=PASSWORD, load_only=True)


class DeleteMe(Schema):
    password = fields.String(required=True, validate=validate.Length(max=200), load_only=True)


class SessionId(Schema):
    session_id = fields.UUID(required=True)


class Account(Schema):
    account_id = fields.UUID(attribute="id")
    email = fields.String()
    first_name = fields.String()
    last_name = fields.String()
    phone = fields.String(allow_none=True)
    language = fields.String()
    second_email = fields.String(allow_none=True)
    email_verified = fields.Boolean()
    version = fields.Integer()


class OpenedSession(Schema):
    """`token` is shown this once; send it as `Authorization: Bearer …`."""

    token = fields.String()
    session_id = fields.UUID()
    account_id = fields.UUID()
    scopes = fields.List(fields.String())
    expires_at = fields.AwareDateTime()


class Identity(Schema):
    account_id = fields.UUID()
    session_id = fields.UUID()
    first_name = fields.String()
    last_name = fields.String()
    language = fields.String()
    scopes = fields.List(fields.String())


class SessionFacts(Schema):
    session_id = fields.UUID(attribute="id")
    label = fields.String()
    scopes = fields.List(fields.String())
    opened_at = fields.AwareDateTime()
    expires_at = fields.AwareDateTime()


class Sessions(Schema):
    items = fields.List(fields.Nested(SessionFacts))


class Done(Schema):
    done = fields.Boolean()
