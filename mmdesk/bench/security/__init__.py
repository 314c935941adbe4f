"""``mmdesk bench security``: what hostile pictures, archives and texts can do, counted."""
