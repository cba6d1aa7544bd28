import FaceConfiguration
import FaceRuns
import FaceTraining
import Foundation
import Spelling

/// Values that were chosen in other studies: the studies' names, and whether the values can be used.
struct ForeignChoices {
    private let algorithm: TrainingConfiguration.Algorithm
    /// The studies' names, by their folders' paths.
    private let labels: [String: String]

    init(_ requests: [LossRequest], _ algorithm: TrainingConfiguration.Algorithm) {
        self.algorithm = algorithm
        labels = Self.labels(requests)
    }

    /// The name of each folder, with as many parent folders as distinguish it from earlier ones.
    ///
    /// The first folder with a name keeps it without parents, so that its runs keep their names when a
    /// second one is added.
    private static func labels(_ requests: [LossRequest]) -> [String: String] {
        var labels: [String: String] = [:]
        var taken: Set<String> = []
        for request in requests {
            guard let study = request.study, let path = request.folder?.path, labels[path] == nil
            else { continue }
            let names = URL(fileURLWithPath: study).standardizedFileURL.pathComponents
                .filter { $0 != "/" }
            let ends = (0..<names.count).map { names.suffix($0 + 1).joined(separator: "/") }
            let label = ends.first { !taken.contains($0) } ?? path
            labels[path] = label
            taken.insert(label)
        }
        return labels
    }

    /// The requested study's name in loss names and tables.
    func label(_ request: LossRequest) -> String? {
        request.folder.flatMap { labels[$0.path] }
    }

    /// Refuses values that were tuned with another optimiser, whose learning rates are of another
    /// magnitude.
    ///
    /// - Throws: ``FaceStudyError/tunedLoss(text:reason:)``.
    func requireSameOptimizer(
        _ cell: TuningCell, _ chosen: TuningTry, _ request: LossRequest
    ) throws(FaceStudyError) {
        guard let theirs = Self.optimizer(cell, chosen, request), theirs != algorithm.rawValue
        else { return }
        throw request.error(
            "it was tuned with the optimiser \(theirs) and this study uses \(algorithm.rawValue), "
                + "whose learning rates are of another magnitude; use --optimizer \(theirs), or give the "
                + "loss's own values alone: \(chosen.loss)")
    }

    /// The optimiser with which values were tuned: from the record, or from the try itself if the record
    /// does not name it; nil if the try no longer exists.
    private static func optimizer(
        _ cell: TuningCell, _ chosen: TuningTry, _ request: LossRequest
    ) -> String? {
        if let name = cell.optimizer { return name }
        guard let folder = request.folder,
            let run = try? RunFolder(folder.appendingPathComponent(chosen.folder))
                .readDescription()
        else { return nil }
        guard case .string(let name)? = run.configuration["training"]?["algorithm"] else {
            return TrainingConfiguration().algorithm.rawValue
        }
        return name
    }
}

extension Study {
    /// Refuses a folder whose runs have different values under the same name: from another study with this
    /// name, or from the same study before it was tuned further. A report would mix them up.
    ///
    /// - Throws: ``FaceStudyError/tunedLoss(text:reason:)``.
    func requireSameChoices() throws {
        var planned: [TunedOrigin: PlannedRun] = [:]
        for run in plan.runs {
            guard let origin = run.identity.tuned, origin.study != nil else { continue }
            planned[origin] = run
        }
        guard !planned.isEmpty else { return }
        for folder in try folder.runs() {
            // The report names damaged runs.
            guard let stored = try? folder.readDescription(), let origin = stored.identity.tuned,
                let run = planned[origin], let settings = run.settings,
                !stored.has(settings, loss: run.identity.loss)
            else { continue }
            throw FaceStudyError.tunedLoss(
                text: origin.name,
                reason:
                    "\(quoted: folder.url.path) has other values of that name, of another study called "
                    + "\(quoted: origin.study ?? "") or from before it was tuned further; choose another "
                    + "--output, or remove that folder")
        }
    }
}

extension RunDescription {
    /// Whether a run was made with tuned values.
    func has(_ settings: RunSettings, loss: String) -> Bool {
        has(
            loss: loss, learningRate: settings.learningRate, weightDecay: settings.weightDecay)
    }

    /// Whether a run was made with a loss, a peak learning rate and a weight decay.
    func has(loss: String, learningRate: Double, weightDecay: Double) -> Bool {
        let training = configuration["training"]
        let optimizer = training?["algorithm"] == .string("adamw") ? "adamw" : "optimizer"
        return identity.loss == loss
            && training?["schedule"]?["peak"] == .number(learningRate)
            && training?[optimizer]?["weightDecay"] == .number(weightDecay)
    }
}
