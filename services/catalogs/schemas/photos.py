"""Photos: their bytes travel as base64 between gateway and service."""

import base64
import binascii
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from shared.fields import MOST_PHOTO_BYTES


class Base64(fields.String):
    """Bytes, written as base64."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise ValidationError("Not base64.") from None


class PhotoOfProduct(Schema):
    product_id = fields.UUID(required=True)
    content = Base64(required=True, validate=validate.Length(max=MOST_PHOTO_BYTES))


class PhotoOfFarm(Schema):
    producer_id = fields.UUID(required=True)
    content = Base64(required=True, validate=validate.Length(max=MOST_PHOTO_BYTES))


class PhotoId(Schema):
    photo_id = fields.UUID(required=True)


class PhotoKept(Schema):
    """Seen at /photos/{photo_id}; another picture has another id."""

    photo_id = fields.UUID()


class PhotoGone(PhotoKept):
    gone = fields.Boolean()


class Photo(PhotoKept):
    """`content`: a WebP as base64."""

    content = fields.String()
