"""The Chinese sentences of the starter; same keys and same notation as `sentences_en`."""

from __future__ import annotations

PIC = "[图|图片|图|图片|画面|照片]"
IN = "[" + "|".join(PIC + end for end in ("里", "中", "里面", "上")) + "|]"

QUESTIONS: dict[str, tuple[str, ...]] = {
    "colour": (
        "{noun}是什么颜色",
        "{noun}是[什么|啥|哪种]颜色[|的]",
        "{noun}的颜色是什么",
        f"{IN}{{noun}}是什么颜色",
        "{noun}什么颜色",
    ),
    "colour_at": (
        "{cell}的图形是什么颜色",
        "{cell}[的|那个|的那个][图形|形状|东西]是[什么|啥]颜色[|的]",
        "{cell}是什么颜色的[图形|形状]",
    ),
    "background": (
        "背景是什么颜色",
        "背景是[什么|啥|哪种]颜色[|的]",
        "背景的颜色是什么",
        f"[这张|这幅|]{PIC}的背景是什么颜色",
        "背景色是什么",
        "背景什么颜色",
        "底色是什么",
    ),
    "what_at": (
        "{cell}有什么",
        "{cell}[是什么|有什么东西|有什么|有啥|画了什么]",
        f"{PIC}的{{cell}}[有|是]什么",
        "[在|]{cell}你看到了什么",
    ),
    "shape_at": (
        "{cell}是什么形状",
        "{cell}[是|有][什么|哪种][形状|图形]",
        "{cell}的[形状|图形]是什么",
        f"{PIC}的{{cell}}是什么形状",
    ),
    "shape_of": (
        "{colour}的是什么形状",
        "{colour}的[东西|图形|那个]是什么[形状|图形|]",
        "哪个[形状|图形]是{colour}的",
    ),
    "place": (
        "{noun}在哪里",
        "{noun}在[哪里|哪儿|哪|什么位置|什么地方]",
        f"{{noun}}在{PIC}[的|]什么[位置|地方]",
        "{noun}的位置[是|在]哪里",
        "[找出|找一下]{noun}",
        f"{IN}{{noun}}在哪里",
    ),
    "count_all": (
        "有几个图形",
        f"{IN}[一共|总共|]有[几个|多少个|多少][图形|形状|东西|物体]",
        "[数一数|数一下][图形|形状|有几个图形|有多少个图形]",
        "图形有几个",
        "[能|你能]看到几个图形",
    ),
    "count_kind": (
        "有几个{noun}",
        f"{IN}[一共|]有[几个|多少个|多少]{{noun}}",
        "{noun}有[几个|多少个|多少]",
        "[数一数|数一下]{noun}",
        "[能|你能]看到几个{noun}",
    ),
    "exists": (
        "有{noun}吗",
        f"{IN}有{{noun}}[吗|么]",
        f"{IN}有没有{{noun}}",
        "[你|]能看到{noun}吗",
        "存在{noun}吗",
    ),
    "exists_at": (
        "{cell}有{noun}吗",
        "{cell}有没有{noun}",
    ),
    "is_colour": (
        "{noun}是{colour}[的|]吗",
        "{noun}的颜色是{colour}吗",
        "{noun}是不是{colour}[的|]",
    ),
    "describe": (
        "描述这张图片",
        f"[请|][描述|描述一下|形容一下|说说|介绍一下][这张|这幅|]{PIC}",
        f"[这张|这幅|]{PIC}[里|上|中]有什么",
        f"{PIC}[里|上]有[些什么|什么东西|啥]",
        "你看到了什么",
        f"用一句话描述[这张|]{PIC}",
        f"{PIC}里有哪些[图形|形状]",
        "有哪些图形",
        "画了什么",
    ),
    "size": (
        "{noun}是大的还是小的",
        "{noun}[大还是小|是大还是小|是大的还是小的]",
        "{noun}[有多大|多大]",
    ),
    "filled": (
        "{noun}是实心的还是空心的",
        "{noun}是[实心还是空心|空心还是实心|实心的还是空心的]",
    ),
    "left_of": (
        "{noun}在{other}的左边吗",
        "{noun}[在|是不是在|是在]{other}[的|][左边|左侧|左面]吗",
    ),
    "right_of": (
        "{noun}在{other}的右边吗",
        "{noun}[在|是不是在|是在]{other}[的|][右边|右侧|右面]吗",
    ),
    "above": (
        "{noun}在{other}的上面吗",
        "{noun}[在|是不是在|是在]{other}[的|][上面|上方|上边]吗",
    ),
    "below": (
        "{noun}在{other}的下面吗",
        "{noun}[在|是不是在|是在]{other}[的|][下面|下方|下边]吗",
    ),
    "which_left": (
        "{noun}和{other}哪个更靠左",
        "{noun}[和|跟|与]{other}[哪个|哪一个][更靠左|更左|在左边]",
    ),
    "which_right": (
        "{noun}和{other}哪个更靠右",
        "{noun}[和|跟|与]{other}[哪个|哪一个][更靠右|更右|在右边]",
    ),
    "which_above": (
        "{noun}和{other}哪个更靠上",
        "{noun}[和|跟|与]{other}[哪个|哪一个][更靠上|更高|在上面]",
    ),
    "which_below": (
        "{noun}和{other}哪个更靠下",
        "{noun}[和|跟|与]{other}[哪个|哪一个][更靠下|更低|在下面]",
    ),
    "what_left": ("{noun}的左边是什么", "{noun}[的|][左边|左侧|左面][是什么|有什么]"),
    "what_right": ("{noun}的右边是什么", "{noun}[的|][右边|右侧|右面][是什么|有什么]"),
    "what_above": ("{noun}的上面是什么", "{noun}[的|][上面|上方|上边][是什么|有什么]"),
    "what_below": ("{noun}的下面是什么", "{noun}[的|][下面|下方|下边][是什么|有什么]"),
    "more": (
        "哪张图的{noun}更多",
        "哪[张|一张|幅][图|图片][的|里|里的|中的]{noun}[更多|比较多|多]",
        "{noun}在哪张图[里|][更多|比较多]",
        "第一张和第二张哪张的{noun}多",
    ),
    "which_has": (
        "哪张图有{noun}",
        "哪[张|一张|幅][图|图片][有|里有|中有]{noun}",
        "{noun}在哪[张|一张][图|图片][里|]",
    ),
    "colour_in": (
        "{nth}图里的{noun}是什么颜色",
        "{nth}[图|图片][里|中|]的{noun}是[什么|啥]颜色",
    ),
    "count_in": (
        "{nth}图里有几个{noun}",
        "{nth}[图|图片][里|中|][一共|]有[几个|多少个]{noun}",
        "数一数{nth}图[里|]的{noun}",
    ),
    "background_in": (
        "{nth}图的背景是什么颜色",
        "{nth}[图|图片]的[背景|底色]是什么颜色",
        "{nth}[图|图片]的背景色是什么",
    ),
    "place_in": (
        "{nth}图里的{noun}在哪里",
        "{nth}[图|图片][里|中|]的{noun}在[哪里|哪儿|什么位置]",
    ),
    "then_place": (
        "它在哪里",
        "[那|那么|]它[在哪里|在哪儿|在哪|在什么位置]",
        "在[哪里|哪儿|哪]",
        "那它在哪",
    ),
    "then_colour": (
        "它是什么颜色",
        "[那|那么|]它是[什么|啥]颜色[|的]",
        "[是|]什么颜色[|的]",
        "它的颜色[呢|是什么]",
    ),
    "then_other": ("{noun}呢", "[那|那么|]{noun}呢"),
    "then_nouns": ("{noun}有几个", "[那|那么|]{noun}[呢|有几个|有多少个|有几个呢]"),
}

ANSWERS: dict[str, str] = {
    "colour": "是{colour}。",
    "thing": "{noun}。",
    "the_thing": "{noun}。",
    "nothing_there": "那里什么都没有。",
    "nothing_else": "什么都没有。",
    "place": "{cell}。",
    "count": "{there_are}。",
    "missing": "没有{noun}。",
    "yes": "是的。",
    "no": "不是。",
    "has": "有。",
    "has_not": "没有。",
    "describe": "{colour}背景上，{listing}。",
    "empty": "一张空的{colour}图片。",
    "size": "是{size}。",
    "filled": "是实心的。",
    "outlined": "是空心的。",
    "first": "第一张图。",
    "second": "第二张图。",
    "same": "一样多。",
    "both": "两张图都有。",
    "neither": "两张图都没有。",
    "no_picture": "我没有看到图片。请先添加一张图片再提问。",
    "unknown": (
        "这个我不知道。我认识画出来的图形、印刷的文字、小表格和柱状图。"
        "想知道更多，请在“设置”的“模型”里选择更大的模型。"
    ),
}
