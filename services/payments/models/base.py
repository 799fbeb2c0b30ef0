"""What every table of payments has."""

from shared.db import Model, new_metadata
from shared.messaging import tables as messaging


class Base(Model):
    __abstract__ = True
    metadata = new_metadata(messaging.metadata)
