"""The English sentences of the starter: every wording of every question, and the answers.

In question templates `[a|b]` is a choice and `{slot}` is filled by `grammar_en.forms`. The first
template of each kind, and the first choice in it, is the textbook form.
"""

from __future__ import annotations

PIC = "[picture|image|picture|image|photo|drawing]"
COL = "[color|colour]"
WHATS = "[what is|what's|whats]"

QUESTIONS: dict[str, tuple[str, ...]] = {
    "colour": (
        f"what {COL} is {{the_noun}}",
        f"what {COL} is {{the_noun}}",
        f"{WHATS} the {COL} of {{the_noun}}",
        f"which {COL} is {{the_noun}}",
        f"what {COL} does {{the_noun}} have",
        f"tell me the {COL} of {{the_noun}}",
        f"{{the_noun}} is what {COL}",
    ),
    "colour_at": (
        f"what {COL} is the [shape|thing|object|figure] {{at_cell}}",
        f"{WHATS} the {COL} of the [shape|thing|object] {{at_cell}}",
        f"what {COL} is the {{cell}} [shape|one|object]",
    ),
    "background": (
        f"what {COL} is the background",
        f"what {COL} is the background",
        f"{WHATS} the [background {COL}|{COL} of the background]",
        f"{WHATS} the {COL} behind the shapes",
        f"which {COL} is the background",
        f"what {COL} is the background of [the|this] {PIC}",
        f"what background {COL} does [the|this] {PIC} have",
    ),
    "what_at": (
        "what is {at_cell}",
        f"[what is|what's] {{at_cell}} [|of the {PIC}]",
        "what do you see {at_cell}",
        "what [object|thing] is {at_cell}",
        f"what is [there|shown|drawn] {{at_cell}} [|of the {PIC}]",
        "is there anything {at_cell} and what is it",
    ),
    "shape_at": (
        "what shape is {at_cell}",
        f"[what|which] shape is {{at_cell}} [|of the {PIC}]",
        "what shape do you see {at_cell}",
        f"{WHATS} the shape {{at_cell}}",
        "what is the {cell} shape",
    ),
    "shape_of": (
        "what shape is the {colour} [one|thing|object]",
        "which shape is {colour}",
        "what is the {colour} [thing|object|shape]",
    ),
    "place": (
        "where is {the_noun}",
        "[where is|where's|wheres] {the_noun}",
        f"where [in the {PIC}|] is {{the_noun}}",
        "[where can i find|find|where do you see|locate] {the_noun}",
        f"[what|in what|in which] [part|corner|area] of the {PIC} is {{the_noun}}",
        "[what|which] position is {the_noun} in",
    ),
    "count_all": (
        "how many shapes are there",
        f"how many [shapes|objects|things|figures|items] are [there|in the {PIC}|in this {PIC}]",
        "how many [shapes|objects|things|figures|items] [do you see|can you see|can you count]",
        f"count the [shapes|objects|things|figures|items] [|in the {PIC}]",
        "[what is|what's] the number of [shapes|objects|figures]",
        "how many [shapes|objects] [in total|altogether|overall|]",
    ),
    "count_kind": (
        "how many {nouns} are there",
        f"how many {{nouns}} are [there|in the {PIC}|there in the {PIC}]",
        "how many {nouns} [do you see|can you see|can you count|]",
        f"count the {{nouns}} [|in the {PIC}]",
        "[what is|what's] the number of {nouns}",
    ),
    "exists": (
        "is there {a_noun}",
        f"is there {{a_noun}} [|in the {PIC}|in this {PIC}|here]",
        "[do you see|can you see] {a_noun}",
        f"does [the|this] {PIC} [have|contain|show] {{a_noun}}",
        "are there any {nouns}",
        "any {nouns} [|here|there]",
    ),
    "exists_at": (
        "is there {a_noun} {at_cell}",
        "do you see {a_noun} {at_cell}",
        "is {a_noun} {at_cell}",
    ),
    "is_colour": ("is {the_noun} {colour}", f"is the {COL} of {{the_noun}} {{colour}}"),
    "describe": (
        f"describe the {PIC}",
        f"[describe|please describe] [the|this] {PIC} [|in one sentence|briefly]",
        f"what is [in|on|shown in] [the|this] {PIC}",
        f"[what's|whats] in [the|this] {PIC}",
        "what do you see [|here]",
        f"what can you see [|in the {PIC}]",
        f"what does [the|this] {PIC} show",
        f"[tell me|say] what is in [the|this] {PIC}",
        f"[what shapes|which shapes] [are there|do you see|are in the {PIC}]",
        "describe it",
    ),
    "size": (
        "is {the_noun} big or small",
        "is {the_noun} [big or small|small or big|large or small]",
        "what size is {the_noun}",
        "how [big|large] is {the_noun}",
    ),
    "filled": (
        "is {the_noun} filled or outlined",
        "is {the_noun} [filled or an outline|solid or outlined|filled or empty|filled or hollow]",
    ),
    "left_of": (
        "is {the_noun} left of {the_other}",
        "is {the_noun} [to the left of|on the left of|left of|further left than] {the_other}",
    ),
    "right_of": (
        "is {the_noun} right of {the_other}",
        "is {the_noun} [to the right of|on the right of|right of|further right than] {the_other}",
    ),
    "above": (
        "is {the_noun} above {the_other}",
        "is {the_noun} [above|higher than|over|further up than] {the_other}",
    ),
    "below": (
        "is {the_noun} below {the_other}",
        "is {the_noun} [below|lower than|under|beneath|further down than] {the_other}",
    ),
    "which_left": (
        "which is further left, {the_noun} or {the_other}",
        "[which|what] is [further left|more to the left|on the left], {the_noun} or {the_other}",
    ),
    "which_right": (
        "which is further right, {the_noun} or {the_other}",
        "[which|what] is [further right|more to the right|on the right], {the_noun} or {the_other}",
    ),
    "which_above": (
        "which is higher, {the_noun} or {the_other}",
        "[which|what] is [higher|further up|above], {the_noun} or {the_other}",
    ),
    "which_below": (
        "which is lower, {the_noun} or {the_other}",
        "[which|what] is [lower|further down|below], {the_noun} or {the_other}",
    ),
    "what_left": (
        "what is left of {the_noun}",
        "[what is|what's] [to the |on the |]left of {the_noun}",
    ),
    "what_right": (
        "what is right of {the_noun}",
        "[what is|what's] [to the |on the |]right of {the_noun}",
    ),
    "what_above": ("what is above {the_noun}", "[what is|what's] [above|over] {the_noun}"),
    "what_below": ("what is below {the_noun}", "[what is|what's] [below|under|beneath] {the_noun}"),
    # two pictures
    "more": (
        "which picture has more {nouns}",
        "which [picture|image|one] [has|contains|shows] more {nouns}",
        "are there more {nouns} in the first or the second [picture|image]",
        "[where are|in which picture are] there more {nouns}",
    ),
    "which_has": (
        "which picture has {a_noun}",
        "which [picture|image|one] [has|contains|shows] {a_noun}",
        "in which [picture|image] is there {a_noun}",
        "is {a_noun} in the first or the second [picture|image]",
    ),
    "colour_in": (
        "what color is {the_noun} in the {nth} picture",
        f"what {COL} is {{the_noun}} in the {{nth}} [picture|image|one]",
        f"in the {{nth}} [picture|image], what {COL} is {{the_noun}}",
    ),
    "count_in": (
        "how many {nouns} are in the {nth} picture",
        "how many {nouns} are [in|there in] the {nth} [picture|image|one]",
        "count the {nouns} in the {nth} [picture|image]",
    ),
    "background_in": (
        "what color is the background of the {nth} picture",
        f"what {COL} is the background [of|in] the {{nth}} [picture|image|one]",
        f"{WHATS} the background {COL} of the {{nth}} [picture|image]",
    ),
    "place_in": (
        "where is {the_noun} in the {nth} picture",
        "[where is|where's] {the_noun} in the {nth} [picture|image|one]",
        "in the {nth} [picture|image], where is {the_noun}",
    ),
    # follow-ups
    "then_place": (
        "and where is it",
        "[and|] [where is it|where's it|where is that]",
        "where [in the picture|] is it",
        "where",
    ),
    "then_colour": (
        "and what color is it",
        f"[and|] what {COL} is [it|that|that one]",
        f"[what is|what's] its {COL}",
        f"[what|which] {COL}",
    ),
    "then_other": ("and {the_noun}", "[and|what about|how about|and what about] {the_noun}"),
    "then_nouns": (
        "and how many {nouns}",
        "[and|] how many {nouns} [|are there]",
        "[and|what about|how about|and] {nouns}",
    ),
}

ANSWERS: dict[str, str] = {
    "colour": "it is {colour}.",
    "thing": "{a_noun}.",
    "the_thing": "the {noun}.",
    "nothing_there": "there is nothing there.",
    "nothing_else": "nothing.",
    "place": "{cell}.",
    "count": "{there_are}.",
    "missing": "there is no {noun}.",
    "yes": "yes.",
    "no": "no.",
    "has": "yes.",
    "has_not": "no.",
    "describe": "{listing} on a {colour} background.",
    "empty": "an empty {colour} picture.",
    "size": "it is {size}.",
    "filled": "it is filled.",
    "outlined": "it is outlined.",
    "first": "the first picture.",
    "second": "the second picture.",
    "same": "both have the same number.",
    "both": "both pictures.",
    "neither": "neither picture.",
    "no_picture": "I see no picture. Add one and ask me about it.",
    "unknown": (
        "I don't know this. I know drawn shapes, printed words, small tables and bar charts. "
        "For more, choose a larger model in Settings, Model."
    ),
}
