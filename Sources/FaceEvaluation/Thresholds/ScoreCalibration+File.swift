package import Foundation

extension ScoreCalibration: Codable {
    /// Keys of the JSON.
    private enum CodingKeys: String, CodingKey {
        case set, views, level, thresholds, scores, above
        case impostorPairs = "impostor_pairs"
        case genuinePairs = "genuine_pairs"
        case atLeast = "at_least"
    }

    /// Decodes a calibration; an inconsistent one is an error.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        set = try values.decode(String.self, forKey: .set)
        views = try values.decode(Int.self, forKey: .views)
        level = try values.decode(Double.self, forKey: .level)
        impostorPairs = try values.decode(Int.self, forKey: .impostorPairs)
        genuinePairs = try values.decode(Int.self, forKey: .genuinePairs)
        thresholds = try values.decode([Threshold].self, forKey: .thresholds)
        scores = try values.decode([Double].self, forKey: .scores)
        above = try values.decode([Int].self, forKey: .above)
        atLeast = try values.decode([Int].self, forKey: .atLeast)
        guard let reason = contradiction else { return }
        throw DecodingError.dataCorrupted(
            .init(codingPath: decoder.codingPath, debugDescription: reason))
    }

    /// Encodes a calibration as a model file stores it.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(set, forKey: .set)
        try values.encode(views, forKey: .views)
        try values.encode(level, forKey: .level)
        try values.encode(impostorPairs, forKey: .impostorPairs)
        try values.encode(genuinePairs, forKey: .genuinePairs)
        try values.encode(thresholds, forKey: .thresholds)
        try values.encode(scores, forKey: .scores)
        try values.encode(above, forKey: .above)
        try values.encode(atLeast, forKey: .atLeast)
    }

    /// The inconsistency, as a clause; nil if there is none.
    private var contradiction: String? {
        guard views == 1 || views == 2 else { return "it is of \(views) views" }
        guard level > 0, level < 1 else { return "its level is \(level)" }
        guard impostorPairs > 0, genuinePairs >= 0 else { return "it has no pairs" }
        guard !scores.isEmpty, scores.count == above.count, scores.count == atLeast.count else {
            return "its lists of scores are not of one length"
        }
        let isFalling = zip(scores, scores.dropFirst()).allSatisfy { $0 > $1 }
        let isWithin = zip(above, atLeast).allSatisfy { $0 >= 0 && $0 < $1 }
        let isRising = zip(atLeast, above.dropFirst()).allSatisfy { $0 <= $1 }
        guard isFalling, isWithin, isRising, above[0] == 0, atLeast.last == impostorPairs,
            scores.allSatisfy(\.isFinite)
        else { return "its numbers of pairs do not fit its scores" }
        let isUsable = thresholds.allSatisfy { threshold in
            threshold.far > 0 && threshold.far < 1 && threshold.interval.count == 2
                && threshold.interval[0] <= threshold.cosine
                && threshold.cosine <= threshold.interval[1]
        }
        return isUsable && !thresholds.isEmpty ? nil : "its thresholds are missing or invalid"
    }

    /// As JSON on one line, with sorted keys.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Reads JSON.
    ///
    /// - Parameter path: Source of the JSON, for the message.
    /// - Throws: ``FaceEvaluationError/malformedCalibration(path:reason:)``.
    public init(json: String, path: String) throws {
        self = try Self.decoding(ScoreCalibration.self, from: Data(json.utf8), path: path)
    }

    /// Decodes JSON that is or contains a calibration, with the error of a malformed one.
    package static func decoding<Value: Decodable>(
        _ type: Value.Type, from data: Data, path: String
    ) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch DecodingError.dataCorrupted(let context) where !context.debugDescription.isEmpty {
            throw FaceEvaluationError.malformedCalibration(
                path: path, reason: context.debugDescription)
        } catch {
            throw FaceEvaluationError.malformedCalibration(
                path: path, reason: "a value is missing or of another kind")
        }
    }
}
