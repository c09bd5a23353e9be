"""Recovery: what was planted in a simulated corpus beside what the workflow found, from page to contrast."""

import numpy as np
import pandas as pd

from framings.schemas import CODES, Column, Contract, check
from framings.texts import normalise_text

TRUE_CODER, CODER = "planted", "dictionary"
ALL = "all"

RECOVERY_TEXT = Contract(
    "recovery_text", "a step from page to sentence, with how much of the truth it found", ("what",),
    {
        "what": Column("text", "what is found"),
        "n_true": Column("int", "how many there are", low=0),
        "n_found": Column("int", "how many the workflow reports", low=0),
        "n_right": Column("int", "of these, how many are there", low=0),
        "recall": Column("number", "n_right / n_true", missing=True, low=0, high=1),
        "precision": Column("number", "n_right / n_found", missing=True, low=0, high=1),
    },
)  # fmt: skip

RECOVERY_CODING = Contract(
    "recovery_coding", "a code in an actor's sentences, with how much of it the dictionary found", ("code", "actor_id"),
    {
        "code": Column("text", "code that was planted"),
        "actor_id": Column("text", "actor, or 'all'"),
        "n_true": Column("int", "sentences in which it was planted", low=0),
        "n_found": Column("int", "sentences to which the dictionary gives it", low=0),
        "n_right": Column("int", "sentences with both", low=0),
        "recall": Column("number", "n_right / n_true", missing=True, low=0, high=1),
        "precision": Column("number", "n_right / n_found", missing=True, low=0, high=1),
    },
)  # fmt: skip

RECOVERY_SHARES = Contract(
    "recovery_shares", "a planted share beside its two estimates", ("code", "actor_id", "stage_id"),
    {
        "code": Column("text", "code or family"),
        "actor_id": Column("text", "actor"),
        "stage_id": Column("text", "stage"),
        "planted": Column("number", "share by design", low=0, high=1),
        "by_planted_codes": Column("number", "share from the true codes; missing where not estimable", missing=True, low=0, high=1),
        "by_dictionary": Column("number", "share from the dictionary's codes", missing=True, low=0, high=1),
    },
)  # fmt: skip

RECOVERY_CONTRASTS = Contract(
    "recovery_contrasts", "a hypothesis with what was planted beside both estimates", ("hypothesis_id", "window_id"),
    {
        "hypothesis_id": Column("text", "key in hypotheses.yaml"),
        "window_id": Column("text", "window of documents"),
        "claim": Column("text", "the claim in words"),
        "contrast": Column("text", "what is subtracted from what"),
        "planted": Column("number", "the contrast by design, in [-1, 1]; missing for a joint test", missing=True, low=-1, high=1),
    }
    | {
        f"{name}_{coder}": Column(kind, about, missing=True)
        for coder in ("planted_codes", "dictionary")
        for name, kind, about in (
            ("estimate", "number", "estimate"),
            ("low", "number", "lower end of its 95 % interval"),
            ("high", "number", "upper end"),
            ("p_holm", "number", "p after Holm"),
            ("verdict", "text", "verdict"),
        )
    },
)  # fmt: skip


def match_truth(sentences, truth, codebook_version):
    """Return CODES (coder_id 'planted') of the sentences whose text stands in the truth of their document.

    ``truth`` is TRUTH_SENTENCES. A text that occurs twice in a document is matched in the order of occurrence. A sentence
    that the workflow cut differently from the truth matches nothing and carries no planted code.
    """
    pairs = _pair_sentences(sentences, truth).dropna(subset=["sentence_id", "codes"])
    codes = pairs[["sentence_id", "codes"]].assign(code=pairs["codes"].str.split(";")).explode("code")
    codes = codes.loc[codes["code"] != "", ["sentence_id", "code"]].sort_values(["sentence_id", "code"])
    return check(codes.assign(coder_id=TRUE_CODER, coder_kind="simulation_truth", codebook_version=codebook_version), CODES)


def _pair_sentences(sentences, truth):
    """Return the sentences of both sides in one table, side by side where document, text and occurrence agree."""
    key = ["document_id", "text", "occurrence"]
    sides = []
    for table in (sentences, truth[truth["turn"] >= 0]):
        table = table.assign(text=[normalise_text(text) for text in table["text"].tolist()])
        sides.append(table.assign(occurrence=table.groupby(["document_id", "text"]).cumcount()))
    return sides[0].merge(sides[1], on=key, how="outer", suffixes=("", "_true"))


def compare_text(sentences, speakers, truth_sentences, truth_turns):
    """Return RECOVERY_TEXT: sentences, beginnings of turns, and words under the right speaker, found against planted."""
    pairs = _pair_sentences(sentences, truth_sentences)
    both = pairs["sentence_id"].notna() & pairs["turn_true"].notna()
    first = [
        pairs.groupby(["document_id", name])[order].transform("min")
        for name, order in (("turn", "sentence_id"), ("turn_true", "sentence"))
    ]
    opens, opens_true = pairs["sentence_id"].eq(first[0]), pairs["sentence"].eq(first[1])
    named = pairs.merge(speakers[["document_id", "turn", "speaker_id"]], how="left", on=["document_id", "turn"])
    who = truth_turns[["document_id", "turn", "speaker_id"]].rename(columns={"turn": "turn_true", "speaker_id": "speaker_true"})
    named = named.merge(who, how="left", on=["document_id", "turn_true"])
    words, right = named["n_words"].fillna(named["n_words_true"]), named["speaker_id"].eq(named["speaker_true"])
    true, found = named["speaker_true"].notna(), named["speaker_id"].notna()
    rows = [
        ("sentences, cut as planted", pairs["turn_true"].notna().sum(), pairs["sentence_id"].notna().sum(), both.sum()),
        ("beginnings of turns", opens_true.sum(), opens.sum(), (opens & opens_true).sum()),
        ("words under the speaker's name", words[true].sum(), words[found].sum(), words[right & found].sum()),
    ]
    return check(_rate(pd.DataFrame(rows, columns=list(RECOVERY_TEXT.columns)[:4])), RECOVERY_TEXT)


