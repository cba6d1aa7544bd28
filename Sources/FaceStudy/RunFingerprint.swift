import FaceConfiguration
import FaceRuns
import FaceTraining
import Foundation
import FaceModels

/// Everything that determines the numbers of a run's training, as stored in its checkpoints.
///
/// The paths of files, the number of threads, and which of several devices is used are not part of it.
/// Checkpoints of earlier versions contain the last two, which are ignored.
struct RunFingerprint {
    struct Content: Encodable {
        var identity: RunIdentity
        var loss: [String: String]
        var training: TrainingConfiguration
        var compute: ComputeConfiguration
        var inputSize: Int
        var data: String
        var labels: String?
        var heldOut: Double
        /// The input format; nil for the default.
        var input: StudyConfiguration.Input?
        /// The initial weights; nil for random ones.
        var start: Start?
    }

    /// The initial weights of the network and the class weights.
    struct Start: Encodable {
        var contentHash: String
        var classes: Bool
        var newClasses: StudyConfiguration.Start.NewClasses
    }

    /// The fingerprint as stored in a checkpoint.
    let text: String
    private let value: JSONValue
    /// Defaults of options that earlier versions did not have.
    private let defaults: JSONValue

    init(_ content: Content) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        value = Self.decisive(
            try JSONDecoder().decode(JSONValue.self, from: try encoder.encode(content)))
        text = String(decoding: try encoder.encode(value), as: UTF8.self)
        defaults = try JSONDecoder().decode(
            JSONValue.self, from: try encoder.encode(TrainingConfiguration()))
    }

    /// Why a checkpoint belongs to another run, as part of a sentence; nil if it belongs to this run.
    func difference(from stored: String) -> String? {
        if stored == text { return nil }
        guard
            case .object(var theirs)? = try? JSONDecoder().decode(
                JSONValue.self, from: Data(stored.utf8))
        else { return "it was written with a different configuration" }
        guard case .object(var mine) = value else { return nil }
        theirs["training"] = theirs["training"].map(defaults.merging).map { stored in
            mine["training"].map(stored.raised) ?? stored
        }
        Self.renameParameters(in: &theirs)
        if theirs["labels"] == nil { mine["labels"] = nil }
        let difference = JSONValue.object(mine).firstDifference(
            from: Self.decisive(.object(theirs)))
        return difference.map {
            "it was written with a different configuration "
                + "(\(changeText($0.key, from: $0.theirs, to: $0.mine)))"
        }
    }

    /// Replaces former names of the loss's parameters.
    private static func renameParameters(in members: inout [String: JSONValue]) {
        if case .object(var identity)? = members["identity"],
            case .string(let loss)? = identity["loss"]
        {
            identity["loss"] = .string(FormerNames.current(inText: loss))
            members["identity"] = .object(identity)
        }
        if case .object(let values)? = members["loss"] {
            members["loss"] = .object(FormerNames.current(inValues: values))
        }
    }

    /// The value without settings that do not affect numbers.
    private static func decisive(_ value: JSONValue) -> JSONValue {
        guard case .object(var members) = value, case .object(var compute)? = members["compute"]
        else { return value }
        compute["threads"] = nil
        if case .string(let device)? = compute["device"] {
            compute["device"] = .string(DeviceKind.name(device))
        }
        members["compute"] = .object(compute)
        return .object(members)
    }
}
