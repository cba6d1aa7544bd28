public import FaceEvaluation
import Foundation
import Spelling

/// One line of `scores/<test>.csv`: a pair as the last epoch's model scored it, and its images.
public struct ScoreRecord: Sendable, Hashable {
    /// Distance, kind and fold of the pair.
    public var pair: ScoredPair
    /// First image, relative to the test set's folder.
    public var first: String
    /// Second image, relative to the test set's folder.
    public var second: String

    /// Creates the record of a pair.
    public init(_ pair: ScoredPair, first: String, second: String) {
        self.pair = pair
        self.first = first
        self.second = second
    }
}

/// `scores/<test>.csv`: one pair per line under a header.
enum ScoreTable {
    static let header = ["fold", "same", "distance", "first", "second"]

    /// The table's bytes. `same` is `1` or `0`; distances are the shortest decimal numbers that read back
    /// to the same value; names that a spreadsheet would run as formulas are escaped, and restored when
    /// read.
    static func data(_ scores: [ScoreRecord], path: String) throws(FaceRunsError) -> Data {
        var text = CSVTable.line(header)
        for score in scores {
            guard score.pair.distance.isFinite else {
                throw .nonFiniteNumber(path: path, field: "distance")
            }
            text += CSVTable.spreadsheetLine([
                String(score.pair.fold), score.pair.same ? "1" : "0",
                score.pair.distance.description,
                score.first, score.second,
            ])
        }
        return Data(text.utf8)
    }

    static func scores(_ data: Data, path: String) throws(FaceRunsError) -> [ScoreRecord] {
        let rows: [CSVTable.Row]
        do {
            rows = try CSVTable.rows(data)
        } catch {
            throw .damagedFile(path: path, line: error.line, reason: error.reason)
        }
        guard rows.first?.fields == header else {
            let wanted = header.joined(separator: ",")
            throw .damagedFile(path: path, line: 1, reason: "the header is not \(quoted: wanted)")
        }
        var scores: [ScoreRecord] = []
        for row in rows.dropFirst() {
            guard let score = score(row.fields) else {
                throw .damagedFile(path: path, line: row.line, reason: "not the score of a pair")
            }
            scores.append(score)
        }
        return scores
    }

    /// The squared distance of opposite unit vectors, and what rounding adds to it.
    private static let maxDistance: Float = 4.001

    private static func score(_ fields: [String]) -> ScoreRecord? {
        guard fields.count == header.count, let fold = Int(fields[0]),
            (0...RecordChecks.maxCount).contains(fold),
            let same = ["0": false, "1": true][fields[1]],
            let distance = Float(fields[2]), (0...Self.maxDistance).contains(distance)
        else { return nil }
        return ScoreRecord(
            ScoredPair(distance: distance, same: same, fold: fold),
            first: SpreadsheetCell.plain(fields[3]), second: SpreadsheetCell.plain(fields[4]))
    }
}
