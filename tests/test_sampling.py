"""How sentences are drawn for coders."""

import numpy as np
import pandas as pd

from framings.sampling import LEAST, draw_number, sample_sentences, share_out


def make_frame(n=2000):
    """Return a frame of two actors in one stage, a tenth of it predicted as RS."""
    ids = [f"d{i % 40:02d}:t000:s{i:04d}" for i in range(n)]
    families = np.where(np.arange(n) % 10 == 0, "RS", "none")
    actors = np.where(np.arange(n) % 4 == 0, "B", "A")
    return pd.DataFrame({"sentence_id": ids, "text": ids, "actor_id": actors, "stage_id": "S1", "families": families})


def test_a_sentence_is_drawn_where_its_number_lies_below_the_probability():
    """Probabilities are those of share_out by stratum, and each sentence's own number decides."""
    frame = make_frame()
    sample = sample_sentences(frame, 300, seed=3)
    strata = frame["actor_id"] + " S1 " + frame["families"]
    p = strata.map(share_out(strata.value_counts(), 300))
    drawn = [key for key, chance in zip(frame["sentence_id"], p, strict=True) if draw_number(3, key) < chance]
    assert sample["sentence_id"].tolist() == drawn
    assert 250 < len(sample) < 350 and sample["sentence_id"].str[:3].nunique() >= 36


def test_small_strata_are_taken_whole_and_large_ones_by_their_roots():
    """A stratum of fewer than LEAST is drawn whole; of 400 and 1,600 sentences 100 and 200 are wanted of 300."""
    p = share_out(pd.Series({"few": LEAST - 1, "some": 400, "many": 1600}), 300 + 300 * (LEAST - 1) ** 0.5 / 60)
    assert p["few"] == 1 and abs(p["some"] - 100 / 400) < 1e-9 and abs(p["many"] - 200 / 1600) < 1e-9


def test_a_larger_draw_only_adds_sentences_and_keeps_their_round():
    """What was drawn stays drawn with its round; new sentences carry the new one, no probability falls."""
    frame = make_frame()
    first = sample_sentences(frame, 200, seed=1)
    more = sample_sentences(frame, 400, seed=1, round_name="2", earlier=first)
    both = first.merge(more, on="sentence_id", suffixes=("", "_new"))
    assert len(both) == len(first) < len(more)
    assert (both["round_new"] == "1").all() and (more["round"] == "2").sum() == len(more) - len(first)
    assert (both["p_new"] >= both["p"]).all()


def test_new_documents_leave_the_numbers_of_others_alone():
    """A sentence's number depends on seed and id alone, so that a document more redraws nobody at equal probabilities."""
    assert draw_number(1, "a") == draw_number(1, "a") != draw_number(2, "a")
    numbers = np.array([draw_number(1, str(i)) for i in range(20000)])
    assert abs(numbers.mean() - 0.5) < 0.01 and 0 <= numbers.min() < numbers.max() < 1


def test_draws_are_unbiased():
    """Over 400 seeds the weighted number of sentences of each stratum is its size, within three standard errors."""
    frame = make_frame(400)
    totals = np.array([(1 / sample_sentences(frame, 120, seed)["p"]).sum() for seed in range(400)])
    assert abs(totals.mean() - 400) < 3 * totals.std() / 20
