"""Green threads for the whole test process, as in the embedded set-up; the fixtures are in tests/support."""

import warnings

warnings.filterwarnings("ignore", category=DeprecationWarning)
import eventlet

eventlet.monkey_patch()

from shared.messaging import embedded

embedded.mend()

from tests.support.fixtures import *  # noqa: F403 - pytest finds fixtures by name in this module
from tests.support.suite import suite  # noqa: F401
