# The archive's copies for other tools, and the tables for print. Reads the tables of all rooms; writes results/<corpus>/exports and tables/tex, tables/word.
# `snakemake export` makes the exports; they are no part of `all`.


rule export_tei:
    """Write every document as TEI with turns, sentences and codes, and the corpus that holds them."""
    input:
        register=REGISTER,
        documents=shards("documents"),
        paragraphs=shards("paragraphs"),
        turns=shards("turns"),
        speakers=shards("speakers"),
        spans=shards("spans"),
        sentences=shards("sentences"),
        codes=shards("codes/dictionary"),
        coded=CODED,
        corpus=CORPUS_FILES,
        codebook=CODEBOOK,
        code=code("export_tei"),
    output:
        tei=directory("results/{corpus}/exports/tei"),
    log:
        "logs/export_tei/{corpus}.log",
    benchmark:
        "benchmarks/export_tei/{corpus}.tsv"
    params:
        title=TITLE,
        simulated=SIMULATED,
    script:
        "../scripts/export_tei.py"


rule export_texts:
    """Write documents, turns, sentences and tokens in the Text Interchange Format."""
    input:
        register=REGISTER,
        documents=shards("documents"),
        paragraphs=shards("paragraphs"),
        turns=shards("turns"),
        speakers=shards("speakers"),
        spans=shards("spans"),
        sentences=shards("sentences"),
        marks=shards("marks"),
        passages=shards("passages"),
        codes=shards("codes/dictionary"),
        duplicates="results/{corpus}/duplicates.parquet",
        code=code("export_texts"),
    output:
        tables=expand(
            "results/{{corpus}}/exports/texts/{table}.{suffix}",
            table=["documents", "turns", "sentences", "tokens"],
            suffix=["csv", "parquet"],
        ),
        readme="results/{corpus}/exports/texts/README.md",
    log:
        "logs/export_texts/{corpus}.log",
    benchmark:
        "benchmarks/export_texts/{corpus}.tsv"
    params:
        simulated=SIMULATED,
    script:
        "../scripts/export_texts.py"


rule export_matrices:
    """Write how often each turn uses each word, as quanteda and stm read it."""
    input:
        turns="results/{corpus}/exports/texts/turns.parquet",
        code=code("export_matrices"),
    output:
        counts="results/{corpus}/exports/matrices/quanteda/dfm.mtx",
        features="results/{corpus}/exports/matrices/quanteda/features.txt",
        docvars="results/{corpus}/exports/matrices/quanteda/docvars.csv",
        documents="results/{corpus}/exports/matrices/stm/documents.ldac",
        vocab="results/{corpus}/exports/matrices/stm/vocab.txt",
        meta="results/{corpus}/exports/matrices/stm/meta.csv",
        readme="results/{corpus}/exports/matrices/README.md",
    log:
        "logs/export_matrices/{corpus}.log",
    benchmark:
        "benchmarks/export_matrices/{corpus}.tsv"
    params:
        language=config["language"],
        simulated=SIMULATED,
    script:
        "../scripts/export_matrices.py"


rule typeset_tables:
    """Set the main tables in LaTeX and for Word, with notes."""
    input:
        assessments="results/{corpus}/assessments.parquet",
        prevalence="results/{corpus}/prevalence.parquet",
        adjusted="results/{corpus}/adjusted.parquet",
        agreement=["results/{corpus}/agreement.parquet"] * bool(CODED),
        names="results/{corpus}/names.json",
        code=code("typeset_tables"),
    output:
        tex=expand("results/{{corpus}}/tables/tex/{table}.tex", table=PUBLISHED),
        word=expand("results/{{corpus}}/tables/word/{table}.html", table=PUBLISHED),
    log:
        "logs/typeset_tables/{corpus}.log",
    benchmark:
        "benchmarks/typeset_tables/{corpus}.tsv"
    params:
        coder=HEADLINE,
        reference_note=NOTE,
        simulated=SIMULATED,
    script:
        "../scripts/typeset_tables.py"


rule export:
    """Gather the exports."""
    input:
        f"{RESULTS}exports/tei",
        f"{RESULTS}exports/texts/README.md",
        f"{RESULTS}exports/matrices/README.md",
