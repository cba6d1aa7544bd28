import FaceRuns
import Spelling

/// Reconstructs tuning cells from the runs of a study if `tuning.json` is damaged or missing.
enum RecoveredTuning {
    /// The cells of losses that runs describe as tuned but the record lacks, with the chosen values but
    /// without the other tries.
    static func cells(_ runs: [ReportedRun], besides record: TuningRecord?) -> [TuningCell] {
        var places: [Place] = []
        for run in runs {
            guard let place = Place(run), !places.contains(place),
                record?.cell(
                    trainSet: place.configuration.trainSet, backbone: place.configuration.backbone,
                    loss: place.loss) == nil
            else { continue }
            places.append(place)
        }
        return places.map { cell($0, runs.filter($0.holds)) }
    }

    /// A loss in a configuration.
    private struct Place: Equatable {
        let configuration: Configuration
        let loss: String

        /// The place of a run whose own description states that its loss was tuned in this study; nil for
        /// other runs.
        init?(_ run: ReportedRun) {
            let origin = run.description.identity.tuned
            guard origin?.study == nil, let loss = origin?.loss ?? run.description.tuning?.loss
            else { return nil }
            configuration = run.configuration
            self.loss = loss
        }

        /// Whether a run belongs to the place: at the default or with the chosen values.
        func holds(_ run: ReportedRun) -> Bool {
            guard run.configuration == configuration else { return false }
            guard let origin = run.description.identity.tuned else {
                return run.description.lossName == loss
            }
            return origin.study == nil && origin.loss == loss
        }
    }

    private static func cell(_ place: Place, _ runs: [ReportedRun]) -> TuningCell {
        let descriptions = runs.map(\.description)
        // Runs with other seeds have the same.
        let standard = descriptions.first { $0.identity.tuned == nil }
        let tuned = descriptions.first { $0.identity.tuned != nil }
        let role = descriptions.compactMap(\.tuning).first
        let tries = role?.tries ?? 0
        var cell = TuningCell(
            trainSet: place.configuration.trainSet, backbone: place.configuration.backbone,
            loss: place.loss,
            resolvedLoss: standard?.identity.loss ?? place.loss,
            lossTitle: role?.lossTitle ?? standard?.lossTitle
                ?? tuned?.lossTitle.replacing(" (tuned)", with: "") ?? place.loss,
            sampler: descriptions.first?.identity.sampler ?? "", space: [], fixed: [],
            budget: TuningBudget(tries: tries, epochs: 0, imagesEach: 0, rungs: []),
            validation: TuningValidation(identities: 0, pairs: 0, standardError: 0))
        cell.tries = [item(0, standard)] + (tuned == nil ? [] : [item(1, tuned)])
        let keepsDefault = descriptions.contains {
            $0.identity.tuned == nil && $0.tuning?.isChosen == true
        }
        cell.chosen = tuned == nil ? (keepsDefault ? 0 : nil) : 1
        cell.isComplete = cell.chosen != nil
        return cell
    }

    /// The setting of a run as a try without a score.
    private static func item(_ index: Int, _ run: RunDescription?) -> TuningTry {
        TuningTry(
            index: index, rung: 0, values: run?.tuning?.parameters ?? [:],
            loss: run?.identity.loss ?? "", learningRate: 0, weightDecay: 0, seed: 0,
            epochs: 0, folder: "")
    }

    /// The message about a record that lacks losses which runs describe as tuned; nil if it lacks none.
    static func damage(_ recovered: [TuningCell], record: TuningRecord?, path: String) -> String? {
        guard !recovered.isEmpty else { return nil }
        let names = Set(recovered.map(\.lossTitle)).sorted().joined(separator: ", ")
        let what = record == nil ? "is missing, although" : "has no tries of"
        let rest =
            record == nil ? " \(names) \(recovered.count == 1 ? "was" : "were") tuned" : " \(names)"
        return
            "\(quoted: path) \(what)\(rest); repeat the command of the study, which rebuilds it from its "
            + "tries"
    }
}
