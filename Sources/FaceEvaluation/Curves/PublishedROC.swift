import Foundation

/// A published curve of which only the rates are known.
///
/// LFW's results page lists one file per method, each line a true and a false acceptance rate,
/// separated by white space.
public struct PublishedROC: Codable, Sendable, Hashable {
    /// The acceptance rates at one threshold.
    public struct Point: Codable, Sendable, Hashable {
        /// False acceptance rate; 0...1.
        public let far: Double
        /// True acceptance rate; 0...1.
        public let tar: Double
    }

    /// Points in the order of increasing FAR, then TAR.
    public let points: [Point]

    /// Reads the text of a file; empty lines are skipped, the order of lines does not matter.
    ///
    /// - Throws: ``FaceEvaluationError/malformedROCLine(line:text:)`` or
    ///   ``FaceEvaluationError/tooFewROCPoints(_:)``.
    public init(text: String) throws {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        points = try lines.enumerated()
            .compactMap { try Self.point(String($0.element), line: $0.offset + 1) }
            .sorted { ($0.far, $0.tar) < ($1.far, $1.tar) }
        guard points.count > 1 else { throw FaceEvaluationError.tooFewROCPoints(points.count) }
    }

    /// Area under the straight lines between the points; 0...1.
    ///
    /// The curve is not extended: the parts left of the first and right of the last point do
    /// not count.
    public var auc: Double {
        zip(points, points.dropFirst()).reduce(0) { area, pair in
            area + (pair.1.far - pair.0.far) * (pair.0.tar + pair.1.tar) / 2
        }
    }

    /// The largest mean of TAR and `1 - FAR`: the best accuracy where there are as many pairs of
    /// the same as of different people, as on LFW. Chosen on the test set: optimistic.
    public var bestBalancedAccuracy: Double {
        points.reduce(0) { max($0, ($1.tar + 1 - $1.far) / 2) }
    }

    private static func point(_ text: String, line: Int) throws -> Point? {
        let fields = text.split(whereSeparator: \.isWhitespace)
        guard !fields.isEmpty else { return nil }
        let rates = fields.compactMap { Double($0) }.filter { (0...1).contains($0) }
        guard fields.count == 2, rates.count == 2 else {
            throw FaceEvaluationError.malformedROCLine(line: line, text: text)
        }
        return Point(far: rates[1], tar: rates[0])
    }
}
