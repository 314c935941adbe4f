"""The starter's special tokens and their ids."""

SPECIAL = ("<|pad|>", "<|end|>", "<|user|>", "<|assistant|>", "<|system|>", "<image>")
PAD, END, USER, ASSISTANT, SYSTEM, IMAGE = range(6)
