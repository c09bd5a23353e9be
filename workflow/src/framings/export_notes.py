"""What stands in the README of each folder of exports: what the files are, and how R reads them."""

from framings.coder_names import explain_codes

SIMULATED = "The texts are simulated: no real person said any of this.\n\n"
READ_TEXTS = """```r
turns  <- read.csv("turns.csv", na.strings = "", encoding = "UTF-8")
tokens <- split(read.csv("tokens.csv", encoding = "UTF-8"), ~ doc_id)
speech <- quanteda::corpus(turns, docid_field = "doc_id", text_field = "text")
```
"""
READ_QUANTEDA = """```r
vars   <- read.csv("quanteda/docvars.csv", na.strings = "", encoding = "UTF-8")
counts <- as(Matrix::readMM("quanteda/dfm.mtx"), "CsparseMatrix"); dimnames(counts) <- list(vars$doc_id, readLines("quanteda/features.txt", encoding = "UTF-8"))
turns  <- quanteda::as.dfm(counts); quanteda::docvars(turns) <- vars
```
"""
READ_STM = """```r
meta <- read.csv("stm/meta.csv", na.strings = "", encoding = "UTF-8"); said <- !is.na(meta$actor_id) & !is.na(meta$stage_id)
data <- stm::prepDocuments(stm::readLdac("stm/documents.ldac")[said], readLines("stm/vocab.txt", encoding = "UTF-8"), meta[said, ], lower.thresh = 3)
fit  <- stm::stm(data$documents, data$vocab, K = 10, prevalence = ~ actor_id + stage_id, data = data$meta, seed = 1)
```
"""


def _say_withheld(n_withheld, instead):
    """Return the sentence on documents whose text may not be passed on, with an empty line behind it; nothing where there are none."""
    if not n_withheld:
        return ""
    return f"The text of {n_withheld} documents may not be passed on (`redistribute` in the register): {instead}.\n\n"


def describe_tei(n_documents, simulated=False, n_withheld=0):
    """Return the README of the TEI files."""
    return (
        f"# {n_documents} documents in TEI\n\n{SIMULATED * simulated}"
        "`corpus.xml` is the root: speakers with their days of office, the codebook, who coded; it includes `documents/*.xml` by XInclude.\n"
        "A turn is `<u who>`, a paragraph `<seg n>` (numbered from 0), a sentence `<s>`: its xml:id is the sentence's key with points for colons.\n"
        "Codes stand behind the body in `<spanGrp type=\"frames\">`, one a coder (`resp`) and version of the codebook (`n`); `ana` is the code.\n"
        "The layout is ParlaMint's, without what these pages do not say. The texts' licences stand in their headers.\n\n"
        f"{_say_withheld(n_withheld, 'sentences are gaps that refer to address and paragraph')}"
    )  # fmt: skip


def describe_texts(levels, n_disarmed, simulated=False):
    """Return the README of the texts; ``levels`` are the tables by level, ``n_disarmed`` the CSV cells with an apostrophe in front."""
    rows = "\n".join(f"| `{name}` | {len(table):,} |".replace(",", " ") for name, table in levels.items())
    withheld = int(levels["documents"]["withheld"].sum())
    return (
        f"# Texts in the Text Interchange Format\n\n{SIMULATED * simulated}"
        f"Each table is there as CSV and as Parquet, and begins with `doc_id` and `text`.\n\n| table | rows |\n| --- | --- |\n{rows}\n\n"
        "`documents` holds a page as printed, labels included; `turns` and `sentences` hold what was said. `tokens` are those of the turns, in lower\n"
        "case and without punctuation, with their position from 1. `left_out` marks documents that repeat another.\n"
        f"Column `codes_dictionary`: {explain_codes('dictionary')}\n\n"
        f"In the CSV files {n_disarmed} cells have an apostrophe in front, for a spreadsheet would run them as a formula; the Parquet files have the text as it is.\n\n"
        f"{_say_withheld(withheld, 'a reference stands in its place, and it has no tokens')}{READ_TEXTS}"
    )


def describe_matrices(shape, language, n_withheld, simulated=False):
    """Return the README of the matrices; ``shape`` is (turns, words)."""
    return (
        f"# How often {shape[0]} turns use {shape[1]} words\n\n{SIMULATED * simulated}"
        f"Turns in the language analysed ({language}), without documents that repeat another and turns without a word. Row k of the matrix is row k of\n"
        "`docvars.csv` and `meta.csv` (line k + 1) and line k of `documents.ldac`; column k is line k of `features.txt` and `vocab.txt`. Words are in lower\n"
        "case; no stop word and no rare word is left out. The stm lines drop words in fewer than four turns, and turns of nobody who is compared.\n\n"
        f"{_say_withheld(n_withheld, 'its turns have no row')}quanteda:\n\n{READ_QUANTEDA}\nstm:\n\n{READ_STM}"
    )
