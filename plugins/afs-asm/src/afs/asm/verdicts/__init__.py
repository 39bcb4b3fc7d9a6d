"""What assembled code does, held against what it promises."""
