"""``python -m afs_core.cli``."""

import sys

from afs_core.cli import main

sys.exit(main())
