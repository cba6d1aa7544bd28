import CommandKit
import FaceData
import FaceEmbedding
import FaceEvaluation
import FaceModels
import FaceStudy
import Foundation
import SafeFiles

let evaluateCommand = Command(
    "evaluate", "Evaluate and compare networks, or their embeddings.",
    discussion: """
        The model is a model.safetensors of a run, a run's folder or checkpoint, a network in \
        ONNX or TorchScript (RGB as (byte - 127.5) / 127.5 unless --colour, --input-mean and \
        --input-deviation say otherwise), a state dict of PyTorch with --backbone (the same), or a file of embeddings: .npy, [n, d] or \
        [2, n, d] with the mirror images; or .safetensors with NAME/original and NAME/mirrored. Their \
        rows are the images in the order of their first occurrence in the pairs, or two rows per pair.

        Accuracy is measured by insightface's protocol, with a 95 % interval; \
        --all-protocols adds nine others. Several models are tested on the same \
        pairs and compared: differences with intervals, and McNemar's exact test.

        People of a test set who were in training are reported if the run's head.safetensors, which names \
        them, is beside the model; pictures of both are compared by facet data check --against.

        Given the folder of a study, it adds the test sets to the study: the model of each finished run \
        is tested on them, and the report is rewritten. With an option that applies to one model, such as \
        --save-thresholds or --all-protocols, the folder of facet train means the model in it.

        With --output, writes a page with the curves and the worst errors, and the numbers as JSON \
        and CSV; one folder per model if there are several.
        """,
    positionals: [
        Positional("model", "a network or embeddings; several are compared", isRepeating: true)
    ],
    options: ModelFlags.stateDict + [
        Option(
            "--test", .values("NAME=PACK|IMAGES,PAIRS"),
            "a test set: insightface's .bin, or a folder of images and its list of pairs (CFP,FP for "
                + "CFP) or identification protocol; a folder of IJB-B, IJB-C, TinyFace or SurvFace; MegaFace's images and its folder of lists; with two lists, IMAGES,pairsDevTrain.txt,pairsDevTest.txt, LFW's View 1",
            elsewhere: OptionsElsewhere.testSet + OptionsElsewhere.trainSet),
        Option(
            "--attributes", .value("FILE"),
            "groups of people, a CSV whose first column is 'person' or 'image': error rates by group"
        ),
        Option(
            "--quality", .value("FILE"),
            "qualities of the test images, a name and a number per line, for error against rejection"
        ),
        Option(
            "--template-weights", .value("NAME"),
            "weights of a template's images: norm+detector, norm, detector or none; default "
                + "norm+detector, as in insightface",
            completion: .words(TemplatePooling.named.map(\.name))),
        Option(
            "--failures", .value("NAME"),
            "treatment of test images that cannot be read or decoded: refuse for an error, or count for failures to "
                + "enrol (ISO/IEC 19795-1), whose comparisons and searches are misses; default refuse",
            completion: .words(["refuse", "count"])),
        Option(
            "--score-norm", .value("NAME"),
            "how scores on sets of templates are normalised: none, z, t, s, or as:N for adaptive s-norm with "
                + "the N highest of the cohort; default none",
            completion: .words(["none", "z", "t", "s", "as"])),
        Option(
            "--cohort", .value("PATH"),
            "people for normalising scores: a folder <identity>/<image>.jpg of people who are "
                + "not tested", completion: .folders),
        Option("--all-protocols", .flag, "also print the results of the nine other protocols"),
        Option(
            "--output", .value("FOLDER"), "write the page, pictures, scores and metrics.json there",
            elsewhere: OptionsElsewhere.output),
        Option(
            "--embeddings", .value("FILE"),
            "write the embeddings there: .npy for one test set, or .safetensors"),
        Option(
            "--save-thresholds", .flag,
            "keep the thresholds of FAR 1e-2 to 1e-6, as far as the test set supports them, in the model file "
                + "(beside a model of another kind), for facet verify and facet gallery"),
        Option("--worst", .value("N"), "number of errors of each kind on the page; default 24"),
        Option(
            "--input-size", .value("N"),
            "height and width of the input of a network in TorchScript or a state dict, or of an ONNX "
                + "network of any size; default 112",
            elsewhere: OptionsElsewhere.inputSize),
    ] + ModelFlags.input + [
        Option(
            "--batch-size", .value("N"), "images per batch; default 128",
            elsewhere: OptionsElsewhere.batchSize)
    ] + ModelFlags.compute + [
        Option("--json", .flag, "write the results as JSON")
    ],
    absent: OptionsElsewhere.evaluation,
    examples: [
        "facet evaluate runs/arcface/model.safetensors --test lfw=LFW,LFW/pairs.txt --output lfw",
        "facet evaluate runs/arcface runs/softmax --test lfw=lfw.bin",
        "facet evaluate r50.pth --backbone iresnet50 --test lfw=lfw.bin",
        "facet evaluate studies/mine --test cfp=cfp_fp.bin",
        "facet evaluate w600k_r50.onnx --test lfw=lfw.bin",
        "facet evaluate network.pt --test lfw=LFW,LFW/pairs.txt --embeddings lfw.npy",
        "facet evaluate runs/arcface --test ijbc=IJBC --output ijbc",
    ],
    subcommands: [megaFaceCommand]
) { arguments in
    let interrupt = try Interrupt()
    var configuration = try evaluationConfiguration(arguments)
    let paths = arguments.positionals("model")
    if let study = try studyFolder(paths, arguments) {
        return try addTests(to: study, configuration, json: arguments.has("--json"))
    }
    let cohort = try namedCohort(configuration, arguments)
    let embeddings = arguments.value("--embeddings").map { URL(fileURLWithPath: $0) }
    guard embeddings == nil || paths.count == 1 else {
        throw CommandError.badValue(
            option: "--embeddings", value: embeddings?.relativePath ?? "",
            expected: "omitted when several models are compared")
    }
    if let embeddings { try requireNoInput(embeddings, paths, configuration) }
    let annotations = try configuration.evaluation.annotations()
    guard !configuration.evaluation.countsFailures || embeddings == nil else {
        throw CommandError.together("--embeddings", "--failures count")
    }
    let worst = try arguments.whole("--worst", in: 0...1000) ?? 24
    let names = modelNames(paths)
    let weights = ModelFlags.stateDict(arguments)
    let options = EmbeddingOptions(
        compute: try configuration.resolvedCompute(),
        batchSize: configuration.evaluation.batchSize, inputSize: configuration.inputSize,
        input: try ModelFlags.input(arguments), engine: try ModelFlags.engine(arguments))
    try ModelFlags.requireUse(
        ofInput: ["--colour", "--input-mean", "--input-deviation", "--input-size"], arguments,
        paths)
    let warnings = DistinctWarnings()
    let savesThresholds = arguments.has("--save-thresholds")
    guard !savesThresholds || configuration.test.count == 1 else {
        throw CommandError.together("--save-thresholds", "more than one test set")
    }
    let output = arguments.value("--output").map { URL(fileURLWithPath: $0) }
    /// The output folder of a model; nil without `--output`.
    func folder(_ name: String) -> URL? {
        paths.count == 1 ? output : output?.appendingPathComponent(name)
    }
    var drawn = DrawnTests()
    defer { drawn.remove() }
    /// The test sets, with built-in ones rendered once, after the first model has been opened.
    func drawnConfiguration() throws -> StudyConfiguration {
        try drawn.draw(for: &configuration, output: output, interrupt)
        return configuration
    }
    if let output {
        if paths.count > 1 { try PlainFile.require(names, in: output) }
        for folder in [output] + names.map(output.appendingPathComponent) {
            try EvaluationResults.requirePlain(folder)
        }
    }
    let results = try zip(paths, names).map { path, name in
        let title = paths.count > 1 ? "\(name) on " : ""
        let tests = TestOptions(
            embeddings: embeddings, annotations: annotations, cohort: cohort,
            pooling: configuration.evaluation.pooling,
            countsFailures: configuration.evaluation.countsFailures,
            journals: folder(name) ?? embeddings?.deletingLastPathComponent())
        return try evaluate(
            path, drawnConfiguration, options, weights, tests, title: title,
            savesThresholds: savesThresholds, warnings, interrupt)
    }
    let comparison = try ModelComparison(Array(zip(names, results)).map { (name: $0, results: $1) })
    let all = arguments.has("--all-protocols")
    let only = results.count == 1 ? results.first : nil
    if arguments.has("--json") {
        Console.output(try only?.json() ?? comparison.json())
    } else {
        Console.outputWrapped(
            only?.text(allProtocols: all) ?? comparison.text(allProtocols: all))
    }
    guard let output else { return .success }
    for (index, result) in results.enumerated() {
        let folder = folder(names[index]) ?? output
        try result.write(to: folder)
        let files = try EvaluationPage.write(
            result, of: URL(fileURLWithPath: paths[index]), worst: worst, to: folder)
        if let page = files.first { Console.note("page: \(page.path)") }
    }
    if results.count > 1 { try comparison.write(to: output) }
    return .success
}

