"""The choices that forms offer."""

from marshmallow import Schema, fields


class Choice(Schema):
    code = fields.String()
    fr = fields.String()
    en = fields.String()


class Category(Choice):
    vat_bp = fields.Integer()


class Group(Choice):
    categories = fields.List(fields.Nested(Category))


class Unit(Choice):
    by_weight = fields.Boolean()


class Taxonomy(Schema):
    groups = fields.List(fields.Nested(Group))
    units = fields.List(fields.Nested(Unit))
    content_units = fields.List(fields.String())
    allergens = fields.List(fields.Nested(Choice))
    labels = fields.List(fields.Nested(Choice))
    vat_rates = fields.List(fields.Integer())
