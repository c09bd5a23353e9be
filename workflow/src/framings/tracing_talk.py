"""The talk behind a number: the turns that enter it, the estimate made again from them, and the sentences that carry its code."""

import numpy as np
import pandas as pd

from framings.codebook import evaluate_composites
from framings.comparisons import count_documents, lay_out_comparison
from framings.correction import add_composites, spread_codes
from framings.estimates import degrees_of_freedom, estimate_prevalence, jackknife, joint_f, t_interval
from framings.schemas import PREVALENCE
from framings.tracing import compare
from framings.tracing_pages import describe_sentences, open_pages

KEY = ["document_id", "turn"]
COUNTED = ("dictionary", "planted", "trained")  # coders whose tallies are counts of sentences
BY_REFERENCE = ("agreement", "coder_accuracy", "coder_confusions", "coder_differences", "coders_tried")
TALK = ("codes/dictionary/*.parquet", "marks/*.parquet", "passages/*.parquet", "sentences/*.parquet", "speakers/*.parquet",
        "turns/*.parquet", "documents/*.parquet")  # fmt: skip
REMADE = "made again from the tallies of the turns listed"


def find_talk(results, entry, table, n_sentences=3):
    """Return {about, sentences, files, checks} of what a number was read off, or None where a walk ends at its table."""
    if entry["row"] < 0 or entry["row"] >= len(table):
        return None
    row = table.iloc[entry["row"]]
    if entry["table"] == "inclusion":
        return _follow_step(results, entry, row, n_sentences)
    if entry["table"] in BY_REFERENCE and "code" in row:
        return _follow_reference(results, entry, row, n_sentences)
    if "coder_id" not in row or not results.has(f"tallies/{row['coder_id']}.parquet"):
        return _follow_document(results, row)
    if {"code", "actor_id", "stage_id"} <= set(row.index):
        return _follow_share(results, entry, row, n_sentences)
    return _follow_contrast(results, entry, row, n_sentences) if {"hypothesis_id", "window_id"} <= set(row.index) else None


def _follow_share(results, entry, row, n_sentences):
    """Follow a share: the turns of an actor in a stage, or in all."""
    coder, code = row["coder_id"], row["code"]
    tallies, seen = _read_tallies(results, coder)
    if code not in tallies:  # the coder was not asked for it
        return None
    mine = tallies[tallies["actor_id"] == row["actor_id"]]
    turns = mine if row["stage_id"] == "all" else mine[mine["stage_id"] == row["stage_id"]]
    again = estimate_prevalence(mine, results.corpus_files[1], coder, [code], 2, 0, seen)
    again = again[again["stage_id"] == row["stage_id"]].iloc[0]
    checks = (
        [compare(f"{entry['column']}, {REMADE}", again[entry["column"]], row[entry["column"]])]
        if entry["column"] in PREVALENCE.columns
        else []
    )
    about = {"actors": [row["actor_id"]], "stage": row["stage_id"]}
    return _tell(results, coder, [code], turns, about, checks, n_sentences)


def _follow_contrast(results, entry, row, n_sentences):
    """Follow an estimate of a hypothesis in a window: the turns of the voices that it compares."""
    _, stages, _, book = results.corpus_files
    hypothesis = next((one for one in book.hypotheses if one.id == row["hypothesis_id"]), None)
    window = next((one for one in book.windows if one.id == row["window_id"]), None)
    coder = row["coder_id"]
    tallies, seen = _read_tallies(results, coder)
    if hypothesis is None or window is None or not set(hypothesis.needed_codes) <= set(tallies):
        return None
    counts = count_documents(tallies, hypothesis.needed_codes, seen).within(window)
    compared = lay_out_comparison(hypothesis, counts, list(stages["stage_id"]), *_read_thresholds(results))
    actors = [*hypothesis.a, *(hypothesis.a if hypothesis.test == "stage_change" else hypothesis.b)]
    spoken = {(compared.documents[d], actors[v]) for d, v in zip(*np.nonzero(compared.n), strict=True)}
    turns = tallies[[pair in spoken for pair in zip(tallies["document_id"], tallies["actor_id"], strict=True)]]
    checks = []
    if entry["table"] in ("assessments", "left_out") and not compared.reason:
        again = _estimate_again(hypothesis, compared, row.get("document_id"))
        if entry["column"] in again:
            checks = [compare(f"{entry['column']}, {REMADE}", again[entry["column"]], row[entry["column"]])]
    about = {"actors": list(dict.fromkeys(actors)), "window": window.id, "test": hypothesis.test, "contrast": hypothesis.contrast}
    about |= {"hypothesis": hypothesis.id, "claim": hypothesis.claim}
    codes = [*hypothesis.codes, *filter(None, [hypothesis.other_code])]
    return _tell(results, coder, codes, turns, about, checks, n_sentences)


