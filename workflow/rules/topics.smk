# The workshop. Reads turns and sentences; writes terms, topic models over a grid of K and seeds, the topics that hold, and what they go with.

LINKED = list(dict.fromkeys(["dictionary", HEADLINE]))  # coders whose codes are held against topics


rule count_terms:
    """Count the terms of every relevant turn of speech, and draw the discovery third of the documents."""
    input:
        documents=shards("documents"),
        duplicates="results/{corpus}/duplicates.parquet",
        turns=shards("turns"),
        sentences=shards("sentences"),
        marks=shards("marks"),
        passages=shards("passages"),
        speakers=f"{FOLDER}speakers.csv",
        stopwords=f"data/reference/stopwords_{config['language']}.txt",
        code=code("count_terms"),
    output:
        counts="results/{corpus}/topics/counts.npz",
        turns="results/{corpus}/topics/turns.parquet",
        terms="results/{corpus}/topics/terms.parquet",
    log:
        "logs/count_terms/{corpus}.log",
    benchmark:
        "benchmarks/count_terms/{corpus}.tsv"
    params:
        language=config["language"],
        min_words=config["topics"]["min_words"],
        min_documents=config["topics"]["min_documents"],
        max_share=config["topics"]["max_share"],
    script:
        "../scripts/count_terms.py"


rule fit_topics:
    """Fit a topic model for each K from a part of the seeds, on the discovery documents, in one thread."""
    input:
        counts="results/{corpus}/topics/counts.npz",
        turns="results/{corpus}/topics/turns.parquet",
        code=code("fit_topics"),
    output:
        fits="results/{corpus}/topics/fits_{part}.npz",
    log:
        "logs/fit_topics/{corpus}/{part}.log",
    benchmark:
        "benchmarks/fit_topics/{corpus}/{part}.tsv"
    threads: 1
    params:
        ks=list(range(config["topics"]["k_min"], config["topics"]["k_max"] + 1)),
        seeds=lambda wildcards: list(range(int(wildcards.part), config["topics"]["seeds"], len(TOPIC_PARTS))),
        part_of_documents=config["topics"]["part_of_documents"],
    script:
        "../scripts/fit_topics.py"


rule choose_topics:
    """Match topics over seeds, keep those that return, choose K with reasons, share the topics out to all turns."""
    input:
        fits=expand("results/{{corpus}}/topics/fits_{part}.npz", part=TOPIC_PARTS),
        counts="results/{corpus}/topics/counts.npz",
        turns="results/{corpus}/topics/turns.parquet",
        terms="results/{corpus}/topics/terms.parquet",
        speakers=shards("speakers"),
        code=code("choose_topics"),
    output:
        fits="results/{corpus}/topics/fits.parquet",
        stability="results/{corpus}/topics/stability.parquet",
        choice="results/{corpus}/topics/choice.parquet",
        topics="results/{corpus}/topics/topics.parquet",
        words="results/{corpus}/topics/words.parquet",
        weights="results/{corpus}/topics/weights.parquet",
        shares="results/{corpus}/topics/shares.parquet",
        actors="results/{corpus}/topics/actors.parquet",
    log:
        "logs/choose_topics/{corpus}.log",
    benchmark:
        "benchmarks/choose_topics/{corpus}.tsv"
    threads: 1
    params:
        min_similarity=config["topics"]["min_similarity"],
    script:
        "../scripts/choose_topics.py"


rule draw_topics:
    """Estimate each topic's share by actor and stage over draws of fits and words: the method of composition."""
    input:
        fits=expand("results/{{corpus}}/topics/fits_{part}.npz", part=TOPIC_PARTS),
        counts="results/{corpus}/topics/counts.npz",
        turns="results/{corpus}/topics/turns.parquet",
        terms="results/{corpus}/topics/terms.parquet",
        choice="results/{corpus}/topics/choice.parquet",
        topics="results/{corpus}/topics/topics.parquet",
        weights="results/{corpus}/topics/weights.parquet",
        shares="results/{corpus}/topics/shares.parquet",
        speakers=shards("speakers"),
        code=code("draw_topics"),
    output:
        stages="results/{corpus}/topics/stages.parquet",
    log:
        "logs/draw_topics/{corpus}.log",
    benchmark:
        "benchmarks/draw_topics/{corpus}.tsv"
    threads: 1
    params:
        seed=config["estimates"]["seed"],
        part_of_documents=config["topics"]["part_of_documents"],
        min_similarity=config["topics"]["min_similarity"],
        min_documents=config["estimates"]["min_documents"],
        min_sentences=config["estimates"]["min_sentences"],
    script:
        "../scripts/draw_topics.py"


rule link_topics:
    """Correlate topic shares with coded shares over turns and documents, for the dictionary and the coder that counts."""
    input:
        shares="results/{corpus}/topics/shares.parquet",
        topics="results/{corpus}/topics/topics.parquet",
        turns="results/{corpus}/topics/turns.parquet",
        tallies=expand("results/{{corpus}}/tallies/{coder_id}.parquet", coder_id=LINKED),
        evidence=EVIDENCE,
        code=code("link_topics"),
    output:
        links="results/{corpus}/topics/links.parquet",
    log:
        "logs/link_topics/{corpus}.log",
    benchmark:
        "benchmarks/link_topics/{corpus}.tsv"
    params:
        coders=LINKED,
    script:
        "../scripts/link_topics.py"


rule compare_topics:
    """Compare the topics of record with a structural topic model's; no part of `all`, needs the optional package topica."""
    input:
        counts=f"{RESULTS}topics/counts.npz",
        turns=f"{RESULTS}topics/turns.parquet",
        terms=f"{RESULTS}topics/terms.parquet",
        topics=f"{RESULTS}topics/topics.parquet",
        weights=f"{RESULTS}topics/weights.parquet",
        shares=f"{RESULTS}topics/shares.parquet",
        speakers=shards("speakers"),
        code=code("compare_topics"),
    output:
        compared=f"{RESULTS}topics/compared.parquet",
        csv=f"{RESULTS}topics/compared.csv",
    log:
        f"logs/compare_topics/{CORPUS}.log",
    benchmark:
        f"benchmarks/compare_topics/{CORPUS}.tsv"
    threads: 1
    params:
        seed=config["estimates"]["seed"],
        min_documents=config["estimates"]["min_documents"],
        min_sentences=config["estimates"]["min_sentences"],
    script:
        "../scripts/compare_topics.py"
