package import FaceRuns
import FaceStatistics

/// How fast a run reached its highest accuracy on the first test set, and the epochs chosen by several
/// criteria.
package struct RunConvergence: Hashable, Sendable {
    /// A chosen epoch, from 1, with the images seen until its end and the test accuracy after it.
    package struct Choice: Hashable, Sendable {
        package let epoch: Int
        package let images: Int
        package let accuracy: Double
    }

    /// The last epoch, which involves no choice.
    package let last: Choice
    /// First epoch of the highest test accuracy, which the paper counts. Chosen on the test set.
    package let best: Choice
    /// First epoch whose test accuracy is within the 95 % band of the highest: not below the lower end of
    /// its Wilson interval. Chosen on the test set.
    package let withinBand: Choice
    /// First epoch of the highest accuracy on the held-out training identities; `nil` without any.
    package let validated: Choice?
    /// Mean test accuracy over training: the area under the curve over the images seen, from the
    /// first epoch to the last, divided by its width; 0...1.
    package let area: Double

    /// Reads the epochs of a run, or returns `nil` if none was tested on the set.
    package init?(_ epochs: [EpochRecord], test: String) {
        self.init(epochs) { record in record.tests.named(test) }
    }

    /// The same for the accuracy on held-out training identities.
    package init?(validationOf epochs: [EpochRecord]) {
        self.init(epochs, \.validation)
    }

    private init?(_ epochs: [EpochRecord], _ tested: (EpochRecord) -> EpochTest?) {
        let points = epochs.compactMap { record in
            tested(record).map { tested in
                Point(record: record, accuracy: tested.accuracy, pairs: tested.pairs)
            }
        }
        guard let last = points.last,
            let index = AccuracyCurve(epochs, accuracy: { tested($0)?.accuracy }).best
        else { return nil }
        let best = points[index]
        let band = BinomialInterval.wilson(fraction: best.accuracy, of: best.pairs)
        let near = points.first { $0.accuracy >= band.lower } ?? best
        let validation = points.compactMap(\.record.validation?.accuracy).max()
        let validated = points.first {
            validation != nil && $0.record.validation?.accuracy == validation
        }
        self.last = last.choice
        self.best = best.choice
        withinBand = near.choice
        self.validated = validated?.choice
        area = Self.area(points)
    }

    private struct Point {
        let record: EpochRecord
        let accuracy: Double
        let pairs: Int

        var choice: Choice {
            Choice(epoch: record.epoch, images: record.images, accuracy: accuracy)
        }
    }

    private static func area(_ points: [Point]) -> Double {
        let width = Double(points[points.count - 1].record.images - points[0].record.images)
        guard width > 0 else { return points[0].accuracy }
        let areas = zip(points, points.dropFirst()).map { a, b in
            (a.accuracy + b.accuracy) / 2 * Double(b.record.images - a.record.images)
        }
        return areas.reduce(0, +) / width
    }
}

extension ReportedRun {
    /// How fast the run reached its highest accuracy; `nil` if it is not finished.
    package var convergence: RunConvergence? {
        guard status == .finished, let primaryTest else { return nil }
        return RunConvergence(epochs, test: primaryTest.name)
    }

    /// The same on held-out training identities, for a run without a test set.
    package var validationConvergence: RunConvergence? {
        guard status == .finished, primaryTest == nil else { return nil }
        return RunConvergence(validationOf: epochs)
    }
}
