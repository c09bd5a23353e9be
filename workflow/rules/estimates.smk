# The court. Reads tallies and the hypotheses written down beforehand; writes shares, tested contrasts and, where the truth is known, the recovery.


rule estimate_prevalence:
    """Estimate the share of each code by actor and stage, with leave-one-document-out intervals."""
    input:
        tallies=expand("results/{{corpus}}/tallies/{coder_id}.parquet", coder_id=CODERS),
        evidence=EVIDENCE,
        stages=f"{FOLDER}stages.csv",
        code=code("estimate_prevalence"),
    output:
        prevalence="results/{corpus}/prevalence.parquet",
    log:
        "logs/estimate_prevalence/{corpus}.log",
    benchmark:
        "benchmarks/estimate_prevalence/{corpus}.tsv"
    params:
        coders=CODERS,
        min_documents=config["estimates"]["min_documents"],
        min_sentences=config["estimates"]["min_sentences"],
    script:
        "../scripts/estimate_prevalence.py"


rule assess_hypotheses:
    """Put every hypothesis to its test: label swap, jackknife, blocks, Holm in its family."""
    input:
        tallies=expand("results/{{corpus}}/tallies/{coder_id}.parquet", coder_id=CODERS),
        evidence=EVIDENCE,
        agreement="results/{corpus}/agreement.parquet" if CODED else [],
        corpus=CORPUS_FILES,
        codebook=CODEBOOK,
        code=code("assess_hypotheses"),
    output:
        assessments="results/{corpus}/assessments.parquet",
        left_out="results/{corpus}/left_out.parquet",
    log:
        "logs/assess_hypotheses/{corpus}.log",
    benchmark:
        "benchmarks/assess_hypotheses/{corpus}.tsv"
    params:
        coders=CODERS,
        settings=config["estimates"],
    script:
        "../scripts/assess_hypotheses.py"


rule adjust_contrasts:
    """Estimate the same contrasts from a binomial model with stage, event type, host, translation and length of turn held equal."""
    input:
        tallies=f"{RESULTS}tallies/{HEADLINE}.parquet",
        evidence=EVIDENCE,
        circumstances=shards("circumstances"),
        corpus=CORPUS_FILES,
        codebook=CODEBOOK,
        code=code("adjust_contrasts"),
    output:
        adjusted="results/{corpus}/adjusted.parquet",
    log:
        "logs/adjust_contrasts/{corpus}.log",
    benchmark:
        "benchmarks/adjust_contrasts/{corpus}.tsv"
    params:
        coder=HEADLINE,
        settings={name: config["estimates"][name] for name in ("swaps", "seed", "block", "min_documents", "min_sentences")},
    script:
        "../scripts/adjust_contrasts.py"
