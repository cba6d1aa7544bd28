import FaceConfiguration
import FaceRuns
import Foundation
import Spelling

/// The tuning of several studies merged into one record, with its tries.
struct JoinedTuning {
    /// The merged record; nil if none of the studies has tuned anything.
    private(set) var record: TuningRecord?
    /// Tries that the target lacks.
    private(set) var added: [RunFolder] = []
    /// Reasons why the studies' choices are incompatible.
    private(set) var reasons: [String] = []

    private let target: StudyFolder
    private var origins: [String: StudyFolder] = [:]
    private var names: Set<String> = []

    /// Reads the records and compares their common cells; nothing is written.
    ///
    /// - Throws: the errors of listing the folders; a damaged record is one of the ``reasons``.
    init(_ target: StudyFolder, _ sources: [StudyFolder]) throws {
        self.target = target
        for study in [target] + sources {
            do throws(FaceRunsError) {
                if let record = try study.readTuning() { take(record, of: study) }
            } catch {
                reasons.append(error.description)
            }
        }
    }

    private mutating func take(_ other: TuningRecord, of study: StudyFolder) {
        var joined = record ?? TuningRecord(cells: [], finalSeeds: [])
        joined.finalSeeds = (joined.finalSeeds + other.finalSeeds).uniqued
        for cell in other.cells {
            let place = joined.cells.firstIndex { $0.isOfSameLoss(as: cell) }
            if let place, let known = origins[cell.place] {
                let mine = joined.cells[place]
                if let difference = cell.difference(from: mine) {
                    reasons.append(
                        "\(cell.loss) with \(cell.backbone) on \(cell.trainSet) was tuned in "
                            + "\(quoted: study.url.path) as well as in \(quoted: known.url.path), and "
                            + "\(difference.key) differs (\(difference.mine) there, "
                            + "\(difference.theirs) in the other); remove one of them, or use its "
                            + "values in the other as \(cell.loss)@STUDY")
                    continue
                }
                if mine.isComplete || !cell.isComplete { continue }
                joined.cells[place] = cell
            } else {
                joined.cells.append(cell)
            }
            origins[cell.place] = study
            takeTries(of: cell, in: study)
        }
        record = joined
    }

    /// Adds the tries of a cell that the target lacks.
    private mutating func takeTries(of cell: TuningCell, in study: StudyFolder) {
        guard study != target else { return }
        for item in cell.tries {
            // A record may come from any source, so only folders of the study's own tries are accepted.
            let name = URL(fileURLWithPath: item.folder).lastPathComponent
            let run = study.tries.run(named: name)
            guard item.folder == "tuning/runs/\(name)", let mine = try? run.readDescription(),
                names.insert(name).inserted
            else { continue }
            let other = target.tries.run(named: name)
            guard FileManager.default.fileExists(atPath: other.descriptionURL.path) else {
                added.append(run)
                continue
            }
            let theirs = try? other.readDescription()
            if let theirs, theirs.configuration.deciding == mine.configuration.deciding { continue }
            reasons.append(
                "\(quoted: run.url.path) is another try than \(quoted: other.url.path); remove one of them"
            )
        }
    }
}

extension TuningCell {
    /// Identifies the cell within a study.
    fileprivate var place: String { [trainSet, backbone, loss].joined(separator: "\n") }

    fileprivate func isOfSameLoss(as other: TuningCell) -> Bool { place == other.place }

    /// The difference from another tuning of the same loss: in the request or in the outcome.
    fileprivate func difference(from other: TuningCell) -> SetDifference? {
        func ranges(_ cell: TuningCell) -> String {
            cell.space.map { "\($0.name) over \($0.range.text)" }.joined(separator: ", ")
        }
        func budget(_ cell: TuningCell) -> String {
            cell.budget.rungs.map { "\($0.tries) tries of \($0.epochs) epochs" }
                .joined(separator: ", then ")
        }
        let asked: [SetDifference] = [
            ("the range", ranges(self), ranges(other)),
            ("the budget", budget(self), budget(other)),
        ]
        if let found = asked.first(where: { $0.mine != $0.theirs }) { return found }
        if let optimizer, let theirs = other.optimizer, optimizer != theirs {
            return ("the optimiser", optimizer, theirs)
        }
        guard let mine = chosenTry, let theirs = other.chosenTry,
            (mine.index, mine.values) != (theirs.index, theirs.values)
        else { return nil }
        return ("the choice", mine.valuesText, theirs.valuesText)
    }
}