def _estimate_again(hypothesis, compared, without=None):
    """Return the numbers of a contrast that take no draws: counts, estimate, error and interval; or its estimate without a document."""
    n = compared.n
    theta, left, covariance = jackknife(compared.estimate, n, compared.k, compared.cell, np.arange(len(n)))
    if without is not None:
        left = joint_f(left, covariance, len(n))[0] if hypothesis.test == "joint" else left[:, 0]
        return {"estimate": left[list(compared.documents).index(without)]}
    again = {"n_documents": len(n), "n_sentences": int(n.sum()), "n_coded": int(compared.n_coded)}
    if hypothesis.test == "joint":
        return again | {"estimate": joint_f(theta, covariance, len(n))[0]}
    again |= {"estimate": theta[0], "se": np.sqrt(covariance[0, 0])}
    if hypothesis.test != "upper_bound":
        again["low"], again["high"] = t_interval(theta[0], again["se"], degrees_of_freedom(n))
    return again


def _follow_step(results, entry, row, n_sentences):
    """Follow a step of the inclusion flow: documents of the register, or the talk that is compared."""
    column = entry["column"]
    if row["step_id"] in ("registered", "at_hand", "read"):
        documents = results.table("documents/*.parquet")
        gone = {"registered": (), "at_hand": ("page missing",), "read": ("page missing", "refused")}[row["step_id"]]
        kept = documents[~documents["status"].isin(gone)]
        checks = (
            [compare("documents, counted in the table of documents", len(kept), int(row["n_documents"]))]
            if column == "n_documents"
            else []
        )
        about = {"documents": kept["document_id"].head(20).tolist(), "n_documents": len(kept)}
        return {"about": about, "files": ["documents/*.parquet"], "checks": checks}
    if row["step_id"] not in ("relevant", "actor"):
        return {"about": None, "files": TALK[1:]}
    turns = results.table("tallies/dictionary.parquet")
    turns = turns if row["step_id"] == "relevant" else turns[turns["actor_id"] == row["actor_id"]]
    found = _told(_relevant_sentences(results, turns), turns)
    again = {
        "n_turns": len(turns),
        "n_documents": turns["document_id"].nunique(),
        "n_sentences": len(found),
        "n_words": found["n_words"].sum(),
    }
    checks = (
        [compare(f"{column}, counted over turns and sentences", int(again[column]), int(row[column]))] if column in again else []
    )
    about = _describe_turns(turns, [], None) | {"actors": sorted(turns["actor_id"].unique())}
    return {"about": about, "files": ["tallies/dictionary.parquet", *TALK[1:]], "checks": checks} | _add_sentences(
        results, found, [], n_sentences, checks
    )


def _follow_reference(results, entry, row, n_sentences):
    """Follow a measure of coders: the drawn sentences that carry the code by the reference codes."""
    reference, frame = read_reference(results), results.table("coding/frame.parquet")
    matrix = add_composites(reference, results.corpus_files[2].composites)
    code, actor, stage = row["code"], row.get("actor_id", "all"), row.get("stage_id", "all")
    if code not in matrix:
        return None
    drawn = frame[frame["sentence_id"].isin(matrix.index)]
    drawn = drawn[(actor == "all") | (drawn["actor_id"] == actor)]
    drawn = drawn[(stage == "all") | (drawn["stage_id"] == stage)]
    carried = drawn[matrix.loc[drawn["sentence_id"], code].to_numpy() > 0]
    checks = []
    if entry["column"] in ("n_reference", "n_sentences"):
        again = {"n_reference": len(carried), "n_sentences": len(drawn)}[entry["column"]]
        checks = [compare(f"{entry['column']}, counted over the drawn sentences", again, int(row[entry["column"]]))]
    about = {
        "coder": "reference",
        "codes": [code],
        "actors": [actor],
        "stage": stage,
        "n_drawn": len(drawn),
        "n_carried": len(carried),
    }
    found = carried.drop(columns="text").merge(results.table("sentences/*.parquet"), on=["sentence_id", *KEY])
    files = ["coding/frame.parquet", *TALK]
    return {"about": about, "files": files, "checks": checks} | _add_sentences(results, found, [code], n_sentences, checks)


def _follow_document(results, row):
    """Follow a row that names a document, and perhaps a paragraph: to the page."""
    name = row.get("document_id", row.get("example"))
    if not isinstance(name, str):
        return None
    checks, page = [], open_pages(results).describe(name)
    checks += page.pop("checks")
    return {"about": {"documents": [name], "page": page}, "files": ["documents/*.parquet"], "checks": checks}


def _tell(results, coder, codes, turns, about, checks, n_sentences):
    """Return the talk of a share or a contrast, with the sentences that carry its codes, checked against the tallies."""
    about = {"coder": coder, "codes": codes, "titles": [results.names["titles"].get(code, code) for code in codes]} | about
    about |= _describe_turns(turns, codes, f"tallies/{coder}.parquet")
    found = _told(_relevant_sentences(results, turns), turns)
    carried, told = carry_codes(results, coder, found["sentence_id"], codes)
    found = found.assign(**{code: carried[code].to_numpy() for code in codes})
    if coder in COUNTED:
        for code in codes:
            checks.append(compare(f"sentences that carry {code}, counted", int(found[code].sum()), int(turns[code].sum())))
    elif told is not None:
        seen = _read_tallies(results, coder)[1].merge(turns[KEY], on=KEY)
        for code in codes:
            what = f"drawn sentences that carry {code} by the reference codes, counted"
            checks.append(compare(what, int(told.loc[found["sentence_id"], code].sum()), int(seen[code].sum())))
    found = found[found[codes].any(axis=1)]
    files = [f"tallies/{coder}.parquet", *(["coding/probabilities.parquet"] if coder in ("trained", "corrected") else []), *TALK]
    return {"about": about, "files": files, "checks": checks} | _add_sentences(results, found, codes, n_sentences, checks, told)


