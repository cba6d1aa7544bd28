import FaceEvaluation
package import FaceRuns
import FaceStatistics
import Foundation

/// Why a finished run counts as one in which nothing was learned.
///
/// This rule is used wherever accuracies are ranked, compared or marked: the page, Markdown, LaTeX, the CSV
/// file, the terminal and the live page. Nothing was learned if one of these conditions holds; the first is
/// the reason:
///
/// 1. The training set has one identity, which leaves nothing to distinguish.
/// 2. The embeddings of the last model are the same for nearly all images, or 0
///    (`ScoreWarnings.collapse`).
/// 3. Training accuracy is that of guessing: the 95 % interval (Wilson) of the last epoch's includes 1 /
///    identities. This requires ten images per identity, or a test accuracy that is that of guessing as
///    well, since fewer images are inconclusive.
/// 4. Test accuracy is that of guessing: the 95 % interval (Wilson) of the last model's on the first test
///    set includes 50 %. This requires enough pairs for a meaningful accuracy (`ScoreWarnings.minPairs`).
///
/// With Partial FC the classifier guesses among fewer classes than there are identities, so that the third
/// rule misses some cases.
package struct NothingLearned: Hashable, Sendable {
    /// The reasons, the most certain first.
    package enum Reason: Int, Hashable, Sendable, Comparable {
        /// The training set has one identity.
        case oneIdentity
        /// Embeddings are far too large: training diverged.
        case diverged
        /// Embeddings are the same for nearly all images.
        case collapsed
        /// No identity has two images, and batches were drawn for pairs of them.
        case noPairs
        /// Training images are classified no better than by guessing.
        case training
        /// Test pairs are decided no better than by guessing, training images better.
        case test

        package static func < (a: Reason, b: Reason) -> Bool { a.rawValue < b.rawValue }
    }

    /// The most probable reason.
    package let reason: Reason
    /// Accuracy of the last model on the first test set; 0...1.
    package let accuracy: Double
    /// Training accuracy of the last epoch; 0...1.
    package let trainAccuracy: Double
    /// Identities of the training set.
    package let identities: Int
    /// Mean norm of the embeddings; nil if unknown.
    package let meanNorm: Double?
    /// Whether no epoch's mean loss was below ln(identities), the cross-entropy of guessing.
    package let neverBelowGuessing: Bool

    /// Accuracy of guessing whether a pair shows one person.
    package static let guessedPairs = 0.5
    /// Images per identity from which on training accuracy alone suffices.
    private static let minImagesEach = 10
    /// A larger mean norm means that training diverged.
    private static let maxNorm = 1e6

    /// Checks a finished run; `nil` if something was learned.
    ///
    /// - Parameters:
    ///   - result: The last model's result on the first test set.
    ///   - distances: Squared L2 distances of that test set's pairs; empty if unknown.
    package init?(
        _ description: RunDescription, epochs: [EpochRecord], trainAccuracy: Double,
        result: TestResult, distances: [Float]
    ) {
        let train = description.train
        let images = Self.images(of: epochs) ?? train.images
        let guessesPairs = Self.reaches(
            Self.guessedPairs, fraction: result.accuracy, of: result.pairs)
        let guessesClasses = Self.reaches(
            1 / Double(max(1, train.identities)), fraction: trainAccuracy, of: images)
        let hasCollapsed =
            ScoreWarnings.collapse(distances: distances, meanNorm: result.meanNorm) != nil
        let isEnough = images / max(1, train.identities) >= Self.minImagesEach
        let nothing =
            train.identities < 2 || hasCollapsed
            || guessesClasses && (isEnough || guessesPairs)
            || guessesPairs && result.pairs >= ScoreWarnings.minPairs
        guard nothing else { return nil }
        let drewPairs = description.identity.sampler.hasPrefix("pk:")
        if train.identities < 2 {
            reason = .oneIdentity
        } else if let norm = result.meanNorm, norm > Self.maxNorm {
            reason = .diverged
        } else if hasCollapsed {
            reason = .collapsed
        } else if drewPairs, train.images <= train.identities {
            reason = .noPairs
        } else {
            reason = guessesClasses ? .training : .test
        }
        accuracy = result.accuracy
        self.trainAccuracy = trainAccuracy
        identities = train.identities
        meanNorm = result.meanNorm
        let losses = epochs.map(\.loss)
        neverBelowGuessing =
            !losses.isEmpty && losses.allSatisfy { $0 >= log(Double(train.identities)) }
    }

    /// Images of the last epoch.
    private static func images(of epochs: [EpochRecord]) -> Int? {
        guard let last = epochs.last else { return nil }
        let (images, isTooLarge) = last.images.subtractingReportingOverflow(
            epochs.dropLast().last?.images ?? 0)
        return images > 0 && !isTooLarge ? images : nil
    }

    /// Whether the interval of a counted fraction extends down to that of guessing.
    private static func reaches(_ guessing: Double, fraction: Double, of count: Int) -> Bool {
        BinomialInterval.wilson(fraction: fraction, of: max(0, count)).lower <= guessing
    }
}
