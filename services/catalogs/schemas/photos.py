"""Photos: their bytes travel as base64 between gateway and service."""

from marshmallow import Schema, fields, validate

from shared.fields import MOST_PHOTO_BYTES, Base64


class PhotoOfProduct(Schema):
    product_id = fields.UUID(required=True)
    content = Base64(required=True, validate=validate.Length(max=MOST_PHOTO_BYTES))


class PhotoOfFarm(Schema):
    producer_id = fields.UUID(required=True)
    content = Base64(required=True, validate=validate.Length(max=MOST_PHOTO_BYTES))


class PhotoId(Schema):
    photo_id = fields.UUID(required=True)


class PhotoSize(Schema):
    """`small`: 400 pixels a side at the most, for lists."""

    small = fields.Boolean(load_default=False)


class PhotoWanted(PhotoId, PhotoSize):
    pass


class PhotoKept(Schema):
    """Seen at /photos/{photo_id}; another picture has another id."""

    photo_id = fields.UUID()


class PhotoGone(PhotoKept):
    gone = fields.Boolean()


class Photo(PhotoKept):
    """`content`: a WebP as base64."""

    content = fields.String()
