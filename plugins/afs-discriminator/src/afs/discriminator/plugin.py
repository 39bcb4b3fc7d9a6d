"""What afs-discriminator offers."""

from __future__ import annotations
