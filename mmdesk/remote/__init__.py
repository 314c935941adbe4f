"""OpenAI-compatible servers: whatever comes from them is hostile until it is proven harmless.

``openai``, ``httpx2``, ``httpcore2`` and ``keyring`` take a while to import: only
:mod:`~mmdesk.remote.servers` may be imported early, and it imports them in the job that needs them.
"""
