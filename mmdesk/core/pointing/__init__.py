"""Where an answer points: each family's way of writing boxes and points, read into marks.

:mod:`~mmdesk.core.pointing.conventions` says who writes how, :mod:`~mmdesk.core.pointing.reading`
finds the marks in an answer. All of it is text and numbers; whose picture's pixels they are is
:mod:`mmdesk.core.evidence`'s.
"""
