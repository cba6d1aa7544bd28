import FaceEvaluation
import FaceRuns
import Spelling

/// `results.csv`: one row per run, whatever its status, in the order of the report.
///
/// Fractions are 0...1 and numbers the shortest that read back to the same value; missing values are empty
/// cells.
struct ResultsCSV {
    let text: String

    init(_ results: StudyResults) {
        let columns =
            Self.columns + [Self.values(results.tunedCells)] + Self.tuning
            + results.testSets.dropFirst().map { Self.accuracy(on: $0.name) }
            + Self.groups(results) + Self.identification(results)
        let rows = results.runs.map { run in
            CSVTable.spreadsheetLine(columns.map { ($0.value(run) ?? "").visible })
        }
        text = CSVTable.spreadsheetLine(columns.map(\.name.visible)) + rows.joined()
    }

    private struct Column {
        let name: String
        let value: @Sendable (ReportedRun) -> String?

        init(_ name: String, _ value: @escaping @Sendable (ReportedRun) -> String?) {
            self.name = name
            self.value = value
        }

        /// A column of numbers of the first test set's result.
        static func test(
            _ name: String,
            _ value: @escaping @Sendable (TestResult) -> some CustomStringConvertible
        ) -> Column {
            Column(name) { $0.primaryResult.map { "\(value($0))" } }
        }

        /// The same for numbers that a result may lack.
        static func known(
            _ name: String, _ value: @escaping @Sendable (TestResult) -> Double?
        ) -> Column {
            Column(name) { $0.primaryResult.flatMap(value).map { "\($0)" } }
        }
    }

    /// A column of the last epoch's accuracy on a further test set.
    private static func accuracy(on test: String) -> Column {
        Column("test_accuracy:\(test)") { run in
            guard run.status == .finished else { return nil }
            return run.result?.tests.named(test).map { "\($0.accuracy)" }
        }
    }

    /// The worst group of each attribute on each test set, its false non-match rate, and the difference
    /// from the best group's.
    private static func groups(_ results: StudyResults) -> [Column] {
        results.detailedSets.flatMap { test -> [Column] in
            let attributes = results.runs.flatMap { $0.details[test]?.groups ?? [] }
                .map(\.attribute).uniqued
            return attributes.flatMap { attribute -> [Column] in
                let place = "\(test):\(attribute)"
                let ends = {
                    @Sendable (run: ReportedRun) -> (String, best: Double, worst: Double)? in
                    let report = run.details[test]?.groups.first { $0.attribute == attribute }
                    let rates = report?.rows.filter(\.isWithin).compactMap(\.fnmr)
                    guard let name = report?.worst, let best = rates?.min(),
                        let worst = rates?.max()
                    else { return nil }
                    return (name, best, worst)
                }
                return [
                    Column("worst_group:\(place)") { ends($0)?.0 },
                    Column("worst_group_fnmr:\(place)") { ends($0).map { "\($0.worst)" } },
                    Column("worst_to_best_fnmr:\(place)") {
                        ends($0).map { "\($0.worst - $0.best)" }
                    },
                ]
            }
        }
    }

    /// The figures on each test set of templates and on MegaFace.
    private static func identification(_ results: StudyResults) -> [Column] {
        results.templateSets.flatMap { test -> [Column] in
            let measures = results.runs.flatMap { $0.identification[test]?.figures ?? [] }
                .filter { $0.value != nil }.map(\.measure).uniqued
            return measures.map { measure in
                Column("\(measure.columnName):\(test)") { run in
                    guard run.status == .finished else { return nil }
                    return run.identification[test]?.value(measure).map { "\($0)" }
                }
            }
        }
    }

    /// Whether a run has its loss's default or the chosen values; empty if nothing was tuned.
    private static func values(_ cells: [TuningCell]) -> Column {
        Column("values") { run in
            let identity = run.description.identity
            let isTuned = cells.contains {
                $0.trainSet == identity.trainSet && $0.backbone == identity.backbone
                    && $0.loss == run.description.lossName
            }
            let values: TuningRole.Values? =
                identity.tuned != nil
                ? .tuned : isTuned || run.description.tuning != nil ? .standard : nil
            return values?.rawValue
        }
    }

