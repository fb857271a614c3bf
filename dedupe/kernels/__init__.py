"""Every numba kernel; nothing else imports numba."""