def _describe_turns(turns, codes, file):
    """Return counts over the turns that enter, and each turn with its n and k."""
    listed = turns[[*KEY, "actor_id", "date", "stage_id", "n_sentences", *codes]]
    return {
        "tallies": file,
        "n_documents": int(turns["document_id"].nunique()),
        "n_turns": len(turns),
        "n_sentences": int(turns["n_sentences"].sum()),
        "n_coded": {code: round(float(turns[code].sum()), 6) for code in codes},
        "turns": [{k: round(v, 6) if isinstance(v, float) else v for k, v in row.items()} for row in listed.to_dict("records")],
    }


def _add_sentences(results, found, codes, n_sentences, checks, told=None):
    """Return {sentences}: some of those found, one a document and actors in turn, each followed to its page; adds their checks."""
    order = found.sort_values("sentence_id")
    if told is not None:  # first those that a reference code speaks for
        order = order.assign(first=-told.reindex(order["sentence_id"]).max(axis=1).fillna(0).to_numpy()).sort_values(
            "first", kind="stable"
        )
    order = order.assign(within=lambda table: table.groupby("document_id").cumcount())
    order = order.sort_values("within", kind="stable")
    order = order.assign(place=order.groupby("actor_id").cumcount()).sort_values(["place", "actor_id"], kind="stable")
    chosen = order.head(n_sentences)
    sentences = describe_sentences(results, chosen, codes, told)
    for sentence in sentences:
        checks += sentence.pop("checks")
    return {"sentences": sentences}


def _relevant_sentences(results, turns):
    """Return the sentences of turns that count as talk about integration."""
    passages = results.table("passages/*.parquet")
    passages = passages.loc[passages["relevant"], ["sentence_id"]]
    return results.table("sentences/*.parquet").merge(turns[KEY], on=KEY).merge(passages, on="sentence_id")


def _told(sentences, turns):
    """Return sentences with the actor and stage of their turn."""
    return sentences.merge(turns[[*KEY, "actor_id", "stage_id"]], on=KEY)


def _read_tallies(results, coder):
    """Return a coder's tallies, and the tallies of the reference codes behind them where there are any."""
    seen = results.table("tallies/evidence.parquet") if coder in ("sample", "corrected") else None
    return results.table(f"tallies/{coder}.parquet"), seen


def _read_thresholds(results):
    """Return the least documents and sentences of a voice, as config.yaml says now."""
    from framings.checking import read_settings

    settings = read_settings(results.root, tolerant=True)["estimates"]
    return settings["min_documents"], settings["min_sentences"]


def read_reference(results):
    """Return the codes matrix of the reference codes."""
    from framings.checking import read_settings
    from framings.coded import read_coding, restrict_codebook
    from framings.references import choose_reference, spread_reference

    made = results.folder / "simulated"
    files = (
        [made / "coded.csv"]
        if results.simulated
        else [p for p in sorted((results.hand / "codes").glob("*.csv")) if p.name != "sample.csv"]
    )
    sample = made / "sample.csv" if results.simulated else results.hand / "codes/sample.csv"
    _, coded, _ = read_coding(sample, files, results.table("coding/frame.parquet"))
    kinds = read_settings(results.root, tolerant=True)["coding"]["kinds"]
    chosen = choose_reference(coded, kinds)
    return spread_reference(chosen, restrict_codebook(results.corpus_files[2], chosen), families=False)


def carry_codes(results, coder, sentence_ids, codes):
    """Return (which of the sentences carry each code for a coder, their reference codes or None), frames by sentence.

    Reference codes are missing where a sentence was not drawn.

    Of corrected estimates a sentence is shown where the trained coder or the reference codes give the code.
    """
    book = results.corpus_files[2]
    ids, names = pd.Index(sentence_ids), list(book.codes["code"])
    if coder in ("dictionary", "planted"):
        given = spread_codes(results.table(f"codes/{coder}/*.parquet"), ids, names) > 0
        return pd.concat([given, evaluate_composites(given, book.composites)], axis=1), None
    given = pd.DataFrame(False, index=ids, columns=codes)
    if coder in ("trained", "corrected"):
        matrix = add_composites(results.table("coding/given.parquet").set_index("sentence_id"), book.composites)
        given = matrix.reindex(ids)[codes].fillna(0) > 0
    if coder == "trained":
        return given, None
    told = add_composites(read_reference(results), book.composites).reindex(ids)[codes]
    return given | (told > 0), told
