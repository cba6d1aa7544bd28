import FaceLosses
import FaceModels
import FaceRuns
import Foundation
public import Processes

/// An order of process 0 to the other processes of a study.
enum StudyOrder: Codable {
    /// Read the training sets.
    case read
    /// Take part in a run's training.
    case train(Run)
    /// End: the study is finished or stops.
    case end

    /// A run, as one process describes it to another.
    struct Run: Codable {
        var identity: RunIdentity
        var trainIndex: Int
        var settings: RunSettings?

        init(_ run: PlannedRun) {
            identity = run.identity
            trainIndex = run.trainIndex
            settings = run.settings
        }

        /// The planned run that the order describes.
        func planned() throws -> PlannedRun {
            var run = PlannedRun(
                identity: identity, trainIndex: trainIndex,
                backbone: try BackboneSpecification(parsing: identity.backbone),
                loss: try LossSpecification(parsing: identity.loss))
            run.settings = settings
            return run
        }
    }
}

extension ProcessTeam {
    /// Sends an order to the other processes; for process 0.
    func order(_ order: StudyOrder) throws {
        try lead(String(decoding: try JSONEncoder().encode(order), as: UTF8.self))
    }

    /// Orders the other processes to end; for process 0.
    public func end() throws { try order(.end) }

    /// The next order of process 0.
    func nextStudyOrder() throws -> StudyOrder {
        let text = try nextOrder()
        guard let order = try? JSONDecoder().decode(StudyOrder.self, from: Data(text.utf8)) else {
            throw ProcessError.unknown(order: text)
        }
        return order
    }
}
