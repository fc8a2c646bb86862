"""The cookie that holds what readers without an account prefer."""

SIZE_COOKIE = "pilotzone_size"
