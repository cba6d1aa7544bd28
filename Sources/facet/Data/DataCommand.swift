import CommandKit

let dataCommand = Command(
    "data", "Create, check and convert data sets.",
    discussion: """
        A SET is a folder <identity>/<image>, a RecordIO pack (train.rec or its folder), shards of a WebDataset \
        ('NAME-{000..012}.tar', in quotation marks, or their folder), a .tar or .zip of a folder, a TFRecord file, \
        an LMDB database, a list \
        'path label' (LIST,FOLDER if paths are relative to another folder), a TSV of MS-Celeb-1M \
        (FILE,LIST for a cleaned list), an insightface .bin, or a test set IMAGES,PAIRS.
        """,
    subcommands: [
        checkCommand, statsCommand, sheetCommand, convertCommand, importCommand, packCommand,
        unpackCommand, detectCommand, alignCommand, pairsCommand, protocolCommand,
        synthesizeCommand,
    ])
