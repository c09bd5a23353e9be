# Calibration and planning. Reads tallies and reference codes; writes the design of the corpus as counts, what the tests make of simulated data
# of that design, and what more documents or codes would bring. `calibrate` and `plan` are targets of their own; `all` shows what was kept.

CALIBRATION = f"{FOLDER}calibration/"
KEPT_DESIGN = [f"{CALIBRATION}{name}.csv" for name in ("documents", "codes", "coders", "sample")]
OWN_DESIGN = [path.replace(CALIBRATION, f"{RESULTS}design/") for path in KEPT_DESIGN]
DESIGN_USED = KEPT_DESIGN if Path(CALIBRATION).is_dir() else OWN_DESIGN
CALIBRATED_GROUPS = ["leaders", "within", "within_coders", "full", "coders", "changes", "claims", "rare", "adjusted", "family"]


rule measure_design:
    """Measure the design of the corpus: sentences by document and actor, how common and clustered codes are, how coders err."""
    input:
        dictionary="results/{corpus}/tallies/dictionary.parquet",
        headline=f"{RESULTS}tallies/{HEADLINE}.parquet",
        accuracy="results/{corpus}/coder_accuracy.parquet" if CODED else [],
        frame="results/{corpus}/coding/frame.parquet" if CODED else [],
        sample=SAMPLE if CODED else [],
        coded=CODED,
        corpus=CORPUS_FILES,
        codebook=CODEBOOK,
        code=code("measure_design"),
    output:
        design=[path.replace(RESULTS, "results/{corpus}/") for path in OWN_DESIGN],
    log:
        "logs/measure_design/{corpus}.log",
    benchmark:
        "benchmarks/measure_design/{corpus}.tsv"
    params:
        coder=HEADLINE,
        kinds=config["coding"]["kinds"],
    script:
        "../scripts/measure_design.py"


rule simulate_error_rates:
    """Simulate data sets of a group of designs and count what the pipeline's own tests and intervals make of them."""
    input:
        design=DESIGN_USED,
        corpus=CORPUS_FILES,
        codebook=CODEBOOK,
        code=code("simulate_error_rates"),
    output:
        rates="results/{corpus}/calibration/{group}.parquet",
    log:
        "logs/simulate_error_rates/{corpus}/{group}.log",
    benchmark:
        "benchmarks/simulate_error_rates/{corpus}/{group}.tsv"
    wildcard_constraints:
        group="|".join(CALIBRATED_GROUPS),
    params:
        sets=config["calibration"]["sets"],
    script:
        "../scripts/simulate_error_rates.py"


rule collect_error_rates:
    """Put the rates of all groups into one table, with what it was made from, and draw it."""
    input:
        rates=expand("results/{{corpus}}/calibration/{group}.parquet", group=CALIBRATED_GROUPS),
        design=DESIGN_USED,
        inference=code("simulate_error_rates"),
        code=code("collect_error_rates"),
    output:
        table="results/{corpus}/calibration/rates.csv",
        figures=expand("results/{{corpus}}/calibration/error_rates.{suffix}", suffix=["png", "svg"]),
    log:
        "logs/collect_error_rates/{corpus}.log",
    benchmark:
        "benchmarks/collect_error_rates/{corpus}.tsv"
    params:
        title=TITLE,
    script:
        "../scripts/collect_error_rates.py"


rule calibrate:
    """Measure the error rates of all tests, and fail where one that verdicts rest on has left its band."""
    input:
        table=f"{RESULTS}calibration/rates.csv",
        code=code("calibrate"),
    log:
        f"logs/calibrate/{CORPUS}.log",
    benchmark:
        f"benchmarks/calibrate/{CORPUS}.tsv"
    script:
        "../scripts/calibrate.py"


rule review_error_rates:
    """Read the error rates that were kept with the corpus, and tell whether code or corpus have changed since."""
    input:
        table=f"{CALIBRATION}rates.csv",
        design=OWN_DESIGN,
        inference=code("simulate_error_rates"),
        code=code("review_error_rates"),
    output:
        table="results/{corpus}/error_rates.parquet",
        review="results/{corpus}/calibration.json",
    log:
        "logs/review_error_rates/{corpus}.log",
    benchmark:
        "benchmarks/review_error_rates/{corpus}.tsv"
    script:
        "../scripts/review_error_rates.py"


rule plan:
    """Tell the smallest difference that each confirmatory contrast could find, and what more documents or codes would bring."""
    input:
        tallies=f"{RESULTS}tallies/{HEADLINE}.parquet",
        evidence=EVIDENCE,
        design=OWN_DESIGN,
        corpus=CORPUS_FILES,
        codebook=CODEBOOK,
        code=code("plan"),
    output:
        table=f"{RESULTS}plan.csv",
        page=f"{RESULTS}plan.html",
    log:
        f"logs/plan/{CORPUS}.log",
    benchmark:
        f"benchmarks/plan/{CORPUS}.tsv"
    params:
        coder=HEADLINE,
        reference_note=NOTE,
        simulated=SIMULATED,
        goal=config["plan"],
        settings=config["estimates"],
    script:
        "../scripts/plan.py"
