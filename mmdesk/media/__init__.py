"""Untrusted bytes to canonical pictures, decoded in a limited child process.

The parent's half (:mod:`~mmdesk.media.reader`) never imports Pillow; the child's half
(:mod:`~mmdesk.media.child`) alone reads foreign bytes.
"""
