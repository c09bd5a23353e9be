# The reading room. Reads documents and paragraphs; writes turns, who speaks in them, sentences, and each turn's stage and relevance.


rule segment_turns:
    """Split every document into speaker turns; each character of a paragraph gets one function."""
    input:
        documents="results/{corpus}/documents/{shard}.parquet",
        paragraphs="results/{corpus}/paragraphs/{shard}.parquet",
        code=code("segment_turns"),
    output:
        turns="results/{corpus}/turns/{shard}.parquet",
        spans="results/{corpus}/spans/{shard}.parquet",
    log:
        "logs/segment_turns/{corpus}/{shard}.log",
    benchmark:
        "benchmarks/segment_turns/{corpus}/{shard}.tsv"
    script:
        "../scripts/segment_turns.py"


rule resolve_speakers:
    """Name the person behind every label, by name and dated office; what cannot be named is listed."""
    input:
        documents="results/{corpus}/documents/{shard}.parquet",
        turns="results/{corpus}/turns/{shard}.parquet",
        speakers=f"{FOLDER}speakers.csv",
        code=code("resolve_speakers"),
    output:
        speakers="results/{corpus}/speakers/{shard}.parquet",
    log:
        "logs/resolve_speakers/{corpus}/{shard}.log",
    benchmark:
        "benchmarks/resolve_speakers/{corpus}/{shard}.tsv"
    script:
        "../scripts/resolve_speakers.py"


rule describe_circumstances:
    """Say of every turn whether its speaker is at home at the event, and whether the page gives a translation of the words."""
    input:
        documents="results/{corpus}/documents/{shard}.parquet",
        turns="results/{corpus}/turns/{shard}.parquet",
        speakers="results/{corpus}/speakers/{shard}.parquet",
        known=f"{FOLDER}speakers.csv",
        places=PLACES,
        code=code("describe_circumstances"),
    output:
        circumstances="results/{corpus}/circumstances/{shard}.parquet",
    log:
        "logs/describe_circumstances/{corpus}/{shard}.log",
    benchmark:
        "benchmarks/describe_circumstances/{corpus}/{shard}.tsv"
    script:
        "../scripts/describe_circumstances.py"


rule split_sentences:
    """Split the speech of every turn into sentences, by rules and lists of abbreviations."""
    input:
        documents="results/{corpus}/documents/{shard}.parquet",
        paragraphs="results/{corpus}/paragraphs/{shard}.parquet",
        turns="results/{corpus}/turns/{shard}.parquet",
        spans="results/{corpus}/spans/{shard}.parquet",
        en="data/reference/abbreviations_en.txt",
        ru="data/reference/abbreviations_ru.txt",
        code=code("split_sentences"),
    output:
        sentences="results/{corpus}/sentences/{shard}.parquet",
    log:
        "logs/split_sentences/{corpus}/{shard}.log",
    benchmark:
        "benchmarks/split_sentences/{corpus}/{shard}.tsv"
    script:
        "../scripts/split_sentences.py"


rule mark_turns:
    """Give every turn the stage of its date, count its mentions of integration, and find the sentences around them."""
    input:
        documents="results/{corpus}/documents/{shard}.parquet",
        turns="results/{corpus}/turns/{shard}.parquet",
        sentences="results/{corpus}/sentences/{shard}.parquet",
        relevance=f"{FOLDER}relevance.csv",
        stages=f"{FOLDER}stages.csv",
        code=code("mark_turns"),
    output:
        marks="results/{corpus}/marks/{shard}.parquet",
        passages="results/{corpus}/passages/{shard}.parquet",
    log:
        "logs/mark_turns/{corpus}/{shard}.log",
    benchmark:
        "benchmarks/mark_turns/{corpus}/{shard}.tsv"
    params:
        min_mentions=config["relevance"]["min_mentions"],
        window=config["relevance"]["window"],
    script:
        "../scripts/mark_turns.py"


rule measure_accuracy:
    """Measure how well turns, speakers, sentences and relevance were read, against the marks of readers."""
    input:
        documents=shards("documents"),
        paragraphs=shards("paragraphs"),
        turns=shards("turns"),
        spans=shards("spans"),
        speakers=shards("speakers"),
        sentences=shards("sentences"),
        marks=shards("marks"),
        known=f"{FOLDER}speakers.csv",
        checks=CHECKS,
        code=code("measure_accuracy"),
    output:
        accuracy="results/{corpus}/accuracy.parquet",
        mistakes="results/{corpus}/mistakes.parquet",
        confusions="results/{corpus}/confusions.parquet",
    log:
        "logs/measure_accuracy/{corpus}.log",
    benchmark:
        "benchmarks/measure_accuracy/{corpus}.tsv"
    script:
        "../scripts/measure_accuracy.py"
