public import FaceLosses
public import FaceRuns
import FaceConfiguration
import Foundation
import Spelling

/// A loss as requested by a study: `arcface:m=0.4`, or `arcface@STUDY` with the values chosen in the study
/// in that folder.
public struct LossRequest: Sendable, Hashable {
    /// The loss, without the chosen values.
    public let loss: LossSpecification
    /// The folder of the study in which values were chosen; nil for a loss without chosen values.
    public let study: String?

    /// Parses a loss, and the part after an `@`, if there is one, as a study's folder.
    ///
    /// - Throws: `FaceLossesError` for a loss that is unknown; the study is read later.
    public init(parsing text: String) throws {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        loss = try LossSpecification(parsing: String(parts[0]))
        let folder = parts.count == 2 ? parts[1].trimmingCharacters(in: .whitespaces) : nil
        if folder == "" {
            throw FaceStudyError.tunedLoss(
                text: text, reason: "the folder of a study is missing behind '@'")
        }
        study = folder
    }

    /// The cells of the study in which this loss was tuned, with their choices.
    ///
    /// - Throws: ``FaceStudyError/tunedLoss(text:reason:)`` if there are none.
    public func tunedCells() throws -> [(cell: TuningCell, chosen: TuningTry)] {
        guard let study else { return [] }
        let folder = StudyFolder(URL(fileURLWithPath: study))
        guard let record = try folder.readTuning() else {
            throw error(
                "\(quoted: study) has no tuning.json; name the folder of a study made with --tune")
        }
        let cells = record.cells.filter { (try? LossSpecification(parsing: $0.loss)) == loss }
        guard !cells.isEmpty else {
            let names = Set(record.cells.map(\.loss)).sorted().joined(separator: ", ")
            throw error("it was not tuned there, but \(names.isEmpty ? "nothing" : names) was")
        }
        let chosen = cells.compactMap { cell in cell.chosenTry.map { (cell: cell, chosen: $0) } }
        guard !chosen.isEmpty else {
            throw error(
                cells.contains { !$0.isComplete }
                    ? "its tuning is not finished; run that study to its end first"
                    : "all of its tries failed there")
        }
        return chosen
    }

    /// The values for a run: those chosen with its backbone on its training set, otherwise with its
    /// backbone, otherwise on its training set, otherwise the only ones that exist.
    ///
    /// - Throws: ``FaceStudyError/tunedLoss(text:reason:)`` where several fit equally well.
    func tuned(
        _ cells: [(cell: TuningCell, chosen: TuningTry)], trainSet: String, backbone: String
    ) throws -> (cell: TuningCell, chosen: TuningTry) {
        let preferences: [(TuningCell) -> Bool] = [
            { $0.trainSet == trainSet && $0.backbone == backbone },
            { $0.backbone == backbone }, { $0.trainSet == trainSet }, { _ in true },
        ]
        for fits in preferences {
            let found = cells.filter { fits($0.cell) }
            if found.count == 1 { return found[0] }
            guard found.isEmpty else { break }
        }
        let places = cells.map { "\($0.cell.backbone) on \($0.cell.trainSet)" }
        throw error(
            "it was tuned for \(places.joined(separator: ", ")), and none of these is "
                + "\(backbone) on \(trainSet); give the chosen values themselves, which "
                + "facet losses show \(text) lists")
    }

    /// The request with the study's canonical path, the same for different spellings.
    var distinctText: String {
        folder.map { "\(loss)@\($0.path)" } ?? loss.description
    }

    /// The study's folder, with links resolved.
    var folder: URL? {
        study.map { URL(fileURLWithPath: $0).standardizedFileURL.resolvingSymlinksInPath() }
    }

    /// The request as written.
    var text: String { study.map { "\(loss.requested)@\($0)" } ?? loss.requested }

    func error(_ reason: String) -> FaceStudyError {
        .tunedLoss(text: text, reason: reason)
    }
}
