import FaceData
import FaceEvaluation
import FaceRuns

/// A training set that was read and checked.
struct PreparedTrainSet {
    /// The images that decode and are trained on.
    let set: LabelledImageSet
    /// Pairs of held-out identities; nil if none are held out.
    let validation: PreparedTest?
    /// Number of held-out identities.
    let heldOut: Int
    /// Stamps of the images' files when they were read.
    let stamps: FileStamps
    /// The report's data on it.
    var facts: TrainSetFacts
    /// Mean of its images, which shows how they are cropped; nil if they were not read, or there are too
    /// few people.
    var meanFace: [Double]?
}

/// All sets of a study, read and checked once.
struct PreparedData {
    let train: [PreparedTrainSet]
    let tests: [PreparedTest]
    /// Test sets of templates, and MegaFace.
    let templates: [PreparedTemplates]
    /// The cohort that normalises scores on them; nil if scores are not normalised, or by training people.
    let cohort: PreparedCohort?
    /// The user's annotations of the test sets' people and images.
    let annotations: SetAnnotations
    /// Results of the sets' scans.
    let found: FoundSets

    /// Reads every set of a study, rendering the built-in ones first.
    ///
    /// - Parameters:
    ///   - draws: Whether missing built-in sets are rendered; otherwise only their descriptions are used.
    ///   - found: Scan results of another process, which are reused for the same files.
    init(
        _ configuration: StudyConfiguration, folder: StudyFolder, control: StudyControl,
        draws: Bool = true, found: FoundSets = FoundSets()
    ) throws {
        var reader = SetReader(
            configuration: configuration, folder: folder, control: control, draws: draws,
            found: found)
        annotations = try configuration.evaluation.annotations()
        let templates = try configuration.test.compactMap { try reader.readTemplates($0) }
        self.templates = templates
        let others = configuration.test.filter { test in
            !templates.contains { $0.facts.name == test.name }
        }
        // Without a training set, existing models are tested, which were tested on pairs during training.
        if let first = templates.first, others.isEmpty, !configuration.train.isEmpty {
            throw FaceStudyError.onlyTemplates(name: first.facts.name)
        }
        let scannedTests = try others.map { try reader.readTest($0) }
        train = try configuration.train.map { try reader.readTrain($0, against: scannedTests) }
        tests = scannedTests.map(\.prepared)
        let normalized = templates.filter { $0.megaFace == nil }
        cohort = try normalized.isEmpty ? nil : reader.readCohort(normalized)
        self.found = reader.found
    }

    private init(train: [PreparedTrainSet]) {
        self.train = train
        found = FoundSets()
        annotations = SetAnnotations()
        tests = []
        templates = []
        cohort = nil
    }

    /// The training sets only, without any data on the test sets.
    var withoutTests: PreparedData {
        let train = train.map { set in
            var set = set
            set.facts.overlaps = nil
            set.facts.warnings = []
            return set
        }
        return PreparedData(train: train)
    }
}
