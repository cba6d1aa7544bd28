import Foundation
import SafeFiles
import Spelling
import Torch

/// A run's newest state in a file that is replaced atomically, and the previous state.
///
/// | file | content |
/// |---|---|
/// | `last.safetensors` | the newest state |
/// | `previous.safetensors` | the state before, in case the newest is damaged |
/// | `damaged.safetensors` | a state that could not be read, kept for diagnosis |
///
/// The file's metadata contain the position, the run's fingerprint, and a CRC-32C of the whole file,
/// computed with the checksum's own digits as zeros.
struct TrainingCheckpoint {
    /// File of the newest state.
    let url: URL
    /// Every tensor that training changes, by its name in the file.
    let state: [StateEntry]
    /// Distinguishes the run from others; a checkpoint of another run is refused.
    let fingerprint: String
    /// The tensors of which each process has a part; nil if this process has all.
    private let rows: SharedRows?
    /// Why a stored fingerprint is another run's; nil when it is this run's.
    private let difference: (_ stored: String) -> String?

    /// Why a fingerprint is another run's; nil if it is this run's.
    func difference(from other: String) -> String? { difference(other) }

    init(
        folder: URL, state: [StateEntry], fingerprint: String, rows: SharedRows? = nil,
        difference: ((_ stored: String) -> String?)? = nil
    ) {
        self.difference =
            difference
            ?? { $0 == fingerprint ? nil : "it was written with a different configuration" }
        url = folder.appendingPathComponent("last.safetensors")
        self.state = state
        self.fingerprint = fingerprint
        self.rows = rows
    }

    private var previous: URL { sibling("previous") }

    private func sibling(_ name: String) -> URL {
        url.deletingLastPathComponent().appendingPathComponent("\(name).safetensors")
    }

    // MARK: Writing

    func save(_ position: TrainingPosition) throws {
        let position = String(decoding: try JSONEncoder().encode(position), as: UTF8.self)
        let metadata = ["fingerprint": fingerprint, "position": position]
        // Signals must not end the process while encoding either, which takes as long as writing.
        try Saves.during {
            try CheckedFile.write(
                state, metadata: metadata, to: url, keepingPreviousAs: previous, rows: rows)
        }
    }

    // MARK: Reading

    /// A restored state.
    struct Restored {
        /// Position of the run.
        let position: TrainingPosition
        /// Why the newest state was not used, a sentence; nil when it was.
        let warning: String?
    }

    /// Loads the newest intact state; nil if there is none at all.
    ///
    /// - Throws: ``FaceTrainingError/damagedCheckpoint(path:reason:)`` when there are states but
    ///   none is intact, ``FaceTrainingError/checkpointMismatch(path:reason:)`` for another run's.
    func restore() throws -> Restored? {
        PartialFile.removeStale(in: url.deletingLastPathComponent())
        var damage: String?
        for candidate in [url, previous] {
            guard FileManager.default.fileExists(atPath: candidate.path) else { continue }
            do {
                let position = try load(try CheckedFile.read(candidate))
                return Restored(
                    position: position, warning: try damage.map { try setAside($0, position) })
            } catch let error as CheckedFile.Damage {
                damage = damage ?? error.reason
            }
        }
        guard let damage else { return nil }
        throw FaceTrainingError.damagedCheckpoint(path: url.path, reason: damage)
    }

    /// Loads a file's tensors; of divided ones, process 0 reads the rows when they are distributed.
    private func load(_ file: SafetensorsFile) throws -> TrainingPosition {
        if let reason = difference(file.metadata["fingerprint"] ?? "") {
            throw FaceTrainingError.checkpointMismatch(path: file.path, reason: reason)
        }
        guard let text = file.metadata["position"],
            let position = try? JSONDecoder().decode(
                TrainingPosition.self, from: Data(text.utf8)), position.isPossible
        else {
            throw FaceTrainingError.checkpointMismatch(
                path: file.path, reason: "it does not record its step")
        }
        guard let rows else {
            try state.load(file)
            return position
        }
        var divided: [String: [Int]] = [:]
        for entry in rows.entries { divided[entry.name] = rows.shape(of: entry) }
        try state.filter { !rows.contains($0) }.load(file, besides: divided)
        for entry in rows.entries {
            rows.keep(entry) { range throws(TorchError) in try file.rows(range, of: entry.name) }
        }
        return position
    }

    /// Moves the damaged newest file away, so that the next save does not replace the intact one with it;
    /// returns a warning.
    private func setAside(_ reason: String, _ position: TrainingPosition) throws -> String {
        let damaged = sibling("damaged")
        try AtomicFile.move(url, to: damaged)
        return
            "the newest checkpoint is damaged (\(reason)) and was moved to \(quoted: damaged.path); "
            + "the run resumes from the previous one, at step \(position.step)"
    }
}
