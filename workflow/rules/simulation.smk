# A corpus with known truth. Writes its pages and, at the end, sets what was planted beside what was recovered.


rule simulate_pages:
    """Write the pages of the simulated corpus, its register and the truth behind them."""
    input:
        design=f"{FOLDER}design.yaml",
        grammars=[f"{FOLDER}grammar_en.yaml", f"{FOLDER}grammar_ru.yaml"],
        code=code("simulate_pages"),
    output:
        register="results/{corpus}/simulated/documents.csv",
        pages=directory("results/{corpus}/simulated/pages"),
        sentences="results/{corpus}/simulated/sentences.parquet",
        turns="results/{corpus}/simulated/turns.parquet",
        planted="results/{corpus}/simulated/planted.parquet",
        traps="results/{corpus}/simulated/traps.parquet",
    log:
        "logs/simulate_pages/{corpus}.log",
    benchmark:
        "benchmarks/simulate_pages/{corpus}.tsv"
    params:
        n_documents=config["demo_documents"],
    script:
        "../scripts/simulate_pages.py"


rule match_truth:
    """Attach the planted codes of the simulated corpus to the sentences that the workflow found."""
    input:
        sentences="results/{corpus}/sentences/{shard}.parquet",
        truth="results/{corpus}/simulated/sentences.parquet",
        codebook=CODEBOOK,
        code=code("match_truth"),
    output:
        codes="results/{corpus}/codes/planted/{shard}.parquet",
    log:
        "logs/match_truth/{corpus}/{shard}.log",
    benchmark:
        "benchmarks/match_truth/{corpus}/{shard}.tsv"
    script:
        "../scripts/match_truth.py"


rule compare_recovery:
    """Set what was planted beside what was recovered: text, coding, shares and contrasts."""
    input:
        speakers=shards("speakers"),
        sentences=shards("sentences"),
        passages=shards("passages"),
        codes=[shards(f"codes/{coder}") for coder in TALLIED],
        truth_sentences="results/{corpus}/simulated/sentences.parquet",
        truth_turns="results/{corpus}/simulated/turns.parquet",
        planted="results/{corpus}/simulated/planted.parquet",
        tallies="results/{corpus}/tallies/planted.parquet",
        prevalence="results/{corpus}/prevalence.parquet",
        assessments="results/{corpus}/assessments.parquet",
        corpus=CORPUS_FILES,
        codebook=CODEBOOK,
        code=code("compare_recovery"),
    output:
        shares="results/{corpus}/recovery_shares.parquet",
        contrasts="results/{corpus}/recovery_contrasts.parquet",
        coding="results/{corpus}/recovery_coding.parquet",
        text="results/{corpus}/recovery_text.parquet",
    log:
        "logs/compare_recovery/{corpus}.log",
    benchmark:
        "benchmarks/compare_recovery/{corpus}.tsv"
    params:
        coders=TALLIED,
    script:
        "../scripts/compare_recovery.py"


rule simulate_codes:
    """Draw a sample and code it with the planted codes, and with two simulated coders who err."""
    input:
        frame="results/{corpus}/coding/frame.parquet",
        planted=shards("codes/planted"),
        codebook=CODEBOOK,
        code=code("simulate_codes"),
    output:
        sample="results/{corpus}/simulated/sample.csv",
        coded="results/{corpus}/simulated/coded.csv",
    log:
        "logs/simulate_codes/{corpus}.log",
    benchmark:
        "benchmarks/simulate_codes/{corpus}.tsv"
    params:
        n_wanted=config["coding"]["sentences"],
        seed=config["coding"]["seed"],
    script:
        "../scripts/simulate_codes.py"
