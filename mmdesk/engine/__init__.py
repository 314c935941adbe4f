"""The multimodal model: checking, loading, prompting and generating.

torch and transformers are imported by the first load, not by importing this package.
"""
