"""afs-asm: 65816 assembly in asar syntax."""