    /// The columns about tuning.
    private static let tuning = [
        Column("tuned_values") { run in
            run.description.tuning.map { role in
                role.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                    .joined(separator: " ")
            }
        },
        Column("tuning_tries") { $0.description.tuning.map { "\($0.tries)" } },
        Column("tuned_on") { run in
            run.description.identity.tuned.map { "\($0.backbone) on \($0.trainSet)" }
        },
        Column("tuned_in_study") { $0.description.identity.tuned?.study },
    ]

    private static let columns: [Column] = [
        Column("train_set") { $0.description.identity.trainSet },
        Column("backbone") { $0.description.identity.backbone },
        Column("loss") { $0.description.lossName },
        Column("sampler") { $0.description.identity.sampler },
        Column("seed") { "\($0.seed)" },
        Column("epochs") { "\($0.completedEpochs)" },
        .test("best_epoch", \.bestEpoch),
        Column("train_accuracy") { $0.trainAccuracy.map { "\($0)" } },
        .test("test_accuracy", \.accuracy),
        .test("test_accuracy_std", \.standardDeviation),
        Column("images_per_second") { $0.imagesPerSecond.map { "\($0)" } },
        .test("best_test_accuracy", \.bestAccuracy),
        .test("epoch_within_95_percent", \.epochWithin95Percent),
        Column("test_set") { $0.primaryTest?.name },
        Column("pairs") { $0.primaryTest.map { "\($0.pairs)" } },
        Column("tar_at_far_1e-3") { $0.supportedTAR.map { "\($0)" } },
        .known("auc", \.auc),
        .known("eer", \.eer),
        .test("threshold", \.threshold),
        .known("mean_norm", \.meanNorm),
        Column("train_images") { "\($0.description.train.images)" },
        Column("train_identities") { "\($0.description.train.identities)" },
        Column("parameters") { "\($0.description.backbone.parameters)" },
        Column("multiply_adds") { "\($0.description.backbone.multiplyAdds)" },
        Column("batch_size") { "\($0.description.batchSize)" },
        Column("planned_epochs") { "\($0.description.epochs)" },
        Column("seconds") { $0.result.map { "\($0.seconds)" } },
        Column("device") { $0.environment?.device },
        Column("precision") { $0.environment?.precision },
        Column("status") { $0.status.rawValue },
        Column("message") { $0.result?.message },
        Column("run") { $0.name },
        Column("epoch_within_95_band") { $0.convergence.map { "\($0.withinBand.epoch)" } },
        Column("images_within_95_band") { $0.convergence.map { "\($0.withinBand.images)" } },
        Column("images_to_best") { $0.convergence.map { "\($0.best.images)" } },
        Column("area_under_curve") { $0.convergence.map { "\($0.area)" } },
        Column("validation_identity_epoch") {
            ($0.convergence?.validated ?? $0.validationConvergence?.best).map { "\($0.epoch)" }
        },
        Column("test_accuracy_at_validation_epoch") {
            $0.convergence?.validated.map { "\($0.accuracy)" }
        },
        Column("validation_accuracy") { $0.epochs.last?.validation.map { "\($0.accuracy)" } },
        Column("validation_pairs") { $0.description.validation.map { "\($0.pairs)" } },
        Column("kernels") { $0.environment?.kernels },
        Column("learned") { run in
            run.status == .finished ? run.nothingLearned == nil ? "yes" : "no" : nil
        },
    ]
}

extension TemplateReport.Measure {
    /// Name of the measure in a column.
    fileprivate var columnName: String {
        switch self {
        case .tar(let far): "tar_at_far_\(OperatingPoint.text(ofRate: far))"
        case .rank(let k): "rank_\(k)"
        case .tpir(let fpir): "tpir_at_fpir_\(OperatingPoint.text(ofRate: fpir))"
        case .rankAmong(let k, let distractors): "rank_\(k)_among_\(distractors)"
        }
    }
}
