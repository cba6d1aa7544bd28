import FaceData
import FaceLosses
import FaceRuns
import Foundation
import Spelling

/// The people that a network was trained on, by the names in the head file beside it: the training set
/// itself may no longer exist.
public struct TrainedPeople {
    /// Name of the training set.
    let trainSet: String
    /// Names of its identities, or the reason why they are unknown.
    private let identities: Result<[String], Unknown>

    private struct Unknown: Error {
        let reason: String
    }

    /// Reads the head file beside a network's file.
    ///
    /// - Parameter trainSet: The training set's name in the file's metadata; nil if there is none.
    init?(beside model: URL, trainSet: String?) {
        guard let trainSet else { return nil }
        let head = RunFolder(model.deletingLastPathComponent()).headURL
        self.trainSet = trainSet
        guard FileManager.default.fileExists(atPath: head.path) else {
            identities = .failure(Unknown(reason: "there is no head.safetensors beside it"))
            return
        }
        identities = Result { try HeadFile.identities(of: head) }.mapError {
            Unknown(reason: "\($0)")
        }
    }

    /// Why the figures of a test set are optimistic, or why this is unknown: a clause; nil if the test set
    /// names no people, or none of the training set.
    func warning(of pairs: VerificationPairs) -> String? {
        guard !pairs.identities.isEmpty else { return nil }
        switch identities {
        case .failure(let unknown):
            return
                "whether its people were in \(quoted: trainSet), which the network was trained on, is not "
                + "known: \(unknown.reason)"
        case .success(let names): return warning(of: pairs.overlap(with: names))
        }
    }

    /// Why the figures of a set of templates are optimistic, one sentence; nil if no reason is known.
    func warning(of templates: TemplateSet) -> String? {
        guard case .success(let names) = identities else { return nil }
        return templates.trainedWarning(names)
    }

    private func warning(of shared: [String]) -> String? {
        guard !shared.isEmpty else { return nil }
        let numbers = shared.count { PersonName($0).isNumber }
        return
            "\(counted(shared.count, "person", "people")) of it \(shared.count == 1 ? "is" : "are") in "
            + "\(quoted: trainSet), which the network was trained on"
            + (numbers == 0 ? "" : " (\(numbers) by a mere number, which may be somebody else's)")
            + ", which makes its figures too good: " + shared.someJoined()
    }
}
