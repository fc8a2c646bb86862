"""Where a reader's choices are kept for those without an account."""

SIZE_COOKIE = "pilotzone_size"
