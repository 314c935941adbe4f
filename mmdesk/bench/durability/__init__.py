"""``mmdesk bench durability``: what conversations survive, counted in faults made on purpose."""
