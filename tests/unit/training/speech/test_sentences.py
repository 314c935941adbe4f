"""The sentences: one writing each, all writable with Whisper's tokens, the split kept."""

import random
import re

import pytest

from mmdesk.training.grammar import Lang, every
from mmdesk.training.speech import spoken_en, spoken_zh
from mmdesk.training.speech.sentences import held_out, sentence, sources, spoken
from mmdesk.training.speech.vocabulary import Vocabulary, spaced, whisper_tokenizer


def many(lang: Lang, count: int = 3000) -> list[str]:
    rng = random.Random(5)
    return [sentence(lang, rng) for _ in range(count)]


@pytest.mark.parametrize("lang", Lang)
def test_whispers_tokens_give_every_sentence_back(lang):
    tokenizer = whisper_tokenizer()
    forbidden = set(tokenizer.non_speech_tokens)
    for text in many(lang):
        ids = tokenizer.encode(spaced(text))
        assert tokenizer.decode(ids).strip() == text
        assert not forbidden & set(ids)


@pytest.mark.parametrize(("lang", "marks"), [(Lang.EN, ".?"), (Lang.ZH, "。？")])
def test_a_sentence_is_written_in_one_way(lang, marks):
    for text in many(lang):
        assert text[-1] in marks
        assert text[0] == text[0].upper()
        assert not re.search(r"[\[\]{}|]|  | [.,?]|colour|grey|centre|\bwhats\b|什吗", text), text


@pytest.mark.parametrize("lang", Lang)
def test_what_is_evaluated_is_never_trained(lang):
    rng = random.Random(6)
    trained = {spoken(lang, rng, for_evaluation=False) for _ in range(3000)}
    kept = {spoken(lang, rng, for_evaluation=True) for _ in range(300)}
    assert not trained & kept
    assert not any(held_out(text) for text in trained)
    assert all(held_out(text) for text in kept)


def test_case_and_marks_do_not_move_a_sentence_across_the_split():
    assert held_out("What is it, please?") == held_out("what is it please")


def test_about_one_sentence_in_twenty_is_kept():
    texts = {text for lang in Lang for text in many(lang)}
    assert 0.03 < sum(map(held_out, texts)) / len(texts) < 0.07


@pytest.mark.parametrize("lang", Lang)
def test_every_evaluated_word_was_trained(lang):
    rng = random.Random(7)

    def words(count: int, for_evaluation: bool) -> set[str]:
        texts = [spoken(lang, rng, for_evaluation).lower() for _ in range(count)]
        unit = r"[a-z']+" if lang is Lang.EN else r"\w"
        return {word for text in texts for word in re.findall(unit, text)}

    assert not words(2000, for_evaluation=True) - words(40000, for_evaluation=False)


@pytest.mark.parametrize("lang", Lang)
def test_all_the_starters_questions_are_there(lang):
    questions, others = sources(lang)
    assert len(questions) > 30
    count = sum(len(every(template)) for kind in others.values() for template in kind)
    assert count > 600


def test_both_languages_speak_of_the_same_things():
    assert set(spoken_zh.SPOKEN) <= set(spoken_en.SPOKEN)


def test_the_compact_vocabulary_writes_what_it_is_made_of():
    texts = many(Lang.EN, 200) + many(Lang.ZH, 200)
    words = Vocabulary.of(texts)
    assert len(words) < 1500
    for text in texts:
        numbers = words.numbers(text)
        assert numbers is not None
        assert words.text([words.start, *numbers, words.end]) == text
    assert words.numbers("Xylophones, quartz & zebras") is None
