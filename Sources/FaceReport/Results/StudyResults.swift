import Documents
import FaceConfiguration
package import FaceRuns
import Foundation
import Spelling

/// A study's runs, grouped for the report.
package struct StudyResults: Sendable {
    /// All runs that could be read, by configuration, loss and seed.
    package let runs: [ReportedRun]
    /// Sentences on folders and files that could not be read.
    package let damages: [String]
    /// The losses in the order of tables and figures.
    package let losses: [LossSeries]
    /// Names of the backbones, the largest network first.
    package let backbones: [String]
    /// Names of the training sets, the smallest first.
    package let trainSets: [String]

    /// The planned extent of the study; nil if unknown.
    package let scope: StudyScope?

    /// The tries and the choice of each loss; `nil` if nothing was tuned, or the record is damaged or
    /// missing.
    package let tuning: TuningRecord?
    /// The tuned losses: those of ``tuning``, and those known only from their runs.
    package let tunedCells: [TuningCell]

    private let cells: [Configuration: [LossSeries: [ReportedRun]]]
    private let backboneTitles: [String: String]

    /// Reads the runs of a study's folder.
    package init(
        reading study: StudyFolder, scope: StudyScope? = nil
    ) throws(FaceReportError) {
        let folders: [RunFolder]
        let nameless: [RunFolder]
        do {
            folders = try study.runs()
            nameless = try study.runsWithoutDescription()
        } catch {
            throw .runs(error)
        }
        var runs: [ReportedRun] = []
        let place = PathShortener(
            study: study.url.path, configuration: .null, workingDirectory: nil)
        var damages = nameless.map { run in
            place.text(
                "\(quoted: run.descriptionURL.path) is missing, so it is unknown which run is in "
                    + "that folder; it is "
                    + "left out; repeat the study's command, or remove the folder")
        }
        var known: [TestPairs] = []
        for folder in folders {
            do {
                let run = try ReportedRun(reading: folder, known: &known)
                // A copy would count as another seed whose results are the same.
                if let original = runs.first(where: run.isCopy) {
                    damages.append(
                        "'runs/\(run.name)' is the same run as 'runs/\(original.name)', as a copy of its folder "
                            + "is; it is left out; remove one of the two")
                    continue
                }
                runs.append(run)
                damages += run.damages
            } catch {
                let paths = PathShortener(
                    study: study.url.path, configuration: .null, workingDirectory: nil)
                damages.append(paths.text(error.description))
            }
        }
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: study.url.path, isDirectory: &isFolder)
        guard exists, isFolder.boolValue else { throw .noFolder(path: study.url.path) }
        let asRun = RunFolder(study.url)
        if runs.isEmpty, FileManager.default.fileExists(atPath: asRun.descriptionURL.path) {
            let folder = study.url.deletingLastPathComponent().deletingLastPathComponent()
            throw .runFolder(path: study.url.path, study: folder.path)
        }
        guard !runs.isEmpty else {
            throw .noRuns(study: study.url.path, damaged: damages.count)
        }
        let paths = PathShortener(
            study: study.url.path, configuration: .null, workingDirectory: nil)
        var tuning: TuningRecord?
        do {
            tuning = try study.readTuning()
            let recovered = RecoveredTuning.cells(runs, besides: tuning)
            let damage = RecoveredTuning.damage(
                recovered, record: tuning, path: study.tuningURL.path)
            damages += damage.map { [paths.text($0)] } ?? []
        } catch {
            damages.append(paths.text(error.description))
        }
        self.init(runs: runs, damages: damages, scope: scope, tuning: tuning)
    }

    package init(
        runs: [ReportedRun], damages: [String] = [], scope: StudyScope? = nil,
        tuning: TuningRecord? = nil
    ) {
        self.scope = scope
        self.tuning = tuning
        tunedCells = (tuning?.cells ?? []) + RecoveredTuning.cells(runs, besides: tuning)
        let order = DisplayOrder(runs)
        losses = order.losses
        backbones = order.backbones
        trainSets = order.trainSets
        backboneTitles = order.backboneTitles
        self.damages = damages
        var cells: [Configuration: [LossSeries: [ReportedRun]]] = [:]
        for run in runs.sorted(by: { ($0.seed, $0.name) < ($1.seed, $1.name) }) {
            guard let loss = order.series(of: run) else { continue }
            cells[run.configuration, default: [:]][loss, default: []].append(run)
        }
        self.cells = cells
        let configurations = order.backbones.flatMap { backbone in
            order.trainSets.map { Configuration(backbone: backbone, trainSet: $0) }
        }
        self.runs = configurations.flatMap { configuration in
            order.losses.flatMap { cells[configuration]?[$0] ?? [] }
        }
    }

    /// The configurations that have runs, by backbone and training set.
    package var configurations: [Configuration] {
        backbones.flatMap { backbone in
            trainSets.map { Configuration(backbone: backbone, trainSet: $0) }
        }.filter { cells[$0] != nil }
    }

    /// The runs of a loss in a configuration; empty if there are none yet.
    package func cell(_ configuration: Configuration, _ loss: LossSeries) -> Cell {
        Cell(runs: cells[configuration]?[loss] ?? [])
    }

    /// The runs of a loss with a backbone on a training set.
    package func cell(_ backbone: String, _ trainSet: String, _ loss: LossSeries) -> Cell {
        cell(Configuration(backbone: backbone, trainSet: trainSet), loss)
    }

    /// A backbone's name in the report.
    package func title(ofBackbone name: String) -> String { backboneTitles[name] ?? name }

    /// A configuration's name in the report.
    package func title(_ configuration: Configuration) -> String {
        "\(title(ofBackbone: configuration.backbone)) on \(configuration.trainSet)"
    }

    /// The series to which a run belongs.
    package func loss(of run: ReportedRun) -> LossSeries? {
        losses.first { cells[run.configuration]?[$0]?.contains { $0.name == run.name } ?? false }
    }

    /// Number of runs with a status.
    package func count(_ status: RunStatus) -> Int { runs.count { $0.status == status } }

    /// The largest number of seeds in a cell: finished ones, or if there are none, those that are drawn.
    package var seeds: Int {
        cells.values.flatMap(\.values).map { Set(Cell(runs: $0).drawn.map(\.seed)).count }.max()
            ?? 0
    }

    /// Facts of the test sets, the first of each name, in the order of the runs.
    package var testSets: [TestSetFacts] {
        var seen: Set<String> = []
        return runs.flatMap(\.description.tests).filter { seen.insert($0.name).inserted }
    }

    /// Facts of a training set, from its first run.
    package func facts(ofTrainSet name: String) -> TrainSetFacts? {
        runs.first { $0.description.identity.trainSet == name }?.description.train
    }

    /// Facts of a backbone, from its first run. The number of parameters does not include the
    /// loss's class weights, so it is the same for all losses.
    package func facts(ofBackbone name: String) -> BackboneFacts? {
        runs.first { $0.description.identity.backbone == name }?.description.backbone
    }
}

extension ReportedRun {
    /// The configuration of the run.
    package var configuration: Configuration {
        Configuration(
            backbone: description.identity.backbone, trainSet: description.identity.trainSet)
    }
}
