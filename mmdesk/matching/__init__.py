"""CLIP, Chinese-CLIP and SigLIP: how well texts fit a picture.

Everything but :mod:`mmdesk.matching.local`, :mod:`mmdesk.matching.checkpoint` and what those need
imports torch and transformers.
"""
