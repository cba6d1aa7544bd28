public import FaceEvaluation
import Spelling

/// The threshold above which two faces count as one person, and its source.
public struct DecisionThreshold: Sendable, Hashable {
    /// Two faces are one person's if their cosine is above this.
    public let cosine: Double
    /// The calibrated threshold, with its false acceptance rate; nil if it was given as a number.
    public let measured: ScoreCalibration.Threshold?

    /// A threshold given as a number.
    public init(cosine: Double) {
        self.cosine = cosine
        measured = nil
    }

    /// The threshold of a false acceptance rate.
    ///
    /// - Parameters:
    ///   - far: Above 0 and below 1.
    ///   - calibration: The calibration of the model's scores; nil if they are not calibrated.
    ///   - model: The model's name, for messages.
    /// - Throws: ``FaceEmbeddingError/thresholds(path:reason:)`` where there are none, or too few pairs for the
    ///   rate.
    public init(
        far: Double, of calibration: ScoreCalibration?, model: String
    ) throws(FaceEmbeddingError) {
        guard let calibration else { throw .noThresholds(model: model) }
        guard let found = calibration.threshold(atFAR: far) else {
            let needed = OperatingPoint.negativesNeeded(forRate: far) ?? 0
            throw .thresholds(
                path: model,
                reason:
                    "FAR \(OperatingPoint.text(ofRate: far)) takes \(needed) pairs of different people, and "
                    + "they were made of \(calibration.impostorPairs) of "
                    + "\(quoted: calibration.set); choose a higher "
                    + "rate, or measure them again with a larger test set")
        }
        cosine = found.cosine
        measured = found
    }

    /// Whether a score is above the threshold.
    public func accepts(_ cosine: Double) -> Bool { cosine > self.cosine }
}
