"""Tables, charts, flowcharts: hand-made ones get the right answers, drawn ones keep the rules."""

import random
from dataclasses import replace

import numpy as np
import pytest

from mmdesk.training.charts import Chart, chart_ask, sample_chart
from mmdesk.training.flows import Flow, flow_ask, sample_flow
from mmdesk.training.fonts import PILLOW
from mmdesk.training.grammar import Ask, Lang, plain, say
from mmdesk.training.lessons import PAGE_MAKERS, about_page, page_described
from mmdesk.training.pages import Page, draw_page
from mmdesk.training.printed import Word, extent
from mmdesk.training.said import traced
from mmdesk.training.split import Split
from mmdesk.training.tables import Table, sample_table, table_ask

SAMPLERS = (sample_table, sample_chart, sample_flow)


def page(facts: object, *texts: str) -> Page:
    words = [Word(text, PILLOW, 0.5, 0.5, 0.05, (0, 0, 0)) for text in texts]
    return Page(300, 300, (255, 255, 255), (), tuple(words), facts)


def answers(made: Page, lang: Lang = Lang.EN) -> dict[str, str]:
    maker = PAGE_MAKERS[type(made.facts)]
    asks = [maker(made, random.Random(seed)) for seed in range(600)]
    return {plain(ask, lang): say(ask.reply, lang) for ask in asks}


TABLE = page(
    Table((("Tea", "12"), ("Milk", "7"), ("Rice", "30")), False, True),
    "Tea", "12", "Milk", "7", "Rice", "30",
)  # fmt: skip
BARS = ((0.1, 0.5, 0.2, 0.9), (0.4, 0.2, 0.5, 0.9), (0.7, 0.8, 0.8, 0.9))
CHART = page(Chart(("A", "B", "C"), (20, 35, 5), BARS, True), "A", "B", "C", "0", "50")
FLOW = page(Flow(("END", "MIX", "START"), (2, 1, 0)), "END", "MIX", "START")


def test_a_table():
    english = answers(TABLE)
    assert english["What is in row 2, column 1?"] == "“Milk”."
    assert english["What is in row 3, column 2?"] == "It is 30."
    assert english["Which value is the largest?"] == "It is 30."
    assert english["Which value is the smallest?"] == "It is 7."
    assert english["Which row has the largest value?"] == "“Rice”."
    assert english["Which row has the smallest value?"] == "“Milk”."
    assert english["What is the value of Tea?"] == "It is 12."
    chinese = answers(TABLE, Lang.ZH)
    assert chinese["第2行第1列是什么？"] == "“Milk”。"
    assert chinese["哪个数最大？"] == "是30。"


def test_a_table_with_a_head_counts_the_head_as_its_first_row():
    rows = (("Mon", "Tue", "Wed"), ("1", "5", "9"), ("2", "6", "3"))
    made = page(Table(rows, True, False), *[t for row in rows for t in row])
    english = answers(made)
    assert english["What is in row 1, column 2?"] == "“Tue”."
    assert english["What is in row 2, column 3?"] == "It is 9."
    assert english["Which value is the largest?"] == "It is 9."
    assert english["How many rows are there?"] == "There are 3 rows."
    assert english["How many columns are there?"] == "There are 3 columns."


def test_a_chart():
    english = answers(CHART)
    assert english["Which bar is the tallest?"] == "“B”."
    assert english["Which bar is the shortest?"] == "“C”."
    assert english["What is the value of bar A?"] == "It is 20."
    assert english["Is A taller than B?"] == "No."
    assert english["Is A taller than C?"] == "Yes."
    assert english["How many bars are there?"] == "There are 3 bars."
    assert answers(CHART, Lang.ZH)["A比C高吗？"] == "是的。"


def test_a_flowchart_follows_its_arrows():
    english = answers(FLOW)
    assert english["What comes after START?"] == "“MIX”."
    assert english["What comes after MIX?"] == "“END”."
    assert english["What comes after END?"] == "Nothing."
    assert english["What comes before MIX?"] == "“START”."
    assert english["What is the first step?"] == "“START”."
    assert answers(FLOW, Lang.ZH)["最后一步是什么？"] == "“END”。"


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (TABLE, "A table with 3 rows and 2 columns."),
        (CHART, "A bar chart with 3 bars."),
        (FLOW, "A flowchart with 3 boxes."),
    ],
)
def test_a_page_is_described(made, text):
    assert say(page_described(made).reply, Lang.EN) == text


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_what_is_drawn_can_be_seen_and_stays_on_the_page(sampler):
    for seed in range(40):
        made = sampler(random.Random(seed), Split.TRAIN)
        picture = draw_page(made)
        assert picture.size == (made.width, made.height)
        assert picture.tobytes() == draw_page(made).tobytes()
        bare = np.asarray(draw_page(replace(made, words=())), dtype=int)
        full = np.asarray(picture, dtype=int)
        for word in made.words:
            x0, y0, x1, y1 = extent(word, made.width, made.height)
            assert min(x0, y0) > -0.01
            assert max(x1, y1) < 1.01
            part = (slice(int(y0 * made.height), int(y1 * made.height) + 1),
                    slice(int(x0 * made.width), int(x1 * made.width) + 1))  # fmt: skip
            assert np.abs(full[part] - bare[part]).max() > 60, word.text


def test_a_taller_bar_has_a_larger_value():
    for seed in range(60):
        chart: Chart = sample_chart(random.Random(seed), Split.TRAIN).facts
        by_height = sorted(range(len(chart.bars)), key=lambda n: chart.bars[n][1], reverse=True)
        values = [chart.values[n] for n in by_height]
        assert values == sorted(set(values))


def test_no_two_numbers_of_a_table_are_the_same():
    shapes = set()
    for seed in range(200):
        table: Table = sample_table(random.Random(seed), Split.TRAIN).facts
        numbers = [table.rows[r][c] for r, c in table.numbers()]
        assert len(numbers) == len(set(numbers)) >= 1
        shapes.add((len(table.rows), len(table.rows[0])))
    assert shapes == {(rows, columns) for rows in (2, 3, 4) for columns in (2, 3)}


@pytest.mark.parametrize(
    ("sampler", "maker"),
    [(sample_table, table_ask), (sample_chart, chart_ask), (sample_flow, flow_ask)],
)
def test_every_printed_character_of_an_answer_is_traced(sampler, maker):
    for seed in range(150):
        rng = random.Random(seed)
        ask: Ask = maker(sampler(rng, Split.TRAIN), rng)
        for lang in Lang:
            answer = say(ask.reply, lang)
            found = traced(ask, answer)
            assert len(found) == len(ask.traced)
            if ask.reply.kind in ("text", "number"):
                written = ask.reply.slots[ask.reply.kind]
                assert "".join(answer[at] for at, _ in found) == written


def test_a_page_is_talked_about_without_end():
    for sampler in SAMPLERS:
        rng = random.Random(2)
        said = about_page(sampler(rng, Split.TRAIN), rng, lambda: Lang.EN)
        texts = [next(said).answer for _ in range(60)]
        assert len(set(texts)) > 4
        assert any(text.startswith("I don't know this") for text in texts)
        assert any(text.startswith("There is no ") for text in texts)
