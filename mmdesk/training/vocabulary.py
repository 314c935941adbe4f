"""What is printed in the drawn pictures: common words, made-up words, names, numbers, Han.

Every fifth common word is kept for the test; made-up words and numbers are fresh every time.
"""

from __future__ import annotations

import random

from mmdesk.training.split import Split, part, words_of

LONGEST = 8
_COMMON = """
exit stop open closed push pull start end help sale sold free taxi bus hotel cafe bar food pizza
tea coffee milk water juice bread cheese butter sugar salt pepper rice soup salad fish meat egg
apple lemon banana cherry peach plum grape melon orange tomato potato onion garlic carrot bean
monday tuesday friday sunday march april june july august winter spring summer autumn morning
evening night today week month year hour minute second north south east west left right up down
red green blue black white brown gold silver pink gray big small tall short long wide deep high
low hot cold warm cool dry wet fast slow new old young early late first last next back home
house room door window floor wall roof garden park street road bridge river lake sea beach
island forest hill field farm city town village shop market bank school office station airport
garage kitchen bath bed table chair lamp mirror clock radio phone camera screen printer paper
book letter stamp card ticket poster map flag key lock box bag case bottle cup glass plate fork
knife spoon bowl pan pot oven stove fridge soap towel brush comb shoe shirt coat hat belt scarf
glove sock dress ring watch dog cat horse cow sheep goat pig duck hen goose mouse rabbit fox
bear wolf lion tiger zebra monkey snake frog turtle spider ant bee fly bird eagle owl parrot
tree leaf flower grass root seed rose tulip lily oak pine palm sun moon star cloud rain snow
wind storm fog ice fire smoke stone sand gold iron copper wood cotton wool silk leather plastic
music song dance film play game sport ball goal team race prize medal winner score art museum
photo picture color paint pencil eraser ruler desk class lesson test exam mark grade student
teacher doctor nurse police pilot driver farmer baker cook waiter artist writer singer actor
king queen prince knight castle tower gate wagon train plane ship boat canoe bike truck tractor
engine wheel brake light signal danger warning caution private staff only entry wait walk ring
bell menu price total cash credit change order pay save load print copy paste cut edit view file
send reply cancel delete search find enter login logout reset submit back next yes no ok done
error ready on off in out north gold zone area line track gate level unit lab hall suite lobby
anna ben clara david emma felix grace henry ida jack karen leo maria nina oscar paul quinn rosa
sam tina uma victor wendy xenia yara zoe adams baker clark davis evans green harris irwin jones
king lopez miller nelson parker quincy reed smith taylor turner walker young berlin paris london
madrid rome vienna oslo tokyo lima cairo dublin boston texas china india japan kenya peru brazil
"""
COMMON = tuple(dict.fromkeys(word for word in words_of(_COMMON) if len(word) <= LONGEST))
# Simple and common characters; each is one token of the starter's tokenizer.
HAN = tuple(dict.fromkeys(
    "一二三四五六七八九十百千大小上下左右中人口手山水火土木日月石田米牛羊马鱼鸟虫花草竹果茶饭"
    "车门开关出入进东西南北男女老少父母子早晚天地风云雨雪电光金银红黄蓝白黑长高多少书画字文"
    "本年春夏秋冬家店房屋王力工心目耳足头身衣食住行走飞好吃停站"
))  # fmt: skip
# Of rows, bars and boxes, which questions name: few enough for their spelling to be learned.
_NAMES = words_of("""
A B C D E F G H A B C D E F X Y Z P Q R Mon Tue Wed Thu Fri Sat Sun Jan Feb Mar Apr May Jun Jul
Aug Sep Oct Nov Dec Q1 Q2 Q3 Q4 Tea Milk Rice Fish Egg Soup Meat Bread Apple Pear Plum Lemon Cake
Salt Cat Dog Cow Pig Hen Bus Car Bike Train Taxi Boat Ann Ben Leo Mia Tom Eva Max Zoe Red Blue
Green Gold North South East West Oslo Rome Paris Lima Cairo Tokyo
""")
_STEPS = words_of("""
START END STOP CHECK SAVE LOAD SEND READ WRITE OPEN CLOSE PRINT COOK WASH CUT MIX BAKE EAT SLEEP
WORK REST PLAN BUILD TEST SHIP BUY PAY PACK SELL SORT COUNT SCAN EDIT COPY DRAW PAINT LOGIN ORDER
INPUT OUTPUT QUERY MERGE BEGIN FINISH REVIEW DESIGN DEPLOY UPLOAD RETURN CLEAN DRY FOLD PLANT
WATER GROW
""")
_ONSETS = words_of("""
b c d f g h j k l m n p r s t v w z bl br ch cl cr dr fl gr pl pr sh sl st th tr qu
""")
_VOWELS = words_of("""
a e i o u a e i o u ai ea ee oo ou y
""")
_CODAS = (
    words_of("""
b d g k l m n p r s t x ck ll mp nd ng nt rk sk ss st th
""")
    + [""] * 12
)


