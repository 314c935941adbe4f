"""Pictures over the window: in full size, with a region marked, and two of them compared.

Only ``viewer`` is imported from outside, when the first picture is opened.
"""
