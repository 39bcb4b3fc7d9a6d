"""``python -m afs_core``."""

import sys

from afs_core.cli import main

sys.exit(main())
