"""Photos: their bytes travel as base64 between gateway and service."""

from marshmallow import Schema, fields, validate

from shared.fields import MOST_PHOTO_BYTES, Base64, ExactInteger


class PhotoOfProduct(Schema):
    product_id = fields.UUID(required=True)
    content = Base64(required=True, validate=validate.Length(max=MOST_PHOTO_BYTES))


class PhotoOfFarm(Schema):
    producer_id = fields.UUID(required=True)
    content = Base64(required=True, validate=validate.Length(max=MOST_PHOTO_BYTES))


class PhotoId(Schema):
    photo_id = fields.UUID(required=True)


class PhotoBackBody(Schema):
    """`place`: where it is to stand among the farm's photos; 0 is in front."""

    place = ExactInteger(required=True, validate=validate.Range(min=0))


class PhotoBack(PhotoBackBody, PhotoId):
    pass


class PhotoSize(Schema):
    """`small`: 400 pixels a side at the most, for lists."""

    small = fields.Boolean(load_default=False)


class PhotoWanted(PhotoId, PhotoSize):
    pass


class PhotoKept(Schema):
    """Seen at /photos/{photo_id}; another picture has another id."""

    photo_id = fields.UUID()


class PhotoGone(PhotoKept):
    """`place`: where it stood among the farm's photos, and can be put back for an hour; null of a product's."""

    gone = fields.Boolean()
    place = fields.Integer(allow_none=True)


class Photo(PhotoKept):
    """`content`: a WebP as base64."""

    content = fields.String()