def made_up(rng: random.Random, length: int) -> str:
    """A pronounceable word of exactly `length` lower-case letters."""
    text = ""
    while len(text) < length:
        text += rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS)
    return text[:length]


def number(rng: random.Random, digits: int) -> str:
    """A number of exactly `digits` digits that doesn't begin with 0."""
    return str(rng.randint(10 ** (digits - 1), 10**digits - 1))


def in_case(plain: str, rng: random.Random) -> str:
    """Upper case, with one capital, or lower case."""
    roll = rng.random()
    return plain.upper() if roll < 0.5 else plain.capitalize() if roll < 0.8 else plain


def as_typed(name: str, rng: random.Random | None) -> str:
    """A printed name as people type it in a question: mostly as it is printed."""
    if rng is None or rng.random() < 0.75:
        return name
    return rng.choice((name.lower(), name.upper(), name.capitalize()))


def word(rng: random.Random, split: Split, longest: int = LONGEST, shortest: int = 1) -> str:
    """A word to print: common, made up, or a few letters of no meaning; at most `longest` long."""
    roll = rng.random()
    if roll < 0.35:
        fitting = [w for w in part(COMMON, split) if shortest <= len(w) <= longest]
        if fitting:
            return in_case(rng.choice(fitting), rng)
    length = rng.randint(max(shortest, min(2, longest)), longest)
    if roll < 0.8 and length > 2:
        return in_case(made_up(rng, length), rng)
    letters = "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(length))
    return letters.upper() if rng.random() < 0.8 else letters


def text(rng: random.Random, split: Split, longest: int = LONGEST) -> str:
    """A word or, one time in four, a number."""
    if rng.random() < 0.25:
        return number(rng, rng.randint(1, longest))
    return word(rng, split, longest, 2)


def han(rng: random.Random) -> str:
    """One Chinese character."""
    return rng.choice(HAN)


def _distinct(
    rng: random.Random, split: Split, known: list[str], longest: int, count: int
) -> list[str]:
    fitting = [name for name in known if len(name) <= longest]
    found: dict[str, str] = {}
    while len(found) < count:
        name = rng.choice(fitting)
        if rng.random() < 0.2 and longest > 2:
            name = word(rng, split, longest, 3)
        found.setdefault(name.casefold(), name)
    return list(found.values())


def names(rng: random.Random, split: Split, longest: int, count: int) -> list[str]:
    """Different names of rows or bars, most of them from a list."""
    letters = rng.random() < 0.25
    return _distinct(rng, split, _NAMES, 1 if letters else longest, count)


def steps(rng: random.Random, split: Split, longest: int, count: int) -> list[str]:
    """Different steps of a flowchart, most of them from a list."""
    found = _distinct(rng, split, _STEPS, longest, count)
    return [step.capitalize() for step in found] if rng.random() < 0.25 else found
