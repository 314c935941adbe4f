"""Untrusted bytes to canonical pictures and sound, decoded in a limited child process.

The parent's half (:mod:`~mmdesk.media.reader`) imports neither Pillow nor a sound library; the
child's half (:mod:`~mmdesk.media.child`) alone reads foreign bytes.
"""
