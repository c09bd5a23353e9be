# The gate. Reads the corpus's hand-made files; writes the list of what was read (and, for a simulated corpus, its pages and truth).


rule simulate_pages:
    """Write the pages of the simulated corpus, its register and the truth behind them."""
    input:
        design=FOLDER + "design.yaml",
        grammars=[FOLDER + "grammar_en.yaml", FOLDER + "grammar_ru.yaml"],
        code=code("simulate_pages"),
    output:
        register="results/{corpus}/simulated/documents.csv",
        pages=directory("results/{corpus}/simulated/pages"),
        sentences="results/{corpus}/simulated/truth_sentences.parquet",
        turns="results/{corpus}/simulated/truth_turns.parquet",
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


rule check_inputs:
    """Check every file kept by hand before anything is built from it, and list them with their fingerprints."""
    input:
        register=REGISTER,
        speakers=FOLDER + "speakers.csv",
        stages=FOLDER + "stages.csv",
        relevance=FOLDER + "relevance.csv",
        hypotheses=FOLDER + "hypotheses.yaml",
        codebook="data/reference/codebook.yaml",
        code=code("check_inputs"),
    output:
        inputs=update("results/{corpus}/inputs.csv"),
    log:
        "logs/check_inputs/{corpus}.log",
    benchmark:
        "benchmarks/check_inputs/{corpus}.tsv"
    script:
        "../scripts/check_inputs.py"
