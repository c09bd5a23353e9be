# The court. Reads tallies and the hypotheses written down beforehand; writes shares, tested contrasts and, where the truth is known, the recovery.

DESCRIBED = sorted({HEADLINE, "dictionary"})  # coders whose rare codes are described


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


rule explore_specifications:
    """Estimate every hypothesis in hundreds of ways that leave its contrast as it is, and test them together by the same flips."""
    input:
        documents=shards("documents"),
        duplicates="results/{corpus}/duplicates.parquet",
        turns=shards("turns"),
        speakers=shards("speakers"),
        sentences=shards("sentences"),
        marks=shards("marks"),
        passages=shards("passages"),
        dictionary=shards("codes/dictionary"),
        outcomes="results/{corpus}/coding/outcomes.parquet" if CODED else [],
        probabilities="results/{corpus}/coding/probabilities.parquet" if CODED else [],
        agreement="results/{corpus}/agreement.parquet" if CODED else [],
        corpus=CORPUS_FILES,
        codebook=CODEBOOK,
        code=code("explore_specifications"),
    output:
        specifications="results/{corpus}/specifications.parquet",
        curves="results/{corpus}/curves.parquet",
    log:
        "logs/explore_specifications/{corpus}.log",
    benchmark:
        "benchmarks/explore_specifications/{corpus}.tsv"
    params:
        language=config["language"],
        settings=[config["relevance"], HEADLINE, config["estimates"]],
    script:
        "../scripts/explore_specifications.py"


rule describe_rarities:
    """Describe what is too rare for a test: counts and clustered upper bounds by side, Firth's odds ratio between them."""
    input:
        tallies=expand("results/{{corpus}}/tallies/{coder_id}.parquet", coder_id=DESCRIBED),
        assessments="results/{corpus}/assessments.parquet",
        evidence=EVIDENCE,
        frame="results/{corpus}/coding/frame.parquet" if CODED else [],
        sample=SAMPLE if CODED else [],
        coded=CODED,
        corpus=CORPUS_FILES,
        codebook=CODEBOOK,
        code=code("describe_rarities"),
    output:
        rarities="results/{corpus}/rarities.parquet",
    log:
        "logs/describe_rarities/{corpus}.log",
    benchmark:
        "benchmarks/describe_rarities/{corpus}.tsv"
    params:
        coders=DESCRIBED,
        settings={name: config["estimates"][name] for name in ("min_documents", "min_sentences")},
    script:
        "../scripts/describe_rarities.py"


rule contrast_stages:
    """Contrast each leader with the first one between stages: the single parts of the joint tests, exploratory."""
    input:
        tallies=f"{RESULTS}tallies/{HEADLINE}.parquet",
        evidence=EVIDENCE,
        corpus=CORPUS_FILES,
        codebook=CODEBOOK,
        code=code("contrast_stages"),
    output:
        interactions="results/{corpus}/interactions.parquet",
    log:
        "logs/contrast_stages/{corpus}.log",
    benchmark:
        "benchmarks/contrast_stages/{corpus}.tsv"
    params:
        coder=HEADLINE,
        settings=config["estimates"],
    script:
        "../scripts/contrast_stages.py"


rule vary_analysis:
    """Test every confirmatory hypothesis again with one thing changed, and tell what would change its verdict."""
    input:
        assessments="results/{corpus}/assessments.parquet",
        left_out="results/{corpus}/left_out.parquet",
        adjusted="results/{corpus}/adjusted.parquet",
        tallies=f"{RESULTS}tallies/{HEADLINE}.parquet",
        frame="results/{corpus}/coding/frame.parquet",
        documents=shards("documents"),
        duplicates="results/{corpus}/duplicates.parquet",
        twins="results/{corpus}/twins.parquet",
        turns=shards("turns"),
        speakers=shards("speakers"),
        sentences=shards("sentences"),
        marks=shards("marks"),
        passages=shards("passages"),
        matches=shards("matches"),
        codes=[shards(f"codes/{coder}") for coder in TALLIED],
        probabilities="results/{corpus}/coding/probabilities.parquet" if CODED else [],
        given="results/{corpus}/coding/given.parquet" if CODED else [],
        sample=SAMPLE if CODED else [],
        coded=CODED,
        accuracy="results/{corpus}/coder_accuracy.parquet" if CODED else [],
        confusions="results/{corpus}/coder_confusions.parquet" if CODED else [],
        corpus=CORPUS_FILES,
        codebook=CODEBOOK,
        code=code("vary_analysis"),
    output:
        sensitivities="results/{corpus}/sensitivities.parquet",
        changes="results/{corpus}/changes.parquet",
        tippings="results/{corpus}/tippings.parquet",
    log:
        "logs/vary_analysis/{corpus}.log",
    benchmark:
        "benchmarks/vary_analysis/{corpus}.tsv"
    params:
        coder=HEADLINE,
        kinds=config["coding"]["kinds"],
        coding_seed=config["coding"]["seed"],
        estimates=config["estimates"],
    script:
        "../scripts/vary_analysis.py"