/// Refuses to overwrite a model, a list or an image that is read.
private func requireNoInput(
    _ written: URL, _ models: [String], _ configuration: StudyConfiguration
) throws {
    let plain = DataWork.plain
    let file = plain(written.path)
    let sets = configuration.test.flatMap { test in
        [test.images, test.pairs] + test.pairs.split(separator: ",").map(String.init)
    }
    let lists = [configuration.evaluation.attributes, configuration.evaluation.quality]
    let isNamed = (models + sets + lists).contains { !$0.isEmpty && plain($0) == file }
    let isInSet =
        FileManager.default.fileExists(atPath: file)
        && configuration.test.contains { file.hasPrefix(plain($0.images) + "/") }
    if isNamed || isInSet {
        throw FaceDataError.cannotWrite(
            path: written.path, reason: "it is one of the input files; choose another name")
    }
}

private func evaluate(
    _ path: String, _ drawn: () throws -> StudyConfiguration, _ options: EmbeddingOptions,
    _ weights: StateDictOptions, _ tests: TestOptions, title: String,
    savesThresholds: Bool, _ warnings: DistinctWarnings, _ interrupt: Interrupt
) throws -> EvaluationResults {
    let evaluation = try ModelEvaluation(
        model: URL(fileURLWithPath: path), options: options, weights: weights)
    let thresholds = savesThresholds ? try evaluation.thresholds() : nil
    let configuration = try drawn()
    try thresholds?.requireWritable()
    var line: ProgressLine?
    var set = ""
    let results = try evaluation.run(
        on: configuration.namedTests, tests,
        warn: { warning in
            line?.finish()
            line = nil
            set = ""
            warnings.print(warning)
        }
    ) { name, done, total in
        if name != set {
            line?.finish()
            line = ProgressLine("testing \(title)\(name)", total: total, unit: "images")
            set = name
        }
        line?.update(done)
        try interrupt.check()
    }
    line?.finish()
    if let thresholds {
        let calibration = try results.calibration(of: configuration.test[0].name)
        try thresholds.write(calibration)
        Console.note(ThresholdText.saved(calibration, in: thresholds.url))
    }
    return results
}

