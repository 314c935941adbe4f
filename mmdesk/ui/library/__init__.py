"""The Models page: the catalogue, what is on this computer, and the servers.

Only ``page`` is imported from outside, when the page is first asked for.
"""
