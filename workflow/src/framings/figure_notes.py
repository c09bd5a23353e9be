"""What each figure shows, in words: its unit, its interval, and where it stands among the others."""

from dataclasses import dataclass

DOCUMENTS_OUT = "95 %, leaving out one document at a time (jackknife, t)"
NO_INTERVAL = "none: counts"


@dataclass(frozen=True)
class About:
    """What a figure shows, its unit and interval, its category in the list of figures, and whether it shows codes of talk."""

    shows: str
    unit: str
    interval: str
    category: str
    coded: bool = True


ABOUT = {
    "inclusion_flow": About("What is left after each step from the register to the talk that is compared, and why the rest is not",
        "documents, turns, sentences, words", NO_INTERVAL, "Corpus", False),
    "coverage_over_time": About("Registered documents by quarter over the stages of integration, and each actor's words by year",
        "documents a quarter; words a year", NO_INTERVAL, "Corpus", False),
    "topics_by_actor": About("Share of each topic in the talk of each actor",
        "mean share of a turn, in percent", "95 %, over documents", "Topics", False),
    "frames_by_actor_and_stage": About("Share of sentences with a frame of either family, by actor and stage",
        "percent of an actor's sentences on integration", DOCUMENTS_OUT, "Frames"),
    "main_subframes_by_actor_and_stage": About("The most voiced sub-frames of each family, by actor and stage",
        "percent of an actor's sentences on integration", DOCUMENTS_OUT, "Frames"),
    "subframes_by_actor_and_stage": About("All sub-frames, by actor and stage",
        "percent of an actor's sentences on integration", "in the table prevalence, not in the figure", "Frames"),
    "hypotheses_forest": About("Every hypothesis in every window: estimate, interval, p, smallest detectable difference, verdict",
        "difference of shares in percentage points", DOCUMENTS_OUT, "Hypotheses"),
    "what_would_change": About("Each confirmatory estimate, and how far each kind of change moves it",
        "difference of shares in percentage points", DOCUMENTS_OUT + "; bars: range of the estimates under changes", "Hypotheses"),
    "specification_curve": About("All estimates of a hypothesis in order of size, and the choices behind each",
        "difference of shares in percentage points", "95 %, of the sign flip by document, cut at the edge of the plot", "Hypotheses"),
    "error_rates": About("How often each test rejects a true null, and how often intervals hold the truth, in simulated data of this corpus's design",
        "percent of simulated data sets", "95 %, exact binomial, over data sets", "Hypotheses", False),
    "shares_recovered": About("Planted shares and what was recovered, from the true codes and from the dictionary's",
        "share of sentences", "none", "Recovery"),
    "contrasts_recovered": About("Planted contrasts and what was recovered",
        "difference of shares in percentage points", DOCUMENTS_OUT, "Recovery"),
}  # fmt: skip
