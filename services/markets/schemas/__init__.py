"""Shapes of what markets is asked and answers. `…Body` is what a person sends; the path adds the rest."""

from services.markets.schemas.catalogs import *  # noqa: F403
from services.markets.schemas.common import *  # noqa: F403 - one namespace for the door and the gateway
from services.markets.schemas.duty import *  # noqa: F403
from services.markets.schemas.markets import *  # noqa: F403
from services.markets.schemas.members import *  # noqa: F403
from services.markets.schemas.sales import *  # noqa: F403
