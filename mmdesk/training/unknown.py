"""Questions that the starter can't answer, in both languages, split between training and test.

Topics and whole questions numbered 0, 5, 10 ... are kept for the test; training never sees them.
Made-up words join the training split, so that an unknown word of any spelling means "I don't know".
"""

from __future__ import annotations

import random

from mmdesk.training.grammar import Lang, expand
from mmdesk.training.grammar_en import finish as finish_en
from mmdesk.training.grammar_zh import finish as finish_zh
from mmdesk.training.split import Split as Split
from mmdesk.training.split import part as part


def _words(text: str) -> list[str]:
    return text.split()


_TOPICS_EN = _words("""
dog cat car tree person house bird bicycle phone face hand table chair flower mountain river boat
train airplane bus truck horse cow sheep elephant bear zebra giraffe fish apple banana orange-juice
pizza cake bottle cup fork knife spoon bowl sandwich carrot clock book vase scissors toothbrush lamp
window door roof street bridge tower castle church cloud sun moon planet rocket robot computer
keyboard mouse screen laptop camera guitar piano violin drum ball bat racket ski kite hat shirt
shoe glove coat dress tie umbrella suitcase backpack wallet key coin ticket letter stamp flag map
tent poster logo medal barcode candle receipt ladder fence hexagon pentagon octagon arrow heart line
oval rectangle spiral cube sphere cylinder pyramid bucket rope needle planet price date tunnel
building garden park beach island forest desert lake waterfall volcano baby girl boy man woman
child doctor teacher player singer driver king queen soldier dragon unicorn snowman pumpkin
""")
_TOPICS_ZH = _words("""
狗 猫 汽车 树 人 房子 鸟 自行车 手机 脸 手 桌子 椅子 花 山 河 船 火车 飞机 公交车 卡车 马 牛 羊
大象 熊 斑马 长颈鹿 鱼 苹果 香蕉 披萨 蛋糕 瓶子 杯子 叉子 刀 勺子 碗 三明治 胡萝卜 钟 书 花瓶
剪刀 牙刷 灯 窗户 门 屋顶 街道 桥 塔 城堡 教堂 云 太阳 月亮 行星 火箭 机器人 电脑 键盘 鼠标 屏幕
相机 吉他 钢琴 小提琴 鼓 球 球拍 滑雪板 风筝 帽子 衬衫 鞋 手套 外套 裙子 领带 雨伞 行李箱 背包 钱包
钥匙 硬币 票 信 邮票 旗 地图 奖牌 海报 商标
帐篷 条形码 蜡烛 收据 梯子 六边形 五边形 八边形 箭头 心形
直线 椭圆 长方形 螺旋 立方体 球体 圆柱 金字塔 水桶 绳子 隧道 价格 日期 围栏 建筑 花园 公园 海滩 岛
森林 沙漠 湖 瀑布 火山 婴儿 女孩 男孩 男人 女人 孩子
医生 老师 球员 歌手 司机 国王 王后 士兵 龙 雪人 南瓜
""")
_ABOUT_EN = (
    "what [color|colour] is the {t}", "how many {t}s are there", "where is the {t}",
    "is there a {t} [|in the picture|in the image]", "do you see a {t}", "what is the {t} doing",
    "what brand is the {t}", "what kind of {t} is this", "how old is the {t}",
    "who owns the {t}", "how much does the {t} cost", "what is written on the {t}",
    "is the {t} left of the circle", "what is behind the {t}", "why is the {t} there",
    "who made the {t}", "which picture has more {t}s", "how tall is the {t}", "count the {t}s",
    "what is a {t}", "tell me about the {t}", "draw a {t}", "is this a {t}", "can you find the {t}",
    "read the {t}", "translate the {t}", "how do i fix a {t}", "write a poem about a {t}",
)  # fmt: skip
_ABOUT_ZH = (
    "{t}是什么颜色", "有几个{t}", "{t}在哪里", "[图里|]有{t}吗", "有没有{t}", "{t}在做什么",
    "{t}是什么牌子", "这是什么{t}", "{t}多大了", "{t}是谁的", "{t}多少钱", "{t}上写了什么",
    "{t}在圆形的左边吗", "{t}后面是什么", "为什么有{t}", "{t}是谁做的", "哪张图的{t}更多",
    "{t}有多高", "数一数{t}", "什么是{t}", "介绍一下{t}", "画一个{t}", "这是{t}吗", "读一下{t}",
    "怎么修{t}", "写一首关于{t}的诗", "翻译{t}",
)  # fmt: skip
_WHOLE_EN = (
    "who won the match", "what brand is it", "where was this photo taken", "who is this",
    "what time is it", "what is the weather like",
    "who painted this", "what is the capital of France",
    "what is two plus two", "what does the man say", "sing it to me", "is this picture real",
    "how old is this person", "what language is this", "what is the price", "who is the president",
    "write some code", "tell me a joke", "what happened here", "what happens next", "hello", "hi",
    "good morning", "how are you", "who are you", "what can you do", "thank you", "thanks",
    "what is your name", "help", "translate this into French", "summarise the document",
    "what is the meaning of life", "is he happy", "what are they doing", "when was this made",
    "what material is it", "how heavy is it", "is it expensive", "what does it smell like",
    "who took this picture", "is it day or night", "what season is it", "which country is this",
    "what font is this", "how do i get there", "what is the temperature", "can i eat this",
    "is it dangerous", "what should i do", "why", "who", "when did it happen", "how does it work",
    "sing a song", "play some music", "open the browser", "what is the score", "what is the answer",
    "solve this equation", "explain this chart", "what year is it", "is she smiling",
    "what emotion does this show", "what is the file size", "who is the author", "give me a recipe",
    "what movie is this", "what song is this", "which team is winning", "how far is it",
    "how fast is it", "what is the area of the circle", "make it bigger", "edit the picture",
    "what is the angle of the triangle", "asdf", "is this legal", "what game is this", "lol",
)  # fmt: skip
_WHOLE_ZH = (
    "谁赢了比赛", "这是什么牌子", "这张照片在哪里拍的", "这是谁", "现在几点", "天气怎么样",
    "这是谁画的", "法国的首都是哪里", "二加二等于几",
    "他说了什么", "唱一下这首歌", "这张图是真的吗",
    "这个人多大了", "这是什么语言", "多少钱", "总统是谁", "写一段代码", "讲个笑话", "发生了什么",
    "接下来会怎样", "你好", "早上好", "你好吗", "你是谁", "你能做什么", "谢谢", "你叫什么名字",
    "帮帮我", "翻译成英文", "总结这份文件", "人生的意义是什么", "他高兴吗", "他们在做什么",
    "这是什么时候做的", "这是什么材料", "它有多重", "它贵吗", "闻起来怎么样", "谁拍的照片",
    "是白天还是晚上", "这是什么季节", "这是哪个国家", "这是什么字体", "怎么去那里", "温度是多少",
    "这个能吃吗", "危险吗", "我该怎么办", "为什么", "谁", "什么时候发生的", "它是怎么工作的",
    "唱首歌", "放点音乐", "打开浏览器", "比分是多少", "答案是什么", "解这个方程", "解释这个图表",
    "今年是哪一年", "她在笑吗", "这表达了什么情绪", "文件多大", "作者是谁", "给我一个菜谱",
    "这是什么电影", "这是什么歌", "哪个队赢了", "有多远", "有多快", "圆形的面积是多少", "放大一点",
    "修改图片", "三角形的角度是多少", "哈哈", "这合法吗", "这是什么游戏", "明天会下雨吗",
)  # fmt: skip
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_HAN = (0x4E00, 0x9FA5)


