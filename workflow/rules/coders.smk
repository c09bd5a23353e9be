# The jury. Reads the dictionary's codes and those of coders; writes agreement, a trained coder, its errors, and codes corrected for error.


rule measure_agreement:
    """Measure how far coders agree, code by code, with intervals by documents, and which codes may enter confirmatory tests."""
    input:
        frame="results/{corpus}/coding/frame.parquet",
        sample=SAMPLE,
        coded=CODED,
        codebook=CODEBOOK,
        code=code("measure_agreement"),
    output:
        agreement="results/{corpus}/agreement.parquet",
        confusions="results/{corpus}/coder_confusions.parquet",
    log:
        "logs/measure_agreement/{corpus}.log",
    benchmark:
        "benchmarks/measure_agreement/{corpus}.tsv"
    params:
        seed=config["coding"]["seed"],
    script:
        "../scripts/measure_agreement.py"


rule train_coder:
    """Train a coder on the reference codes and let it code the whole frame, never a document that it learnt from."""
    input:
        frame="results/{corpus}/coding/frame.parquet",
        matches=shards("matches"),
        sample=SAMPLE,
        coded=CODED,
        codebook=CODEBOOK,
        code=code("train_coder"),
    output:
        probabilities="results/{corpus}/coding/probabilities.parquet",
        given="results/{corpus}/coding/given.parquet",
        coder="results/{corpus}/coding/coder.npz",
    log:
        "logs/train_coder/{corpus}.log",
    benchmark:
        "benchmarks/train_coder/{corpus}.tsv"
    params:
        seed=config["coding"]["seed"],
        kinds=config["coding"]["kinds"],
    script:
        "../scripts/train_coder.py"


rule measure_coders:
    """Measure dictionary and trained coder against the reference codes: precision, recall, errors by leader and stage."""
    input:
        frame="results/{corpus}/coding/frame.parquet",
        dictionary=shards("codes/dictionary"),
        probabilities="results/{corpus}/coding/probabilities.parquet",
        given="results/{corpus}/coding/given.parquet",
        sample=SAMPLE,
        coded=CODED,
        codebook=CODEBOOK,
        code=code("measure_coders"),
    output:
        accuracy="results/{corpus}/coder_accuracy.parquet",
        differences="results/{corpus}/coder_differences.parquet",
    log:
        "logs/measure_coders/{corpus}.log",
    benchmark:
        "benchmarks/measure_coders/{corpus}.tsv"
    params:
        seed=config["coding"]["seed"],
        kinds=config["coding"]["kinds"],
    script:
        "../scripts/measure_coders.py"


rule correct_codes:
    """Correct the trained coder's codes by the reference codes (design-based supervised learning); tally them, and the sample alone."""
    input:
        documents=shards("documents"),
        duplicates="results/{corpus}/duplicates.parquet",
        turns=shards("turns"),
        speakers=shards("speakers"),
        sentences=shards("sentences"),
        marks=shards("marks"),
        passages=shards("passages"),
        frame="results/{corpus}/coding/frame.parquet",
        probabilities="results/{corpus}/coding/probabilities.parquet",
        given="results/{corpus}/coding/given.parquet",
        sample=SAMPLE,
        coded=CODED,
        codebook=CODEBOOK,
        code=code("correct_codes"),
    output:
        trained="results/{corpus}/tallies/trained.parquet",
        sample="results/{corpus}/tallies/sample.parquet",
        corrected="results/{corpus}/tallies/corrected.parquet",
        evidence="results/{corpus}/tallies/evidence.parquet",
        outcomes="results/{corpus}/coding/outcomes.parquet",
    log:
        "logs/correct_codes/{corpus}.log",
    benchmark:
        "benchmarks/correct_codes/{corpus}.tsv"
    params:
        seed=config["coding"]["seed"],
        kinds=config["coding"]["kinds"],
    script:
        "../scripts/correct_codes.py"
