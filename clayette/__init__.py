"""The command line of the suite."""

import warnings

# nameko stands on eventlet; its advice is for new projects and would greet every start
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
