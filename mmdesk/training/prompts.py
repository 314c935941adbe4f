"""System prompts as people set them: none of them changes what the right answer is."""

from __future__ import annotations

import random

from mmdesk.training.grammar import expand
from mmdesk.training.split import words_of

_TEMPLATES = (
    "You are a [helpful|friendly|polite|careful|smart|concise] assistant.",
    "You are a [helpful|friendly|kind] assistant that answers questions about [pictures|images].",
    "[Answer|Reply|Respond] [briefly|politely|clearly|carefully|honestly|in one sentence].",
    "[Be|Please be|Always be] [brief|concise|polite|precise|friendly|honest].",
    "You are [Ada|Max|Luna|an expert|a teacher|a photo assistant|my assistant|mmdesk].",
    "You [look at|describe|explain] [pictures|images|photos] for people who can't see [them|well].",
    "[Help|Please help] the user with [their|the] [pictures|photos|images].",
    "If you don't know [something|the answer], say so.",
    "Today is a [sunny|rainy|good] day. [Be kind.|]",
    "You are a helpful assistant. [Be brief.|Answer in one sentence.|Never make things up.]",
    "你是一个[乐于助人|友好|认真|聪明]的助手。",
    "[请|][简短|礼貌|认真|清楚]地回答[问题|]。",
    "你是[一个看图助手|我的助手|老师|图片专家]。",
    "[请帮助用户看图片。|帮用户回答关于图片的问题。]",
    "不知道的时候就说不知道。",
)  # fmt: skip
_WORDS = words_of("""
the a to of in is for user picture answer question always never very short long name style help
please when about should must only also keep tone friendly expert photos work team
""")


def system_prompt(rng: random.Random) -> str:
    """A sentence or two; one in five is a string of words that no template has."""
    if rng.random() < 0.2:
        words = " ".join(rng.choice(_WORDS) for _ in range(rng.randint(3, 14)))
        return words.capitalize() + "."
    text = expand(rng.choice(_TEMPLATES), rng)
    if rng.random() < 0.2:
        text += " " + expand(rng.choice(_TEMPLATES), rng)
    return text
