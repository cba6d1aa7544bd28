import FaceConfiguration
import FaceLosses
import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import Spelling

extension Study {
    /// Refuses fewer tries than an earlier choice was made from, and a command without tuning of losses
    /// that were tuned in the folder, whose runs would then have other training images.
    ///
    /// - Throws: ``FaceStudyError/tuning(reason:)`` with the options that the command lacks.
    static func requireFormerTries(
        _ configuration: StudyConfiguration, _ plan: TuningPlan, _ record: TuningRecord,
        in folder: StudyFolder
    ) throws {
        for cell in plan.cells {
            let former = record.cell(
                trainSet: cell.trainSet, backbone: cell.backbone.description,
                loss: cell.loss.requested)
            guard let former, former.isComplete, former.budget.tries > configuration.tuning.tries
            else { continue }
            throw FaceStudyError.tuning(
                reason: "\(former.loss) was tuned with \(former.budget.tries) tries in "
                    + "\(quoted: folder.url.path), and \(configuration.tuning.tries) would choose among "
                    + "fewer; use --tune \(former.budget.tries) or more, or another --output")
        }
        guard !configuration.tuning.isOn, configuration.validation.identities == 0 else { return }
        let backbones = try configuration.backbones.map {
            try BackboneSpecification(parsing: $0).description
        }
        let losses = try configuration.losses.map { try LossRequest(parsing: $0) }
            .filter { $0.study == nil }.map(\.loss.requested)
        let trainSets = configuration.train.map(\.name)
        let former = record.cells.first {
            trainSets.contains($0.trainSet) && backbones.contains($0.backbone)
                && losses.contains($0.loss)
        }
        guard let former else { return }
        throw FaceStudyError.tuning(
            reason:
                "\(former.loss) was tuned in \(quoted: folder.url.path), whose runs leave out the "
                + "identities that tries were scored on; add "
                + "\(former.options(epochs: configuration.training.epochs)), or choose another "
                + "--output")
    }
}

extension TuningCell {
    /// The options with which the cell was tuned.
    ///
    /// - Parameter epochs: Epochs of a run of the study.
    fileprivate func options(epochs: Int) -> String {
        let others = [
            (budget.epochs != epochs, "--tune-epochs \(budget.epochs)"),
            (budget.rungs.count > 1, "--tune-halving"),
            (space.contains { $0.name == TunedParameter.weightDecay }, "--tune-weight-decay"),
        ].filter(\.0).map(\.1)
        return (["--tune \(budget.tries)"] + others).joined(separator: " ")
    }
}