def compare_coding(codes, tallied, planted_codes):
    """Return RECOVERY_CODING: recall and precision of the dictionary for each planted code, by actor and for all.

    ``codes`` holds CODES of both coders; ``tallied`` has sentence_id and actor_id of the sentences that enter the estimates.
    """
    carried = codes[codes["code"].isin(planted_codes)].merge(tallied, on="sentence_id")
    carried = pd.concat([carried, carried.assign(actor_id=ALL)])
    wide = carried.assign(given=True).pivot_table(
        index=["code", "actor_id", "sentence_id"], columns="coder_id", values="given", aggfunc="any"
    )
    wide = wide.reindex(columns=[TRUE_CODER, CODER]).notna()
    wide["both"] = wide[TRUE_CODER] & wide[CODER]
    table = wide.groupby(["code", "actor_id"])[[TRUE_CODER, CODER, "both"]].sum().reset_index()
    return check(_rate(table.set_axis(list(RECOVERY_CODING.columns)[:5], axis=1)), RECOVERY_CODING)


def _rate(table):
    """Return the table with recall and precision."""
    return table.assign(
        recall=table["n_right"] / table["n_true"].where(table["n_true"] > 0),
        precision=table["n_right"] / table["n_found"].where(table["n_found"] > 0),
    )


def compare_shares(planted, prevalence):
    """Return RECOVERY_SHARES: each share of the design beside its estimates from the true codes and the dictionary's."""
    key = ["code", "actor_id", "stage_id"]
    wide = prevalence.pivot(index=key, columns="coder_id", values="share").reset_index()
    wide = wide.rename(columns={TRUE_CODER: "by_planted_codes", CODER: "by_dictionary"})
    table = planted.rename(columns={"share": "planted"}).merge(wide, on=key)
    return check(table.sort_values(key), RECOVERY_SHARES)


def compare_contrasts(planted, hypotheses, assessments, tallies, stages):
    """Return RECOVERY_CONTRASTS: each hypothesis's contrast by design in a window beside its estimates from both coders."""
    truth = []
    for window in hypotheses.windows:
        within = tallies[tallies["date"].between(window.start or "", window.end or "9999")]
        for hypothesis in hypotheses.hypotheses:
            truth.append((hypothesis.id, window.id, plant_contrast(hypothesis, planted, within, stages)))
    key = ["hypothesis_id", "window_id"]
    columns = ["estimate", "low", "high", "p_holm", "verdict"]
    table = assessments.loc[assessments["coder_id"] == CODER, [*key, "claim", "contrast"]]
    table = table.merge(pd.DataFrame(truth, columns=[*key, "planted"]), on=key)
    for coder, name in ((TRUE_CODER, "planted_codes"), (CODER, "dictionary")):
        side = assessments.loc[assessments["coder_id"] == coder, [*key, *columns]]
        table = table.merge(side.rename(columns={column: f"{column}_{name}" for column in columns}), on=key)
    return check(table, RECOVERY_CONTRASTS)


def plant_contrast(hypothesis, planted, tallies, stages):
    """Return the contrast that the design holds for a hypothesis, in [-1, 1]; missing for a joint test or shares among a code.

    Where shares change over stages, the stages weigh as the sentences of all compared actors in ``tallies`` do, or as each
    actor's own where the test pools an actor's talk (within_actor, upper_bound).
    """
    test, code, a, b = hypothesis.test, hypothesis.codes[0], hypothesis.a, hypothesis.b
    if test == "joint" or hypothesis.among:
        return np.nan
    share = planted.set_index(["code", "actor_id", "stage_id"])["share"]
    size = tallies.groupby(["actor_id", "stage_id"])["n_sentences"].sum()
    pooled = test in ("within_actor", "upper_bound")

    def mean(code, actors, chosen):
        parts = []
        for actor in actors:
            weights = [sum(size.get((name, stage), 0) for name in ([actor] if pooled else (*a, *b))) for stage in chosen]
            shares = [share.get((code, actor, stage), np.nan) for stage in chosen]
            parts.append(np.average(shares, weights=weights) if sum(weights) else np.nan)
        return float(np.mean(parts))

    names = stages["stage_id"].tolist()
    if test == "stage_change":
        return mean(code, a, [hypothesis.late]) - mean(code, a, [hypothesis.early])
    if test == "within_actor":
        return mean(code, a, names) - mean(hypothesis.other_code, a, names)
    if test == "upper_bound":
        return mean(code, a, names)
    if test == "difference_in_differences":
        # ASSUME: the day of the split is the first day of a stage, as shares are planted by stage.
        late = stages.loc[stages["start"].fillna("") >= hypothesis.split_date, "stage_id"].tolist()
        early = [name for name in names if name not in late]
        return (mean(code, a, late) - mean(code, b, late)) - (mean(code, a, early) - mean(code, b, early))
    return mean(code, a, names) - mean(code, b, names)