def _invented(lang: Lang, rng: random.Random) -> str:
    if lang is Lang.ZH:
        return "".join(chr(rng.randint(*_HAN)) for _ in range(rng.randint(1, 3)))
    return "".join(rng.choice(_LETTERS) for _ in range(rng.randint(3, 9)))


def unknown_question(lang: Lang, rng: random.Random, split: Split) -> str:
    """A question in everyday words whose only right answer is the refusal."""
    english = lang is Lang.EN
    if rng.random() < 0.4:
        text = rng.choice(part(_WHOLE_EN if english else _WHOLE_ZH, split))
    else:
        topic = rng.choice(part(_TOPICS_EN if english else _TOPICS_ZH, split))
        if split is Split.TRAIN and rng.random() < 0.35:
            topic = _invented(lang, rng)
        about = expand(rng.choice(_ABOUT_EN if english else _ABOUT_ZH), rng)
        text = about.format(t=topic)
    return (finish_en if english else finish_zh)(text, rng)


def tokenizer_texts() -> list[str]:
    """The training split's own sentences, for the tokenizer to learn its words from."""
    texts = []
    for topics, about, whole in (
        (_TOPICS_EN, _ABOUT_EN, _WHOLE_EN),
        (_TOPICS_ZH, _ABOUT_ZH, _WHOLE_ZH),
    ):
        texts += part(whole, Split.TRAIN)
        shapes = [a.replace("[color|colour]", "color").replace("[图里|]", "") for a in about]
        for i, topic in enumerate(part(topics, Split.TRAIN)):
            texts.append(shapes[i % len(shapes)].replace("{t}", topic))
    return texts
