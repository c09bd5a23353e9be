# The jury. Reads sentences and the codebook; writes matches, codes and, by turn, how many sentences carry each code.


rule code_frames:
    """Code every sentence with the dictionary of the codebook; each match keeps its place in the sentence."""
    input:
        documents="results/{corpus}/documents/{shard}.parquet",
        sentences="results/{corpus}/sentences/{shard}.parquet",
        codebook=CODEBOOK,
        code=code("code_frames"),
    output:
        matches="results/{corpus}/matches/{shard}.parquet",
        codes="results/{corpus}/codes/dictionary/{shard}.parquet",
    log:
        "logs/code_frames/{corpus}/{shard}.log",
    benchmark:
        "benchmarks/code_frames/{corpus}/{shard}.tsv"
    params:
        negation_window=config["frames"]["negation_window"],
    script:
        "../scripts/code_frames.py"


rule tally_codes:
    """Count, in each relevant turn of an actor, the relevant sentences that carry each code and composite."""
    input:
        documents=shards("documents"),
        duplicates="results/{corpus}/duplicates.parquet",
        turns=shards("turns"),
        speakers=shards("speakers"),
        sentences=shards("sentences"),
        marks=shards("marks"),
        passages=shards("passages"),
        codes=[shards(f"codes/{coder}") for coder in TALLIED],
        codebook=CODEBOOK,
        code=code("tally_codes"),
    output:
        tallies=expand("results/{{corpus}}/tallies/{coder_id}.parquet", coder_id=TALLIED),
    log:
        "logs/tally_codes/{corpus}.log",
    benchmark:
        "benchmarks/tally_codes/{corpus}.tsv"
    params:
        coders=TALLIED,
        language=config["language"],
    script:
        "../scripts/tally_codes.py"


rule list_frame:
    """List the sentences that coders are asked about, that are predicted and corrected, with the families the dictionary sees."""
    input:
        documents=shards("documents"),
        duplicates="results/{corpus}/duplicates.parquet",
        turns=shards("turns"),
        speakers=shards("speakers"),
        sentences=shards("sentences"),
        marks=shards("marks"),
        passages=shards("passages"),
        codes=shards("codes/dictionary"),
        codebook=CODEBOOK,
        code=code("list_frame"),
    output:
        frame="results/{corpus}/coding/frame.parquet",
    log:
        "logs/list_frame/{corpus}.log",
    benchmark:
        "benchmarks/list_frame/{corpus}.tsv"
    params:
        language=config["language"],
    script:
        "../scripts/list_frame.py"