/// The cohort that normalises scores; nil for none.
private func namedCohort(
    _ configuration: StudyConfiguration, _ arguments: Arguments
) throws -> NamedCohort? {
    let options = configuration.evaluation
    guard let normalization = ScoreNormalization(options.scoreNorm) else {
        guard options.cohort.isEmpty else {
            throw CommandError.missingOption(
                option: "--score-norm", hint: "it says how scores are normalised by the cohort")
        }
        return nil
    }
    guard !options.cohort.isEmpty else {
        throw CommandError.missingOption(
            option: "--cohort", hint: "scores are normalised by people who are not tested")
    }
    guard !arguments.has("--save-thresholds") else {
        throw CommandError.together("--save-thresholds", "--score-norm")
    }
    return NamedCohort(normalization, images: options.cohort)
}

/// Prints warnings, each only once for all models.
private final class DistinctWarnings {
    private var printed: Set<String> = []

    /// Prints a warning unless it has been printed before.
    func print(_ warning: String) {
        if printed.insert(warning).inserted { Console.standard.warning(warning) }
    }
}

/// A unique name for each model: the shortest sufficient end of its path.
private func modelNames(_ paths: [String]) -> [String] {
    let parts = paths.map { path -> [String] in
        var parts = URL(fileURLWithPath: path).standardizedFileURL.pathComponents
        if parts.last == "model.safetensors", parts.count > 2 { parts.removeLast() }
        return parts
    }
    func ends(_ length: Int) -> [String] {
        parts.map { $0.suffix(length).filter { $0 != "/" }.joined(separator: "-") }
    }
    for length in 1...(parts.map(\.count).max() ?? 1) {
        let names = ends(length)
        if Set(names).count == names.count { return names }
    }
    return ends(1).enumerated().map { "\($1)-\($0 + 1)" }
}

private func evaluationConfiguration(_ arguments: Arguments) throws -> StudyConfiguration {
    var configuration = try StudyOptions.configuration(
        arguments, without: Set(StudyConfiguration.Input.flags))
    guard !configuration.test.isEmpty else { throw CommandError.missingOption(option: "--test") }
    let names = configuration.test.map(\.name)
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
        throw CommandError.badValue(
            option: "--test", value: twice, expected: "a name that no other test set has")
    }
    if let size = try arguments.whole("--batch-size", in: 1...1_000_000) {
        configuration.evaluation.batchSize = size
    }
    return configuration
}
