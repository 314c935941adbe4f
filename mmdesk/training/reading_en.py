"""The English sentences about boxes, printed words, tables, charts and flowcharts.

Same notation as `sentences_en`. What is printed stands between “ and ” in an answer: there the
tokenizer takes one letter at a time. These sentences aren't the speech model's.
"""

from __future__ import annotations

from mmdesk.training.sentences_en import PIC, WHATS

SIGN = "[sign|label|button|text|word|sign|writing]"

QUESTIONS: dict[str, tuple[str, ...]] = {
    "point": (
        "show me {the_noun}",
        f"show me {{the_noun}} [|in the {PIC}]",
        "[point at|point to|highlight|mark|outline] {the_noun}",
        "[draw|put] a box [around|on] {the_noun}",
        "[give|show] me the [bounding box|box|coordinates] of {the_noun}",
        "where is {the_noun}[?|,|] show [me|it]",
        "[what are|tell me] the coordinates of {the_noun}",
        "can you show me {the_noun}",
    ),
    "point_all": (
        "show me all {nouns}",
        "[show me|show] [all|all the|every one of the|all of the] {nouns}",
        f"find [all|all the] {{nouns}} [|in the {PIC}]",
        "[point at|point to|highlight|mark|locate|detect|outline] [all|all the|the] {nouns}",
        "[draw|put] [a box around each of the|boxes around all|boxes around the] {nouns}",
        "where are [the|all the] {nouns}",
        "find the {nouns}",
        "[give|show] me the [boxes|bounding boxes|coordinates] of [all|the] {nouns}",
    ),
    "read": (
        "what does it say",
        f"what does [it|the {PIC}|the {SIGN}|this] say",
        f"what is written [|here|there|in the {PIC}|on the {SIGN}]",
        f"read [it|this|the {SIGN}|the {SIGN}|what is written] [|to me|out loud]",
        f"what [text|word|words|writing] [is in the {PIC}|do you see|is there|is shown]",
        f"[can you read|please read] [this|it|the {SIGN}]",
        f"{WHATS} [written|printed] [here|there|on it|in the {PIC}]",
        "[what text is this|what word is this|which word is it|transcribe the text]",
        f"read [the text|all the text|all text] in the {PIC}",
    ),
    "read_at": (
        "what is written {at_cell}",
        f"what does the {SIGN} {{at_cell}} say",
        f"[read|read out] the {SIGN} {{at_cell}}",
        "what [text|word] is {at_cell}",
    ),
    "read_on": (
        "what does the {colour} sign say",
        "what does the {colour} [sign|label|button] say",
        "what is written on the {colour} [sign|label|button|background]",
        "read the {colour} [sign|label|button]",
    ),
    "has_text": (
        "is there any text",
        f"is there [any|some] [text|writing] [|in the {PIC}|here]",
        f"is anything [written|printed] [here|there|in the {PIC}]",
        "[do you see|can you see] any [text|words|writing]",
    ),
    "first_letter": (
        "what is the first letter",
        "[what is|what's|which is] the first letter [|of the word|on the sign]",
        "what letter does [it|the word] [start|begin] with",
    ),
    "last_letter": (
        "what is the last letter",
        "[what is|what's|which is] the last letter [|of the word|on the sign]",
        "what letter does [it|the word] end with",
    ),
    "cell": (
        "what is in row {row}, column {column}",
        "[what is|what's] in row {row}[,|] [and|] column {column}",
        "[what is|what's|read] the [value|cell|entry] in row {row}[,|] column {column}",
        "what [does row|stands in row] {row}[,|] column {column} [say|]",
        "[what is|what's] in the {row_nth} row [and|and the|,] {column_nth} column",
        "[what is|what's] in column {column}[,|] row {row}",
    ),
    "largest": (
        "which value is the largest",
        "which [value|number] is the [largest|biggest|highest|greatest]",
        "[what is|what's] the [largest|biggest|highest|maximum] [value|number] [|in the table]",
        "find the [largest|highest] [value|number]",
    ),
    "smallest": (
        "which value is the smallest",
        "which [value|number] is the [smallest|lowest|least]",
        "[what is|what's] the [smallest|lowest|minimum] [value|number] [|in the table]",
    ),
    "most": (
        "which row has the largest value",
        "which [row|one|name|entry] has the [largest|biggest|highest|most] [value|number]",
        "[who|which] has the most",
    ),
    "least": (
        "which row has the smallest value",
        "which [row|one|name|entry] has the [smallest|lowest|least] [value|number]",
        "[who|which] has the least",
    ),
    "value_of": (
        "what is the value of {name}",
        "[what is|what's] the [value|number] [of|for] {name}",
        "how [much|many] is {name}",
        "what does {name} [have|say]",
        "[what is|what's] next to {name}",
    ),
    "value_in_column": (
        "what is the value of {name} in column {column}",
        "[what is|what's] the [value|number] [of|for] {name} in column {column}",
        "what does {name} have in [column {column}|the {column_nth} column]",
    ),
    "rows": (
        "how many rows are there",
        "how many rows [are there|does the table have|does it have] [|in the table]",
    ),
    "columns": (
        "how many columns are there",
        "how many columns [are there|does the table have|does it have] [|in the table]",
    ),
    "tallest": (
        "which bar is the tallest",
        "which bar is the [tallest|largest|highest|biggest|longest]",
        "[what is|what's] the [tallest|largest|highest] bar",
        "which [one|bar] has the [largest|highest|greatest] value",
    ),
    "shortest": (
        "which bar is the shortest",
        "which bar is the [shortest|smallest|lowest]",
        "[what is|what's] the [shortest|smallest|lowest] bar",
        "which [one|bar] has the [smallest|lowest|least] value",
    ),
    "bar_value": (
        "what is the value of bar {name}",
        "[what is|what's] the value of [bar|] {name}",
        "how [high|tall|big|large] is [bar|] {name}",
        "what value does [bar|] {name} [have|show|reach]",
        "how much is {name}",
    ),
    "taller": (
        "is {name} taller than {other_name}",
        "is [bar|] {name} [taller|higher|larger|bigger|greater] than [bar|] {other_name}",
    ),
    "bars": (
        "how many bars are there",
        "how many bars [are there|does the chart have|do you see|are in the chart]",
        "count the bars",
    ),
    "after": (
        "what comes after {name}",
        "what [comes|happens|is] [right|] after {name}",
        "[what follows|which step follows|which step comes after] {name}",
        "[what is|what's] [next after|the step after|the next step after] {name}",
        "where does the arrow from {name} [go|point]",
    ),
    "before": (
        "what comes before {name}",
        "what [comes|happens|is] [right|] before {name}",
        "[which step comes|what is the step] before {name}",
    ),
    "first_step": (
        "what is the first step",
        "[what is|what's|which is] the first [step|box]",
        "where does [it|the flowchart|the chart] [start|begin]",
        "what comes first",
    ),
    "last_step": (
        "what is the last step",
        "[what is|what's|which is] the last [step|box]",
        "where does [it|the flowchart|the chart] end",
        "what comes last",
    ),
}

ANSWERS: dict[str, str] = {
    "describe_says": "{listing} on a {colour} background. It says {texts}.",
    "empty_says": "a {colour} picture. It says {texts}.",
    "table_page": "a table with {rows} rows and {columns} columns.",
    "chart_page": "a bar chart with {number} bars.",
    "flow_page": "a flowchart with 3 boxes.",
    "place_box": "{cell}. {boxes}",
    "boxes": "{boxes}",
    "says": "it says {texts}.",
    "text": "“{text}”.",
    "number": "it is {number}.",
    "no_text": "there is no text.",
    "no_text_there": "there is no text there.",
    "rows": "there are {number} rows.",
    "columns": "there are {number} columns.",
    "bars": "there are {number} bars.",
}
