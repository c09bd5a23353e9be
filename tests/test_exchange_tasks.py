"""What coders are shown of a drawn sentence."""

import itertools

import pandas as pd
import pytest
from made_tasks import CODEBOOK, MASKS, write_sample, write_sentences, write_tasks

from framings.exchange.tasks import (
    NO_CODE,
    ExchangeError,
    list_codes,
    list_shown,
    make_spans,
    make_tasks,
    part_neighbours,
    render_task,
)


def find_task(tasks, sentence_id):
    """Return the task of a sentence as a dict."""
    return tasks[tasks["sentence_id"] == sentence_id].iloc[0].to_dict()


def test_task_shows_masked_sentence_with_its_neighbours_in_the_turn():
    """Names and days are masked in all three texts; the context ends where the turn ends."""
    tasks = write_tasks()
    first = find_task(tasks, "file-en-a:t000:s00")
    assert (first["before"], first["text"]) == ("", "[person] came to [state] on [date].")
    assert first["after"] == "The storm is near \U0001f300\U0001f1e6, said [person]."
    last = find_task(tasks, "file-en-a:t000:s02")
    assert (last["before"], last["after"]) == ("The storm is near \U0001f300\U0001f1e6, said [person].", "")


def test_coders_see_nothing_that_names_the_document():
    """What leaves the house has an opaque key and three texts; no sentence id, hash or round."""
    shown = list_shown(write_tasks())
    assert {tuple(task) for task in shown} == {("task_id", "before", "text", "after")}
    told = " ".join(value for task in shown for value in task.values())
    assert not any(word in told for word in ("file-en", "Jane", "Arland", "2014", ":t0", ":s0"))


def test_tasks_from_the_same_turn_do_not_follow_each_other():
    """Neighbours in speech are parted in the order of coding, which does not depend on the order of the sample."""
    sentences = write_sentences()
    sample = write_sample(sentences)
    tasks = make_tasks(sample, sentences, MASKS)
    turns = [sentence_id.rpartition(":")[0] for sentence_id in tasks["sentence_id"]]
    assert all(turn != after for turn, after in itertools.pairwise(turns))
    assert make_tasks(sample[::-1], sentences, MASKS).equals(tasks)
    assert list(make_tasks(sample, sentences, MASKS, seed=2)["task_id"]) != list(tasks["task_id"])


def test_larger_sample_keeps_the_keys_it_had():
    """The key of a task depends on seed, sentence and text alone."""
    sentences = write_sentences()
    sample = write_sample(sentences)
    assert set(make_tasks(sample[:4], sentences, MASKS)["task_id"]) < set(make_tasks(sample, sentences, MASKS)["task_id"])


def test_sentence_with_another_text_is_not_shown():
    """A drawn sentence whose text changed, or that has gone, has no text to show."""
    sentences = write_sentences()
    sample = write_sample(sentences)
    sentences.loc[0, "text"] = "Another text."
    tasks = make_tasks(sample, sentences[:-1], MASKS)
    gone = set(tasks.loc[tasks["text"].isna(), "sentence_id"])
    assert gone == {sentences.loc[0, "sentence_id"], sentences["sentence_id"].iloc[-1]}
    assert len(list_shown(tasks)) == len(sample) - 2


@pytest.mark.parametrize(
    ("groups", "expected"),
    [([], []), (["a"], [0]), (["a", "a"], [0, 1]), (["a", "a", "a", "b", "c"], [0, 3, 1, 4, 2]), (["a", "b", "a"], [0, 1, 2])],
)
def test_neighbours_are_parted_as_far_as_can_be(groups, expected):
    """Positions in an order in which equal groups do not touch, where that can be."""
    assert part_neighbours(groups) == expected


def test_codes_end_with_the_choice_of_none():
    """A coder chooses from all codes, under the name of their family, and from NONE."""
    codes = list_codes(CODEBOOK)
    assert list(codes["code"]) == ["RS01", "RS02", "OS01", "FUN", "warm", NO_CODE]
    assert list(codes["family"].unique()) == ["RS: Regime security", "OS: Ontological security", "Other codes", "Markers"]


def test_span_carries_its_quote_and_what_stands_around_it():
    """A place in a sentence is kept with quote, prefix and suffix; one outside is refused in a sentence."""
    tasks = write_tasks()
    task = find_task(tasks, "file-en-a:t000:s01")
    spans = make_spans(tasks, pd.DataFrame([{"task_id": task["task_id"], "code": "RS01", "start": 4, "end": 9}]))
    assert spans.loc[0, ["quote", "prefix"]].to_list() == ["storm", "The "]
    assert spans.loc[0, "suffix"] == task["text"][9:41]
    with pytest.raises(ExchangeError, match="has no characters 4 to 999; mark it again"):
        make_spans(tasks, pd.DataFrame([{"task_id": task["task_id"], "code": "RS01", "start": 4, "end": 999}]))


def test_rendered_task_holds_the_sentence_at_its_offset():
    """A task shown as one text is cut at the offset to give the sentence."""
    for task in list_shown(write_tasks()):
        text, offset = render_task(task)
        assert text[offset : offset + len(task["text"])] == task["text"]
