"""The process in which all models live: chat and speech, side by side on one device.

:mod:`mmdesk.inference.process` is the parent's side and imports neither torch nor transformers.
"""
